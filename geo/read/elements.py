"""The elements of the addresses beside the texts they were read from, and the upper levels a project agrees on."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.address import parse
from geo.profile import Profile
from geo.tables import PARSE, Scope

_LEVELS = ("province", "city", "county", "town")
_AGREE = 0.9
_NAMED = 0.1
_SCOPE_N = 600


def with_parts(frames: dict[str, pd.DataFrame], scope: Scope, profile: Profile) -> dict[str, pd.DataFrame]:
    """The tables with texts, each with the elements of its address beside it; texts of one form are read once for all tables."""
    columns = [(role, "text", "") for role in ("plates", "addresses", "population")] + [
        ("crosswalk", side, f"_{side}") for side in ("old", "new")
    ]
    texts = pd.concat([frames[role][column] for role, column, _ in columns], ignore_index=True)
    parts = parse(texts, scope=scope, habits=profile.habits)[list(PARSE)]
    out = {role: frames[role] for role, _, _ in columns}
    start = 0
    for role, _, suffix in columns:
        own = parts.iloc[start : start + len(frames[role])].reset_index(drop=True)
        start += len(own)
        out[role] = _beside(out[role], own.add_suffix(suffix))
    return out


def agreed_scope(frames: dict[str, pd.DataFrame], profile: Profile) -> Scope:
    """Upper levels on which nine tenths of the register's texts agree, among those that name them."""
    texts = pd.concat([frames["addresses"]["text"], frames["population"]["text"]]).dropna()
    if not len(texts):
        return Scope()
    sample = (
        texts.iloc[np.unique(np.linspace(0, len(texts) - 1, min(len(texts), _SCOPE_N)).astype(int))]
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
