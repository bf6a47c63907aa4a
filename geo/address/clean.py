"""What is written, freed of how it was typed: width, spaces, dashes, script, brackets, numbers of persons."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from geo.address.script import simplify

LIMIT_N = 200
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f〇]")


class Clean(NamedTuple):
    """A cleaned text.

    shown is for people (original script), key the same text folded for reading, of the same length; at holds for each
    character its place in the raw text, over what lies beyond the limit of characters; notes are the contents of
    brackets with the place in `key` where they stood; personal tells that a telephone or identity number was cut out.
    """

    shown: str
    key: str
    notes: tuple[tuple[int, str], ...]
    over: str
    personal: bool
    han: bool


def clean(text: str) -> Clean:
    """The text with one width, one dash, no spaces between Han characters, brackets taken out and no personal number.

    Parameters
    ----------
    text
        As delivered; only the first 200 characters are read.
    """
    over, shown = text[LIMIT_N:], text[:LIMIT_N].translate(_FORM)
    han = HAN.search(shown) is not None or not _WORDS.search(shown)
    personal = False
    notes: tuple[tuple[int, str], ...] = ()
    if han:
        shown = shown.upper()
    if _TO_CLEAN.search(shown):
        shown = _DASHES.sub("-", _LETTER_O.sub("0", _BAR.sub("-", _SPACE.sub("", shown)))) if han else _SPACE.sub(" ", shown).strip()
        personal = _LONG.search(shown) is not None
        shown, notes = _take_notes(_LONG.sub("", shown) if personal else shown)
    return Clean(shown, simplify(shown) if han else shown, notes, over, personal, han)


class _Form(dict[int, str]):
    """NFKC of single characters, worked out when first met."""

    def __missing__(self, code: int) -> str:
        form = unicodedata.normalize("NFKC", chr(code))
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs") or form.isspace():
            form = " " if unicodedata.category(chr(code)) != "Cf" else ""
        self[code] = form
        return form


_FORM = _Form({ord(c): "-" for c in "‐‑‒–—―─－﹣−"} | {ord(c): "~" for c in "～〜∼"} | {ord("○"): "〇", ord("【"): "", ord("】"): "", ord("﹟"): "#"})
_WORDS = re.compile(r"[^\W\d_]{2}|[^\W\d_]\.")
"""Words of an alphabet: without them and without Han characters a text is only a number, read as Chinese."""
_SPACE = re.compile(r"\s+")
_BAR = re.compile(r"(?<=\d)(?:一|ー|_(?=\d{1,4}(?!\d)))(?=\d)")
_DASHES = re.compile(r"-{2,}")
_LETTER_O = re.compile(r"(?<=\d)O(?=\d)")
_LONG = re.compile(r"(?<!\d)(?:\d{7,}[\dX]?|0\d{2,3}-\d{7,8})(?!\d)")
_TO_CLEAN = re.compile(r"\s|\d[O一_ー]|--|\d{7}|[()\[\]{}〔〕〈〉<>《》]")
"""Anything one of the repairs below looks for: most texts have nothing."""
_OPEN, _CLOSE = "([{〔〈<《", ")]}〕〉>》"


def _take_notes(text: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """Text without brackets and the notes that stood in them; a single Han character is a rare one spelled out and stays."""
    kept: list[str] = []
    notes: list[tuple[int, str]] = []
    depth, start = 0, 0
    for i, c in enumerate(text + ")"):
        if c in _OPEN:
            depth += 1
            start = i + 1 if depth == 1 else start
        elif c in _CLOSE:
            if depth == 1 or (i == len(text) and depth):
                note = text[start:i].strip()
                if len(note) == 1 and HAN.match(note) and note not in "临原旧老新":
                    kept.append(note)
                elif note:
                    notes.append((len(kept), note))
                depth = 0
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(c)
    return "".join(kept), tuple(notes)
