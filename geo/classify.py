"""Findings from the evidence: every rule asked once, every finding with a lasting id, a place and a sentence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geo.columns import among, as_arrow, as_column, look_up, positions
from geo.heap import give_back
from geo.locate import locate_villages
from geo.points import XY, absent, as_shapes, coordinates, nowhere, points_of
from geo.rule import Card, Evidence, Rule

FINDING_COLUMNS = (
    "finding_id", "code", "subject", "subject_id", "related", "village_code", "severity", "certainty", "office",
    "detail_zh", "detail_en", "proposal", "value", "unit",
)  # fmt: skip

HEAP_N = 8
"""Rules between two times that memory is handed back: each leaves the pieces of its tables behind."""


def classify(evidence: Evidence, rules: tuple[Rule, ...]) -> gpd.GeoDataFrame:
    """Ask every rule, in order of precedence.

    Returns
    -------
    GeoDataFrame with FINDING_COLUMNS and geometry (point of the subject, None where it has no place), sorted by the
    order of the rules and then by subject. `finding_id` depends on code and subject alone; no two findings share it.
    """
    parts = []
    for n, rule in enumerate(rules):
        if n % HEAP_N == 0:
            give_back()
        if found := _complete(rule.card, rule.find(evidence), evidence.profile.severities):
            parts.append(found)
    give_back()
    columns = {c: _joined([p.pop(c) for p in parts], c) for c in FINDING_COLUMNS if c != "village_code"}
    village, geometry = _places(evidence, *(columns[c].to_numpy(dtype=object) for c in ("subject", "subject_id")))
    columns["village_code"] = pd.Series(village, dtype="str")
    return gpd.GeoDataFrame({c: columns[c] for c in FINDING_COLUMNS}, geometry=geometry, crs=evidence.buildings.crs)


def status(ids: pd.Series, subject: str, findings: pd.DataFrame, otherwise: pd.Series) -> pd.Series:
    """The one status of each object: code of its first finding in order of precedence, else `otherwise`."""
    mine = findings.loc[findings["subject"] == subject, ["subject_id", "code"]]
    return look_up(ids, mine["subject_id"], mine["code"]).astype("str").fillna(otherwise)


def _joined(parts: list[Any], column: str) -> pd.Series:
    """One column of the findings of all rules."""
    if column in ("related", "value"):
        return pd.Series(np.concatenate(parts) if parts else [], dtype="object" if column == "related" else "float64")
    texts = pa.chunked_array(parts, type=pa.large_string()).combine_chunks()
    return as_column(texts, pd.RangeIndex(len(texts)))


def _complete(card: Card, rows: pd.DataFrame, severities: Mapping[str, str]) -> dict[str, Any]:
    """The columns of a rule's findings but for their village, in order of their subjects; nothing where it found nothing."""
    rows = rows.dropna(subset=["subject_id"]) if rows["subject_id"].hasnans else rows
    if rows.empty:
        return {}
    if not rows["subject_id"].is_monotonic_increasing:
        rows = rows.sort_values("subject_id", kind="stable")
    subject = rows["subject"] if "subject" in rows else pd.Series(card.subject, index=rows.index)
    if rows["subject_id"].duplicated().any():
        rows = _together(rows.assign(subject=subject))
        subject = rows["subject"]
    kind, name = _texts(subject), _texts(rows["subject_id"])
    ids = [hashlib.sha256(f"{card.code}\n{k}\n{n}".encode()).hexdigest()[:16] for k, n in zip(kind.to_pylist(), name.to_pylist(), strict=True)]
    detail_zh, detail_en = _sentences(card, rows)
    always = {"code": card.code, "severity": severities.get(card.code, card.severity), "office": card.office}
    unit = _texts(rows["unit"])
    return {column: pa.repeat(pa.scalar(text, pa.large_string()), len(rows)) for column, text in always.items()} | {
        "finding_id": pa.array(ids, pa.large_string()),
        "subject": kind,
        "subject_id": name,
        "related": rows["related"].to_numpy(),
        "certainty": _texts(rows["certainty"]),
        "detail_zh": detail_zh,
        "detail_en": detail_en,
        "proposal": _texts(rows["proposal"]),
        "value": rows["value"].to_numpy(dtype=float),
        "unit": pc.if_else(pc.equal(unit, ""), pa.scalar(None, unit.type), unit),
    }


def _together(rows: pd.DataFrame) -> pd.DataFrame:
    """One finding an object: the first reason stands, what all of them relate to is kept."""
    related = rows.groupby(["subject", "subject_id"], sort=False)["related"].agg(lambda lists: list(dict.fromkeys(i for ids in lists for i in ids)))
    return rows.drop_duplicates(["subject", "subject_id"]).assign(related=related.to_numpy())


def _texts(column: pd.Series) -> pa.Array:
    return as_arrow(column.astype("str"))


def _sentences(card: Card, rows: pd.DataFrame) -> list[pa.Array]:
    """The card's sentences, Chinese and English, with the words of each row in their `{placeholders}`; a word that is not known is a dash."""
    patterns = card.detail_zh, card.detail_en
    names = [[name for _, name, _, _ in Formatter().parse(p) if name is not None] for p in patterns]
    words = {name: rows[name].astype(object).fillna("—").tolist() for name in set().union(*names)}
    out = []
    for pattern, asked in zip(patterns, names, strict=True):
        bare = re.sub(r"\{\w+\}", "{}", pattern)
        texts = map(bare.format, *(words[name] for name in asked)) if asked else [bare.format()] * len(rows)
        out.append(pa.array(list(texts), pa.large_string()))
    return out


def _places(evidence: Evidence, subject: np.ndarray, subject_id: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Village and point of the object each finding is about; a row of a table, `plates:P1`, is where its object is."""
    kind, name = np.where(subject == "address", "addresses", subject + "s"), subject_id.copy()
    for row in np.flatnonzero(subject == "row"):
        kind[row], _, name[row] = str(subject_id[row]).partition(":")
    names = {one: pd.Series(name[kind == one], dtype="str") for one in ("buildings", "plates", "addresses")}
    written = _written(evidence, names["addresses"])
    houses = _outlines(evidence, pd.concat([names["buildings"], written["building_id"]]))
    plates = evidence.plates[["plate_id", "village_code", *XY]].rename(columns={"plate_id": "name"})
    village, xy = np.full(len(kind), None, dtype=object), nowhere(len(kind))
    for one, table in (("buildings", houses), ("plates", plates), ("addresses", written)):
        at = positions(names[one], table["name"])
        asked, found = np.flatnonzero(kind == one)[at >= 0], table.iloc[at[at >= 0]]
        village[asked] = found["village_code"].to_numpy(dtype=object)
        place = points_of(found)
        if one == "addresses":
            # an address without a position is where its plate is, else on its building
            for column, known in (("paired_id", plates), ("building_id", houses)):
                missing = np.flatnonzero(absent(place))
                there = positions(found[column].iloc[missing], known["name"])
                place[missing[there >= 0]] = points_of(known.iloc[there[there >= 0]])
        xy[asked] = place
    return village, as_shapes(xy)


def _outlines(evidence: Evidence, asked: pd.Series) -> pd.DataFrame:
    """name, village_code and a point on each of these buildings, as the current survey has them, else the one before."""
    now, before = evidence.buildings, evidence.inputs.buildings_previous
    before = before[among(before["building_id"], asked) & ~among(before["building_id"], now["building_id"])]
    now = now[among(now["building_id"], asked)]
    inside, inside_before = (coordinates(shapely.point_on_surface(t.geometry.to_numpy())) for t in (now, before))
    village = locate_villages(inside_before, evidence.inputs.villages)
    return pd.DataFrame(
        {
            "name": pd.concat([now["building_id"], before["building_id"]], ignore_index=True),
            "village_code": pd.concat([now["village_code"], village], ignore_index=True),
            **dict(zip(XY, np.concatenate([inside, inside_before]).T, strict=True)),
        }
    )


def _written(evidence: Evidence, asked: pd.Series) -> pd.DataFrame:
    """name, village_code, paired_id, building_id and point of these addresses, rooms among them."""
    columns = ["address_id", "village_code", "paired_id", "building_id", *XY]
    rooms = evidence.texts.beside(evidence.register, "village_code")[evidence.register["rolls_up"] & among(evidence.register["address_id"], asked)]
    tables = (evidence.addresses.loc[among(evidence.addresses["address_id"], asked), columns], rooms.reindex(columns=columns))
    return pd.concat(map(pd.DataFrame, tables), ignore_index=True).rename(columns={"address_id": "name"})
