"""What a run says of its findings, as rows of the casebook: everything a page shows, and the hash of what a person sees."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely

from geo.casebook.chain import canonical
from geo.casebook.identity import Identity
from geo.crs import reproject
from geo.rules import RULES
from geo.tables import COUNTS, Verification

COLUMNS = (
    "finding_id", "code", "subject", "evidence_hash", "subject_id", "related", "village_code", "office", "severity", "certainty", "detail_zh",
    "detail_en", "proposal", "value", "unit", "lon", "lat", "people_n", "people_rank",
)  # fmt: skip
TEXTS = ("subject_id", "related", "village_code", "office", "severity", "certainty", "detail_zh", "detail_en", "proposal", "unit")
TOLERANCE: Mapping[str, float] = {"value": 1e-3, "lon": 1e-6, "lat": 1e-6, "people_n": 0.0}
"""How far a shown number may move without being shown anew: value as a share of itself, degrees (a decimetre), persons."""
_MEASURED = re.compile(r"\d+(?:\.\d+)?(?=\s?(?:m²|m2|m\b|米|%|人|persons?\b|people\b))|\d+\.\d+")
_HIDDEN_N = 5
"""Counts below this are not told apart in the order that everybody sees."""

_BASE = frozenset({"buildings", "plates", "addresses"})
_PEOPLE = ("people_on_nothing", "people_unplaced", "inhabited_unplated", "empty_dwelling", "registered_not_present", "implausible_density", "surplus_rooms")
_GONE = ("demolished_vacant", "demolished_occupied", "temporary_gone", "plate_on_demolished", "rebuilt", "suspected_demolition", "virtual_address")
_CHANGE = ("suspected_demolition", "suspected_new_building", "changed_footprint")
_RENEWED = ("old_village_name", "old_plate", "crosswalk_fault")
NEEDS: Mapping[str, frozenset[str]] = {
    rule.card.code: _BASE
    | ({"population"} if rule.card.code in (*_PEOPLE, "demolished_vacant", "demolished_occupied") else set())
    | ({"demolitions", "buildings_previous"} if rule.card.code in _GONE else set())
    | ({"buildings_previous"} if rule.card.code in _CHANGE else set())
    | ({"crosswalk"} if rule.card.code in _RENEWED else set())
    | ({"streets"} if rule.card.code == "number_out_of_order" else set())
    for rule in RULES
}
"""Tables each finding is told from: where one of them was delivered before and is not now, the run did not look."""


def observe(result: Verification, identity: Identity) -> pd.DataFrame:
    """One row per finding with the columns COLUMNS.

    finding_id is the engine's, made of the lasting name of the subject, so that a renumbered file keeps its cases.
    evidence_hash covers what a person saw: code, certainty, sentence, proposal, the objects named (by their lasting names) and
    whether people are there. Measured numbers, coordinates and counts are left out of it: they move without meaning anything.
    lon, lat are EPSG:4490 degrees; people_n is null where unknown.
    """
    f = result.findings
    lasting = _renamed(identity)
    own = [lasting.get((s, i), i) for s, i in zip(f["subject"], f["subject_id"], strict=True)]
    any_kind = {i: o for (_, i), o in lasting.items()}
    related = [[any_kind.get(i, i) for i in ids] for ids in f["related"]]
    people = count_people(result)
    out = pd.DataFrame({"finding_id": _finding_ids(f, own), "code": f["code"], "subject": f["subject"]})
    out["subject_id"] = f["subject_id"]
    out["related"] = [canonical(list(ids)) for ids in f["related"]]
    out["village_code"] = f["village_code"].astype("str").fillna("")
    for column in ("office", "severity", "certainty", "detail_zh", "detail_en", "proposal", "value"):
        out[column] = f[column]
    out["unit"] = f["unit"].astype("str").fillna("")
    out["lon"], out["lat"] = _degrees(result)
    out["people_n"] = people["people_n"]
    out["people_rank"] = rank(out["people_n"])
    out["evidence_hash"] = _hashes(f, own, related, any_kind, people["there"])
    return out[list(COLUMNS)]


def rank(people_n: pd.Series) -> pd.Series:
    """Order by people, most first, for those who may not see small counts: all below _HIDDEN_N are equal; null: unknown.

    It depends on the count alone, so that a finding nobody touched keeps its row from run to run.
    """
    return 100_000 - people_n.clip(lower=_HIDDEN_N - 1, upper=99_999)


def count_people(result: Verification) -> pd.DataFrame:
    """People each finding concerns: people_n (residents, else registered; NaN unknown) and there (yes, no, unknown: any count at all).

    Of a building: placed there; of an address: on any name of its house; of a plate: in the building it is linked to; of a
    row of the population: what the finding was judged by.
    """
    f = result.findings
    at = {"building": result.buildings.set_index("building_id")[list(COUNTS)], "address": _by_address(result)}
    home = result.plates.set_index("plate_id")["building_id"]
    n, there = pd.Series(np.nan, index=f.index), pd.Series("unknown", index=f.index, dtype="object")
    for subject, rows in f.groupby("subject"):
        ids = rows["subject_id"]
        if subject == "row":
            n.loc[rows.index] = rows["value"].where(rows["unit"] == "persons")
            there.loc[rows.index] = np.where(n.loc[rows.index] > 0, "yes", "unknown")
            continue
        book = at["building" if subject == "plate" else str(subject)] if subject in ("building", "address", "plate") else None
        if book is None:
            continue
        counts = book.reindex(ids.map(home) if subject == "plate" else ids).set_index(rows.index)
        n.loc[rows.index] = counts["resident_n"].fillna(counts["registered_n"])
        some, all_known = (counts > 0).any(axis=1), counts.notna().all(axis=1)
        there.loc[rows.index] = np.select([some, all_known], ["yes", "no"], "unknown")
    return pd.DataFrame({"people_n": n.astype("float64"), "there": there})


def scope(result: Verification, *, delivered_before: frozenset[str], rows_before: Mapping[str, Mapping[str, int]]) -> pd.DataFrame:
    """Where this run looked and for what: village_code ('' in no village), code. Elsewhere absence says nothing.

    A village counts where it is in the run's villages and none of its buildings, plates and addresses, of which there were
    some before, are all gone; a code where every table it is told from, and that was there before, is there again.

    Parameters
    ----------
    delivered_before
        Tables that any run published before had.
    rows_before
        Rows of buildings, plates and addresses by village then.
    """
    now = village_rows(result)
    delivered = delivered_tables(result)
    villages = sorted(set(result.villages["village_code"].astype("str").fillna("")) | {""})
    looked = [v for v in villages if v == "" or all(now[t].get(v, 0) > 0 for t in _BASE if rows_before.get(t, {}).get(v, 0) > 0)]
    codes = [code for code, needs in NEEDS.items() if needs & delivered_before <= delivered]
    return pd.DataFrame([(v, c) for v in looked for c in codes], columns=["village_code", "code"])


def village_rows(result: Verification) -> dict[str, dict[str, int]]:
    """Rows of buildings, plates and addresses by village ('' in none)."""
    tables = {t: getattr(result, t)["village_code"].astype("str").fillna("") for t in sorted(_BASE)}
    return {t: {str(k): int(v) for k, v in codes.value_counts().sort_index().items()} for t, codes in tables.items()}


def delivered_tables(result: Verification) -> frozenset[str]:
    """Names of the tables the run read."""
    return frozenset(str(source["table"]) for source in result.run.get("inputs", []))


def _by_address(result: Verification) -> pd.DataFrame:
    """Counts of the house of every address, over all its names; NaN where no row knows them."""
    placed = result.occupancy[result.occupancy["scope"] == "house"]
    sums = placed[list(COUNTS)].groupby(placed["house"].to_numpy(dtype=object)).sum(min_count=1)
    names = result.houses[result.houses["kind"] == "address"].drop_duplicates("name")
    return sums.reindex(names["house"]).set_index(pd.Index(names["name"].to_numpy(dtype=object)))


def _renamed(identity: Identity) -> dict[tuple[str, str], str]:
    """Lasting name of every object whose files call it otherwise now."""
    o = identity.objects
    rows = o[o["id"] != o["object_id"]]
    return {(k, i): name for k, i, name in zip(rows["kind"], rows["id"], rows["object_id"], strict=True)}


def _finding_ids(findings: pd.DataFrame, own: list[str]) -> list[str]:
    """The engine's id where the subject's name is its lasting one, else the id made of that; never twice."""
    moved = [a != b for a, b in zip(own, findings["subject_id"], strict=True)]
    named = zip(findings["finding_id"], findings["code"], findings["subject"], own, moved, strict=True)
    ids = [_name(code, subject, i) if other else finding_id for finding_id, code, subject, i, other in named]
    twice = pd.Series(ids).duplicated(keep=False).to_numpy()
    taken = set(np.array(ids, dtype=object)[~twice])
    for at in np.flatnonzero(twice):  # a previous outline and its successor under one name: the second keeps its own
        ids[at] = ids[at] if ids[at] not in taken else findings["finding_id"].iloc[at]
        taken.add(ids[at])
    return ids


def _name(code: str, subject: str, subject_id: str) -> str:
    """The finding's id as `geo.classify.classify` makes it."""
    return hashlib.sha256(f"{code}\n{subject}\n{subject_id}".encode()).hexdigest()[:16]


def _hashes(findings: pd.DataFrame, own: list[str], related: list[list[str]], lasting: Mapping[str, str], there: pd.Series) -> list[str]:
    """SHA-256 of what a person saw of each finding."""
    out = []
    columns = [findings[c].to_numpy(dtype=object) for c in ("code", "certainty", "detail_zh", "proposal", "subject_id", "related")]
    for code, certainty, said, proposal, subject_id, ids, name, names, people in zip(*columns, own, related, there, strict=True):  # hashing is row by row
        words, offer = str(said), "" if not isinstance(proposal, str) else proposal
        if name != subject_id or names != ids:
            for i in sorted({subject_id, *ids} & lasting.keys(), key=len, reverse=True):
                words = words.replace(i, lasting[i])
        seen = (code, name, certainty, _MEASURED.sub("#", words), _MEASURED.sub("#", offer), *sorted(names), people)
        out.append(hashlib.sha256("\n".join(seen).encode()).hexdigest())
    return out


def _degrees(result: Verification) -> tuple[np.ndarray, np.ndarray]:
    shapes = result.findings.geometry.to_numpy()
    known = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    xy = np.full((len(shapes), 2), np.nan)
    if known.any():
        xy[known] = shapely.get_coordinates(reproject(shapes[known], result.findings.crs.to_string(), "EPSG:4490"))
    return xy[:, 0].round(7), xy[:, 1].round(7)
