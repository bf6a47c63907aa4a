"""The elements of the addresses beside the texts they were read from, and the upper levels a project agrees on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.address import parse
from geo.address.forms import Elements
from geo.address.parse import elements, written_out
from geo.columns import rows_at
from geo.profile import Profile
from geo.read.rows import Rows
from geo.tables import Scope
from geo.threads import beside

_TEXTS = (
    ("plates", "text", ""),
    ("addresses", "text", ""),
    ("population", "text", ""),
    ("crosswalk", "old", "_old"),
    ("crosswalk", "new", "_new"),
)
"""Tables and their columns that are addresses, and what is added to the names of the elements."""
_LEVELS = ("province", "city", "county", "town")
_AGREE = 0.9
_NAMED = 0.1
_SCOPE_N = 600


@dataclass(frozen=True)
class Reading:
    """The texts of all tables, which are being read, and where those of each column begin; the first text is none."""

    elements: Future[Elements]
    first: Mapping[tuple[str, str], int]


def hold_texts(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The delivered tables that hold texts that are addresses; a list of counts may name its addresses by id alone."""
    return list(dict.fromkeys(role for role, column, _ in _TEXTS if role in tables and column in tables[role]))


def begin_reading(rows: Mapping[str, Rows], scope: Scope, profile: Profile) -> Reading:
    """Begin to read the addresses of all tables in a thread of its own; texts of one form are read once for all of them."""
    columns = {(role, column): rows[role].values[column] for role, column, _ in _TEXTS if role in rows}
    first = dict(zip(columns, np.cumsum([1, *map(len, columns.values())]).tolist(), strict=False))
    texts = pd.concat([pd.Series([None], dtype="str"), *columns.values()], ignore_index=True)
    return Reading(beside(lambda: elements(texts, scope=scope, habits=profile.habits)), first)


def with_parts(frames: Mapping[str, pd.DataFrame], rows: Mapping[str, pd.Series], reading: Reading) -> dict[str, pd.DataFrame]:
    """The tables with texts, each with the elements of its addresses beside it.

    Parameters
    ----------
    frames
        Finished tables.
    rows
        Of each delivered table, which of the rows that were read its rows are.
    reading
        As `begin_reading` began it.
    """
    found = reading.elements.result()
    out = {role: frames[role] for role, _, _ in _TEXTS}
    for role, column, suffix in _TEXTS:
        if (role, column) in reading.first:
            parts = written_out(found, out[role].index, rows[role].to_numpy() + reading.first[role, column])
        else:
            parts = rows_at(written_out(found, pd.RangeIndex(1), slice(0, 1)), np.zeros(len(out[role]), dtype=np.int64))
        out[role] = _beside(out[role], parts.add_suffix(suffix))
    return out


def agreed_scope(texts: Sequence[pd.Series], profile: Profile) -> Scope:
    """Upper levels on which nine tenths of the register's texts agree, among those that name them."""
    known = pd.concat([pd.Series(dtype="str"), *texts]).dropna()
    if not len(known):
        return Scope()
    sample = (
        known.iloc[np.unique(np.linspace(0, len(known) - 1, min(len(known), _SCOPE_N)).astype(int))]
        .drop_duplicates()
        .reset_index(drop=True)
    )
    parts = parse(sample, scope=Scope(), habits=profile.habits)
    found = {}
    for level in _LEVELS:
        counts = parts[level].dropna().value_counts()
        if len(counts) and counts.iloc[0] >= _AGREE * counts.sum() and counts.sum() >= _NAMED * len(parts):
            found[level] = str(counts.index[0])
    return Scope(**found)


def _beside(frame: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    if "geometry" not in frame:
        return pd.concat([frame, parts], axis=1)
    out = pd.concat([frame.drop(columns="geometry"), parts, frame[["geometry"]]], axis=1)
    placed: pd.DataFrame = gpd.GeoDataFrame(out, geometry="geometry", crs=frame.crs)
    return placed
