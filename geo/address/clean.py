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

    shown is for people (original script), key the same text folded for reading, of the same length; notes are the
    contents of brackets with the place in `shown` where they stood; over is what lies beyond the limit of characters;
    personal tells that a telephone or identity number was cut out; han that the text is read as Chinese.
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
        shown = shown.translate(_UPPER)
    if _TO_CLEAN.search(shown):
        for pattern, written in _repairs(han=han):
            shown = pattern.sub(written, shown)
        shown = shown.strip()
        personal = _LONG.search(shown) is not None
        _, shown, notes = _take_notes(_LONG.sub("", shown) if personal else shown)
    return Clean(shown, simplify(shown) if han else shown, notes, over, personal, han)


def typed_plainly(text: str) -> str | None:
    """`clean(text).shown` of a part of a Chinese text that needs nothing but another width or case; null where it needs more."""
    shown = text.translate(_FORM).translate(_UPPER)
    return None if _TO_CLEAN.search(shown) else shown


def places(text: str) -> list[int]:
    """For each character of `clean(text).shown` its place in `text`: the same steps, followed character by character."""
    raw = text[:LIMIT_N]
    shown = ""
    at: list[int] = []
    for i, c in enumerate(raw):
        form = c.translate(_FORM)
        shown, at = shown + form, at + [i] * len(form)
    han = HAN.search(shown) is not None or not _WORDS.search(shown)
    if han:
        shown = shown.translate(_UPPER)
    if not _TO_CLEAN.search(shown):
        return at
    for pattern, written in _repairs(han=han):
        shown, at = _followed(pattern, written, shown, at)
    start, end = len(shown) - len(shown.lstrip()), len(shown.rstrip())
    shown, at = _followed(_LONG, "", shown[start:end], at[start:end])
    kept, _, _ = _take_notes(shown)
    return [at[i] for i in kept]


class _Form(dict[int, str]):
    """NFKC of single characters, worked out when first met."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        kind = unicodedata.category(c)
        form = "" if kind in ("Cf", "Cs") else " " if kind in ("Cc", "Zl", "Zp", "Zs") else unicodedata.normalize("NFKC", c)
        self[code] = form
        return form


_FORM = _Form(
    {ord(c): "-" for c in "‐‑‒–—―─－﹣−"} | {ord(c): "~" for c in "～〜∼"} | {ord("○"): "〇", ord("【"): "", ord("】"): "", ord("﹟"): "#"}
)
_UPPER = {ord(c): c.upper() for c in "abcdefghijklmnopqrstuvwxyz"}
_WORDS = re.compile(r"[^\W\d_]{2}|[^\W\d_]\.")
"""Words of an alphabet: without them and without Han characters a text is only a number, read as Chinese."""
_TO_CLEAN = re.compile(r"\s|\d[O一_ー]|--|\d{7}|[()\[\]{}〔〕〈〉<>《》]")
"""Anything one of the repairs below looks for: most texts have nothing."""
_LONG = re.compile(r"(?<!\d)(?:\d{7,}[\dX]?|0\d{2,3}-\d{7,8})(?!\d)")
_HAN_REPAIRS = (
    (re.compile(r"\s+"), ""),
    (re.compile(r"(?<=\d)(?:一|ー|_(?=\d{1,4}(?!\d)))(?=\d)"), "-"),
    (re.compile(r"(?<=\d)O(?=\d)"), "0"),
    (re.compile(r"-{2,}"), "-"),
)
_OTHER_REPAIRS = ((re.compile(r"\s+"), " "),)
_OPEN, _CLOSE = "([{〔〈<《", ")]}〕〉>》"


def _repairs(*, han: bool) -> tuple[tuple[re.Pattern[str], str], ...]:
    return _HAN_REPAIRS if han else _OTHER_REPAIRS


def _followed(pattern: re.Pattern[str], written: str, text: str, at: list[int]) -> tuple[str, list[int]]:
    """The substitution, and where the characters came from."""
    out, places_out, start = "", [], 0
    for m in pattern.finditer(text):
        out += text[start : m.start()] + written
        places_out += at[start : m.start()] + at[m.start() : m.start() + len(written)]
        start = m.end()
    return out + text[start:], places_out + at[start:]


def _take_notes(text: str) -> tuple[list[int], str, tuple[tuple[int, str], ...]]:
    """Places kept, text without brackets, and the notes; a single Han character is a rare one spelled out and stays."""
    kept: list[int] = []
    notes: list[tuple[int, str]] = []
    depth, start = 0, 0
    for i, c in enumerate(text + ")"):
        if c in _OPEN:
            depth += 1
            start = i + 1 if depth == 1 else start
        elif c not in _CLOSE:
            if not depth:
                kept.append(i)
        elif depth == 1 or (depth and i == len(text)):
            note = text[start:i].strip()
            if len(note) == 1 and HAN.match(note) and note not in "临臨原旧舊老新":
                kept.append(text.index(note, start))
            elif note:
                notes.append((len(kept), note))
            depth = 0
        else:
            depth = max(0, depth - 1)
    return kept, "".join(text[i] for i in kept), tuple(notes)
