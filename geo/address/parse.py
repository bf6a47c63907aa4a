"""A column of address texts to columns of elements."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.address.clean import Clean, clean
from geo.address.forms import Elements, read_forms
from geo.address.keys import door_key, place_name
from geo.address.notes import read_notes
from geo.address.open_form import OpenForms
from geo.address.piece import Piece
from geo.address.reader import Reader
from geo.address.script import simplify
from geo.address.standard import within_text
from geo.columns import as_column
from geo.profile import Habits
from geo.tables import PARSE, PARTS, Scope


def parse(texts: pd.Series, *, scope: Scope, habits: Habits) -> pd.DataFrame:
    """The elements of each address, its row of numbers, its local door key and what lies within the door.

    Nothing is guessed: a division is read where its suffix or the scope's own name stands in the text, upper levels that
    are not written stay null. Elements are written as delivered (script included), numerals in digits; place and door
    are keys and folded to simplified characters.

    Parameters
    ----------
    texts
        Addresses or plate texts as delivered; null is allowed. Only the first 200 characters of a text are read.
    scope
        Upper address levels of the project, for recognising their names.
    habits
        How the region writes what regions write differently.

    Returns
    -------
    One row per text, the same index, columns of `geo.tables.PARSE`; a null text is all null (temporary False).
    """
    return written_out(elements(texts, scope=scope, habits=habits), texts.index)


def elements(texts: pd.Series, *, scope: Scope, habits: Habits) -> Elements:
    """What `parse` says of each text, not yet written out: `written_out` does that, for the rows that are wanted."""
    reader = Reader(scope, habits)
    open_forms = OpenForms(reader, lambda pieces: _elements(pieces, _BARE))
    return read_forms(texts, lambda text: _row(reader, text), open_forms.read, _FOLD)


def written_out(found: Elements, index: pd.Index, rows: slice | npt.NDArray[Any] = slice(None)) -> pd.DataFrame:
    """Some rows of `elements` as columns of PARSE under an index; columns that say nothing there cost nothing."""
    columns = found.of(rows)
    data = {c: as_column(columns[c], index) for c in PARSE} | {"temporary": pd.Series(np.asarray(columns["temporary"].is_valid()), index)}
    return pd.DataFrame(data, index=index, copy=False)


_FOLD: dict[str, Callable[[str], str] | None] = {
    **dict.fromkeys(PARSE),
    "place": simplify,
    "door": lambda name: simplify(name).upper(),
}
"""How names are written in each element: keys are folded."""
_Row = tuple[str | None, ...]
_BARE = Clean("", "", (), "", False, True)
_JOIN = {"street": "", "lane": "/", "sub_number": "/", "flag": "/", "leftover": "/", "room": "-", "floor": "-"}
_UNKEPT = frozenset(("country", "zone", "assist"))


def _row(reader: Reader, text: str) -> _Row:
    cleaned = clean(text)
    return _elements(reader.pieces(cleaned), cleaned)


def _elements(pieces: Iterable[Piece], cleaned: Clean) -> _Row:
    """Everything `parse` returns of one text; temporary is 临 or null."""
    part, flags = joined(pieces)
    alias = _apply_notes(cleaned, part, flags)
    if cleaned.over.strip():
        _append(part, "leftover", cleaned.over.strip())
    if cleaned.personal:
        flags.add("personal")
    place = place_name(part)
    door = door_key(part, place)
    if "~" in part.get("number", "") + part.get("sub_number", "") or "、" in part.get("number", ""):
        flags.add("range")
    if door is None and (place or "village" in part) and flags.isdisjoint(("unnumbered", "collective")):
        flags.add("no_number")
    last = (
        "临" if part.get("prefix") == "临" else None,
        alias,
        "/".join(sorted(flags)) or None,
        part.get("leftover"),
        place,
        door,
        within_text(part) or None,
    )
    return (*map(part.get, PARTS), *last)


def joined(pieces: Iterable[Piece]) -> tuple[dict[str, str], set[str]]:
    """Value by element, and the flags; what cannot stand twice goes to leftover."""
    part: dict[str, str] = {}
    flags: set[str] = set()
    for _, _, element, value, _ in pieces:
        if element == "flag":
            flags.add(value)
        elif element == "assist":
            flags.add("nearby")
        elif element in _UNKEPT or not value:
            continue
        elif element not in part:
            part[element] = value
        elif element in _JOIN:
            part[element] += _JOIN[element] + value
        elif part[element] != value:
            _append(part, "leftover", value)
    return part, flags


def _apply_notes(cleaned: Clean, part: dict[str, str], flags: set[str]) -> str | None:
    """Enter what the brackets say; the other name they give, if any."""
    alias = None
    for note in read_notes(cleaned.notes, part):
        if note.kind == "alias":
            alias = alias or note.text
        elif note.kind == "flag":
            flags.add(note.text)
        elif note.kind == "prefix":
            part.setdefault("prefix", note.text)
        elif note.kind == "village":
            alias, part["village"] = part["village"], note.text
        else:
            _append(part, "leftover", note.text)
    return alias


def _append(part: dict[str, str], element: str, value: str) -> None:
    part[element] = f"{part[element]}/{value}" if element in part else value
