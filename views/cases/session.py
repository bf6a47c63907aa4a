"""What a case page remembers of one person's work, per page: the list, the chosen case, the open form, the many, the pin, what can be undone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

UNDO_N = 50
"""Decisions that Z can take back, newest first."""


@dataclass
class Work:
    """The state of one page in one session; it is changed in place and outlives a change of page.

    Parameters
    ----------
    chosen
        Finding id of the case in the panel; None shows the list.
    seen
        Kind and id of an object without a case here that was clicked; shown with its evidence only.
    listing
        Name of the list that is worked through.
    codes
        Codes the legend narrows to; empty means all.
    form
        Verb whose questions are open; None where buttons are shown.
    many
        Finding ids chosen with a box or a line.
    pin
        Latitude and longitude that was clicked for a plate.
    fly
        Counts the times the map was told to go to the chosen case.
    skipped
        Cases that were put off; they come last.
    undo
        What can be taken back: words for it and the finding ids, oldest first.
    said
        What came of the last action: kind (done, refused) and the words.
    swipe
        Whether the survey before is shown beside the present one.
    onward
        Whether a decision leads to the next case by itself.
    user
        Account this work is of: another person at the same computer begins afresh.
    """

    chosen: str | None = None
    seen: tuple[str, str] | None = None
    listing: str = ""
    codes: frozenset[str] = frozenset()
    form: str | None = None
    many: tuple[str, ...] = ()
    pin: tuple[float, float] | None = None
    fly: int = 0
    skipped: tuple[str, ...] = ()
    undo: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    said: tuple[str, dict[str, Any]] | None = None
    swipe: bool = False
    onward: bool = False
    user: str = ""

    def choose(self, finding_id: str | None, *, fly: bool = False) -> None:
        """Put a case into the panel; what was half said of another one is dropped."""
        self.chosen, self.seen, self.form, self.pin, self.many, self.said = finding_id, None, None, None, (), None
        if fly:
            self.fly += 1

    def look_at(self, kind: str, one_id: str) -> None:
        """Show an object that has no case on this page."""
        self.choose(None)
        self.seen = (kind, one_id)

    def remember(self, words: str, finding_ids: tuple[str, ...]) -> None:
        """Keep what can be taken back."""
        self.undo = [*self.undo, (words, finding_ids)][-UNDO_N:]

    def leave(self) -> None:
        """Another village or project: nothing of the old one stays chosen, not even what could be undone there."""
        self.choose(None)
        self.fly, self.skipped, self.undo = 0, (), []


def work_of(page: str) -> Work:
    """The work of this session on one page."""
    key = f"work_{page}"
    if key not in st.session_state:
        st.session_state[key] = Work()
    work: Work = st.session_state[key]
    return work
