"""Findings from the evidence: every rule asked once, every finding with a lasting id, a place and a sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.columns import among
from geo.locate import locate_villages
from geo.rule import Card, Evidence, Rule

FINDING_COLUMNS = (
    "finding_id", "code", "subject", "subject_id", "related", "village_code", "severity", "certainty", "office",
    "detail_zh", "detail_en", "proposal", "value", "unit",
)  # fmt: skip


def classify(evidence: Evidence, rules: tuple[Rule, ...]) -> gpd.GeoDataFrame:
    """Ask every rule, in order of precedence.

    Returns
    -------
    GeoDataFrame with FINDING_COLUMNS and geometry (point of the subject, None where it has no place), sorted by the
    order of the rules and then by subject. `finding_id` depends on code and subject alone; no two findings share it.
    """
    parts = [_complete(rule.card, rule.find(evidence), evidence.profile.severities) for rule in rules]
    parts = [p for p in parts if len(p)]
    columns = [*FINDING_COLUMNS[:5], *FINDING_COLUMNS[6:]]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({c: pd.Series(dtype="str") for c in columns})
    village, geometry = _places(evidence, rows["subject"].to_numpy(dtype=object), rows["subject_id"].to_numpy(dtype=object))
    rows["village_code"] = pd.Series(village, dtype="str")
    rows["value"] = rows["value"].astype("float64")
    for column in set(FINDING_COLUMNS) - {"related", "value"}:
        rows[column] = rows[column].astype("str")
    return gpd.GeoDataFrame(rows[list(FINDING_COLUMNS)], geometry=geometry, crs=evidence.buildings.crs)


def status(ids: pd.Series, subject: str, findings: pd.DataFrame, otherwise: pd.Series) -> pd.Series:
    """The one status of each object: code of its first finding in order of precedence, else `otherwise`."""
    first = findings[findings["subject"] == subject].drop_duplicates("subject_id").set_index("subject_id")["code"]
    return ids.map(first).astype("str").fillna(otherwise)


def _complete(card: Card, rows: pd.DataFrame, severities: Mapping[str, str]) -> pd.DataFrame:
    rows = rows.dropna(subset=["subject_id"]).sort_values("subject_id", kind="stable").reset_index(drop=True)
    if "subject" not in rows:
        rows["subject"] = card.subject
    if rows.duplicated(["subject", "subject_id"]).any():
        # one finding an object: the first reason stands, what all of them relate to is kept
        together = rows.groupby(["subject", "subject_id"], sort=False)["related"].agg(lambda lists: list(dict.fromkeys(i for ids in lists for i in ids)))
        rows = rows.drop_duplicates(["subject", "subject_id"]).reset_index(drop=True).assign(related=together.to_numpy())
    words = rows.drop(columns=["related"]).astype(object).fillna("—").to_dict("records")
    names = rows["subject"] + "\n" + rows["subject_id"]
    return pd.DataFrame(
        {
            "finding_id": [hashlib.sha256(f"{card.code}\n{n}".encode()).hexdigest()[:16] for n in names],
            "code": card.code,
            "subject": rows["subject"],
            "subject_id": rows["subject_id"],
            "related": rows["related"],
            "severity": severities.get(card.code, card.severity),
            "certainty": rows["certainty"],
            "office": card.office,
            "detail_zh": [card.detail_zh.format_map(w) for w in words],
            "detail_en": [card.detail_en.format_map(w) for w in words],
            "proposal": rows["proposal"],
            "value": rows["value"],
            "unit": rows["unit"].replace("", np.nan),
        }
    )


def _places(evidence: Evidence, subject: np.ndarray, subject_id: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Village and point of the object each finding is about; a row of a table, `plates:P1`, is where its object is."""
    b, p = evidence.buildings, evidence.plates
    previous = evidence.inputs.buildings_previous
    previous = previous[~among(previous["building_id"], b["building_id"])]
    written = pd.concat([t.reindex(columns=["address_id", "village_code", "paired_id", "building_id", "geometry"]) for t in (evidence.addresses, evidence.rooms)])
    outlines, points = np.concatenate([b.geometry.to_numpy(), previous.geometry.to_numpy()]), p.geometry.to_numpy()
    old_village = locate_villages(shapely.point_on_surface(previous.geometry.to_numpy()), evidence.inputs.villages)
    houses, plates, addresses = (
        pd.Index(ids.to_numpy(dtype=object)) for ids in (pd.concat([b["building_id"], previous["building_id"]]), p["plate_id"], written["address_id"])
    )
    table, _, bare = np.array([str(i).partition(":") for i in subject_id], dtype=object).reshape(-1, 3).T
    row = subject == "row"
    kind, name = np.where(row, table, np.where(subject == "address", "addresses", subject + "s")), np.where(row, bare, subject_id)
    village, geometry = np.full(len(kind), None, dtype=object), np.full(len(kind), None, dtype=object)
    for one, index, codes in (
        ("buildings", houses, np.concatenate([b["village_code"].to_numpy(dtype=object), old_village])),
        ("plates", plates, p["village_code"].to_numpy(dtype=object)),
        ("addresses", addresses, written["village_code"].to_numpy(dtype=object)),
    ):
        asked = np.flatnonzero(kind == one)
        at = index.get_indexer(name[asked])
        asked, at = asked[at >= 0], at[at >= 0]
        village[asked] = codes[at]
        if one == "buildings":
            geometry[asked] = shapely.point_on_surface(outlines[at])
        elif one == "plates":
            geometry[asked] = points[at]
        else:
            # an address without a position is where its plate is, else on its building
            own = written.iloc[at]
            place = own.geometry.to_numpy().copy()
            for ids, known, shapes in ((own["paired_id"], plates, points), (own["building_id"], houses, outlines)):
                missing = np.flatnonzero(shapely.is_missing(place))
                there = known.get_indexer(ids.to_numpy(dtype=object)[missing])
                place[missing[there >= 0]] = shapely.point_on_surface(shapes[there[there >= 0]])
            geometry[asked] = place
    return village, geometry
