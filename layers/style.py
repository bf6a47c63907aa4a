"""Every colour, sign and size on the map. Okabe and Ito's palette, which colour-blind people can tell apart.

Colour is never the only sign: each code has a character of its own, each kind of object a shape, each state of a link
a dash. Hues say the group of a finding, so that a map of forty codes stays readable.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from geo.export.palette import BLUE, GAPS, GREY, ORANGE, SIGNS, VERMILLION, WHITE, YELLOW, gap_colour


@dataclass(frozen=True)
class Look:
    """How an object of that status is drawn: its fill, the ink of its sign, the sign and the dash of its outline."""

    fill: str
    ink: str
    sign: str
    dash: str = ""


LOOKS = MappingProxyType({code: Look(fill, ink, sign, "4 3" if fill == YELLOW else "") for code, (fill, ink, sign) in SIGNS.items()})
"""Code of a finding, or status of an object, -> its look."""
OTHER = Look(GREY, WHITE, "?")
"""The look of a code this version does not know, as in a result of a newer one."""

DONE = Look("#ffffff", "#00664a", "✓")
"""A finding that people have decided, whatever it was."""
DONE_FILL, DONE_FILL_DARK, DONE_INK_DARK = "#bfe6d9", "#1f4a3e", "#8fe3c8"
FATES = MappingProxyType(
    {"same": ("#c3ccd5", ""), **dict.fromkeys(("changed", "split", "merged", "built_over"), (ORANGE, "6 4")), "vanished": (VERMILLION, "2 3")}
)
"""What became of a footprint of the survey before -> fill and dash of its outline."""
PIN = BLUE

LINK_DASHES = MappingProxyType({"one_to_one": "", "confirmed": "", "grouped": "10 4", "undecided": "4 5", "rejected": "1 6"})
LINK_COLOURS = MappingProxyType({"one_to_one": GREY, "confirmed": BLUE, "grouped": GREY, "undecided": VERMILLION, "rejected": GREY})
LINK_WEIGHTS = MappingProxyType({"one_to_one": 1.5, "confirmed": 3.0, "grouped": 1.5, "undecided": 2.5, "rejected": 1.5})


__all__ = ["GAPS", "LINK_COLOURS", "LINK_DASHES", "LINK_WEIGHTS", "LOOKS", "OTHER", "Look", "gap_colour", "look", "sheet", "work_sheet"]


def look(code: str) -> Look:
    """The look of a code or status; OTHER for one this version does not know."""
    return LOOKS.get(code, OTHER)


def work_sheet() -> dict[str, Any]:
    """What the map's script needs to show decided cases, the place of a plate and the survey before, as JSON."""
    fates = {fate: {"fill": fill, "dash": dash} for fate, (fill, dash) in FATES.items()}
    done = {**asdict(DONE), "area": DONE_FILL, "area_dark": DONE_FILL_DARK, "ink_dark": DONE_INK_DARK}
    return {"done": done, "fates": fates, "pin": PIN}


def sheet() -> dict[str, Any]:
    """Everything the map's script needs to draw, as JSON."""
    links = {s: {"dash": LINK_DASHES[s], "colour": LINK_COLOURS[s], "weight": LINK_WEIGHTS[s]} for s in LINK_DASHES}
    return {"looks": {code: asdict(one) for code, one in LOOKS.items()}, "other": asdict(OTHER), "links": links}
