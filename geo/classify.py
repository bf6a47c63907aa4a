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
    places = _places(evidence)
    at = pd.MultiIndex.from_arrays([rows["subject"], rows["subject_id"]])
    known = places.reindex(at)
    rows["village_code"] = pd.Series(known["village_code"].to_numpy(), dtype="str")
    rows["value"] = rows["value"].astype("float64")
    for column in set(FINDING_COLUMNS) - {"related", "value"}:
        rows[column] = rows[column].astype("str")
    geometry = np.array([g if isinstance(g, shapely.Geometry) else None for g in known["geometry"]], dtype=object)
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


def _places(evidence: Evidence) -> pd.DataFrame:
    """Village and point of every object a finding may be about, by (subject, subject_id)."""
    buildings = evidence.buildings
    previous = evidence.inputs.buildings_previous
    previous = previous[~among(previous["building_id"], buildings["building_id"])]
    outlines = shapely.point_on_surface(buildings.geometry.to_numpy())
    old = shapely.point_on_surface(previous.geometry.to_numpy())
    at_home = dict(zip(buildings["building_id"], outlines, strict=True))
    plate_point = dict(zip(evidence.plates["plate_id"], evidence.plates.geometry, strict=True))
    parts = [
        _place("building", buildings["building_id"], buildings["village_code"], outlines),
        _place("building", previous["building_id"], pd.Series(locate_villages(old, evidence.inputs.villages)), old),
        _place("plate", evidence.plates["plate_id"], evidence.plates["village_code"], evidence.plates.geometry.to_numpy()),
    ]
    for rows in (evidence.addresses, evidence.rooms):
        point = [
            own if own is not None else plate_point.get(p) or at_home.get(b)
            for own, p, b in zip(rows.geometry, rows["paired_id"], rows["building_id"], strict=True)
        ]
        parts.append(_place("address", rows["address_id"], rows["village_code"], np.array([*point, None], dtype=object)[:-1]))
    places = pd.concat(parts)
    rows = places.rename(index=lambda s: f"{s}s" if s != "address" else "addresses", level=0).reset_index()
    named = rows.assign(subject="row", subject_id=rows["subject"] + ":" + rows["subject_id"]).set_index(["subject", "subject_id"])
    return pd.concat([places, named]).groupby(level=[0, 1]).first()


def _place(subject: str, ids: pd.Series, village: pd.Series, points: np.ndarray) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([[subject] * len(ids), ids.to_numpy()], names=["subject", "subject_id"])
    return pd.DataFrame({"village_code": village.to_numpy(dtype=object), "geometry": pd.Series(points, dtype=object).to_numpy()}, index=index)
