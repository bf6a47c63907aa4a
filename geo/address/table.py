"""Rows of texts, or of pairs of texts, to rows of elements or verdicts: what `doorplate address` writes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from geo.address.compare import compare
from geo.address.parse import parse
from geo.profile import Habits
from geo.tables import PARTS, Scope

_LISTS = frozenset(("lane", "sub_number"))
_SPOKEN = {"building_no": "building"}
_CHUNK_N = 20_000
_FLOOR_DOOR = r"重庆市|昆明市|^重庆(?![路街道巷村])"
"""Where N-M after a number is floor and door (address habits of Chongqing and Kunming)."""


def predict(rows: Iterable[Mapping[str, Any]], *, scope: Scope | None = None, habits: Habits | None = None) -> Iterator[dict[str, Any]]:
    """The elements of each text, or the verdict on each pair, in the order of the rows.

    Parameters
    ----------
    rows
        Each with `id` and either `text`, or `a` and `b`; a null text gives no elements.
    scope
        Upper address levels, if known.
    habits
        How the region writes; None: by the province a text itself names, else the default.

    Returns
    -------
    {"id", "elements", "alias", "flag", "leftover", "key"} for a text; lane and sub_number are lists, elements not written are
    absent. {"id", "verdict", "differing"} for a pair.

    Raises
    ------
    KeyError
        A row has neither `text` nor `a` and `b`, or no `id`.
    """
    scope = scope or Scope()
    for chunk in _batched(rows, _CHUNK_N):
        pairs = [r for r in chunk if "text" not in r]
        verdicts = iter(_compared(pairs, scope, habits))
        elements = iter(_parsed([r for r in chunk if "text" in r], scope, habits))
        for row in chunk:
            yield {"id": row["id"], **next(elements if "text" in row else verdicts)}


def _batched(rows: Iterable[Mapping[str, Any]], size: int) -> Iterator[tuple[Mapping[str, Any], ...]]:
    rows = iter(rows)
    while chunk := tuple(itertools.islice(rows, size)):
        yield chunk


def _compared(rows: list[Mapping[str, Any]], scope: Scope, habits: Habits | None) -> Iterator[dict[str, Any]]:
    a, b = (_read([r[side] for r in rows], scope, habits) for side in ("a", "b"))
    found = compare(a, b)
    for verdict, differing in zip(found["verdict"], found["differing"], strict=True):
        yield {"verdict": verdict, "differing": [] if pd.isna(differing) else differing.split("/")}


def _parsed(rows: list[Mapping[str, Any]], scope: Scope, habits: Habits | None) -> Iterator[dict[str, Any]]:
    parsed = _read([r["text"] for r in rows], scope, habits)
    columns = {c: parsed[c].astype(object).where(parsed[c].notna(), None).tolist() for c in (*PARTS, "alias", "flag", "leftover", "door")}
    for i in range(len(rows)):
        elements = {
            _SPOKEN.get(p, p): columns[p][i].split("/") if p in _LISTS else columns[p][i] for p in PARTS if columns[p][i] is not None
        }
        if "number" in elements:
            elements["number"] = elements.get("prefix", "") + elements["number"] + elements.get("letter", "")
        if elements.get("floor", "").startswith("-"):
            elements["floor"] = "负" + elements["floor"][1:]
        yield {"elements": elements, **{c: columns[c][i] for c in ("alias", "flag", "leftover")}, "key": columns["door"][i]}


def _read(texts: list[str | None], scope: Scope, habits: Habits | None) -> pd.DataFrame:
    column = pd.Series(texts, dtype="str")
    if habits is not None:
        return parse(column, scope=scope, habits=habits)
    named = column.str.contains(_FLOOR_DOOR, na=False)
    default = parse(column[~named], scope=scope, habits=Habits())
    floor_door = parse(column[named], scope=scope, habits=replace(Habits(), dash_after_number="floor_door"))
    return pd.concat([default, floor_door]).reindex(column.index)
