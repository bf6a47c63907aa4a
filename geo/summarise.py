"""Tallies per village and in total: every metric as numerator, denominator, ratio and target. Sums over sums."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.columns import among, first_places, positions
from geo.outputs import METRICS
from geo.points import located
from geo.rule import Evidence
from geo.tables import DECIDED

GONE_CODES = ("virtual_address", "demolished_vacant", "demolished_occupied", "temporary_gone")
TOTAL = "total"
ELSEWHERE = ""
"""Village code of what lies in no known village: a row of its own, so that the villages always sum to the total."""


def summarise(evidence: Evidence, findings: pd.DataFrame) -> pd.DataFrame:
    """One row per village, one for what lies in none of them (code "", only where there is something), one `total`.

    Returns
    -------
    DataFrame: village_code, name, town, beat, and for every metric of `geo.outputs.METRICS` its _n, _d, _ratio (null
    where the denominator is zero) and _target (null: none).
    """
    villages = evidence.inputs.villages
    rows = _sums(evidence, findings)
    rows.loc[TOTAL] = rows.sum()
    out = villages.set_index("village_code")[["name", "town", "beat"]].reindex(rows.index)
    targets = _targets(evidence, rows.index)
    for metric in METRICS:
        n, d = rows[f"{metric.name}_n"], rows[f"{metric.name}_d"]
        out[f"{metric.name}_n"], out[f"{metric.name}_d"] = n, d
        out[f"{metric.name}_ratio"] = (n / d.where(d > 0)).astype("float64")
        out[f"{metric.name}_target"] = targets[metric.name]
    return out.rename_axis("village_code").reset_index()


def _sums(evidence: Evidence, findings: pd.DataFrame) -> pd.DataFrame:
    """Both sides of every metric, by village."""
    b, p, a = evidence.buildings, evidence.plates, evidence.addresses
    codes = pd.Series([*dict.fromkeys([*evidence.inputs.villages["village_code"], ELSEWHERE])], dtype="str")
    # counted by number: a column of villages for each side of each metric would be as wide as the addresses themselves
    of_building, of_plate, of_address = (_at(t["village_code"], codes) for t in (b, p, a))
    eligible, standing, installed, active = (t[flag].to_numpy(dtype=bool) for t, flag in ((b, "eligible"), (p, "standing"), (p, "installed"), (a, "active")))
    graph = {"building_id": b.loc[eligible, "building_id"], "plate_id": p.loc[standing, "plate_id"], "address_id": a.loc[active, "address_id"]}
    first, unit = _components(evidence.links, graph, p.loc[standing, "paired_id"].isna().to_numpy())
    component = np.concatenate([of_building[eligible], of_plate[standing], of_address[active]])[first]
    up = (among(a["paired_id"], p.loc[p["up"], "plate_id"]) | among(a["address_id"], p.loc[p["up"], "paired_id"])).to_numpy()
    on_live = active & a["building_live"].to_numpy()
    said = a["text_village"].fillna(a["declared_village"]).fillna(a["point_village"])
    placed = active & located(a).to_numpy() & (a["point_village"] == said).to_numpy(dtype=bool)
    nothing, proposed = (active & _found(findings, found, a["address_id"]) for found in (GONE_CODES, ("demolished_vacant",)))
    dangling = installed & _found(findings, ("dangling_plate",), p["plate_id"])
    counts: dict[str, np.ndarray] = {}

    def count(metric: str, numerator: np.ndarray, denominator: np.ndarray) -> None:
        counts[f"{metric}_n"], counts[f"{metric}_d"] = (np.bincount(side, minlength=len(codes)).astype(float) for side in (numerator, denominator))

    count("plates_on_wall", of_address[on_live & up], of_address[on_live])
    count("plates_on_wall_all", of_address[on_live & up], of_address[active])
    count("buildings_plated", of_building[eligible & (b["up_n"] > 0).to_numpy()], of_building[eligible])
    count("buildings_numbered", of_building[eligible & (b["addresses_n"] > 0).to_numpy()], of_building[eligible])
    count("one_to_one", component[unit], component)
    count("on_map", of_address[placed], of_address[active])
    count("dangling_share", of_plate[dangling], of_plate[installed])
    count("virtual_share", of_address[nothing], of_address[active])
    undecided = [rows & (t["link_state"] == "undecided").to_numpy(dtype=bool) for rows, t in ((standing, p), (active, a))]
    count("undecided_share", *(np.concatenate([of_plate[rows], of_address[others]]) for rows, others in (undecided, (standing, active))))
    count("cancelled_wrongly", of_address[proposed & ~a["vacant"].to_numpy()], of_address[proposed])
    village, n, on_live = _people(evidence, codes)
    counts["people_placed_n"], counts["people_placed_d"] = (np.bincount(village[rows], n[rows], len(codes)) for rows in (on_live, slice(None)))
    out = pd.DataFrame(counts, index=codes)
    known = among(codes, evidence.inputs.villages["village_code"]).to_numpy()
    return out[known | (out > 0).any(axis=1).to_numpy() | (np.bincount(village, minlength=len(codes)) > 0)]


def _found(findings: pd.DataFrame, codes: tuple[str, ...], ids: pd.Series) -> np.ndarray:
    """Whether something is found of each object under one of the codes."""
    return among(ids, findings.loc[findings["code"].isin(codes), "subject_id"]).to_numpy()


def _at(village: pd.Series, codes: pd.Series) -> np.ndarray:
    """Place of each village among the codes; what lies in none of them lies elsewhere."""
    at, (elsewhere,) = positions(village, codes), np.flatnonzero(codes == ELSEWHERE)
    return np.where(at >= 0, at, elsewhere)


def _people(evidence: Evidence, codes: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each row of the population: place of its address's village among the codes, people (residents where known, else registered), on one live building."""
    p = evidence.people
    n = p["resident_n"].fillna(p["registered_n"]).fillna(0.0).to_numpy(dtype=float)
    village = np.append(_at(evidence.texts["village_code"], codes), _at(pd.Series([ELSEWHERE], dtype="str"), codes))
    return village[p["door_row"]], n, p["building_id"].notna().to_numpy()


def _components(links: pd.DataFrame, tables: Mapping[str, pd.Series], apart: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First object of each component of the link graph, and whether it is one building with a plate and an address of one key each.

    A row or compound decided as such counts as one where every one of its doors has both.

    Parameters
    ----------
    tables
        building_id, plate_id and address_id of the objects, numbered one table after the other.
    apart
        Plates of no address.
    """
    begin = np.cumsum([0, *map(len, tables.values())])
    links = links.loc[links["state"].isin(DECIDED), list(tables)]
    at = {}
    for (id_column, ids), first in zip(tables.items(), begin, strict=False):
        found = positions(links[id_column], ids)
        at[id_column] = np.where(found >= 0, found + first, -1)
    pairs = np.concatenate([np.stack([at[one], at[two]]) for one, two in combinations(tables, 2)], axis=1)
    pairs = pairs[:, (pairs >= 0).all(axis=0)]
    graph = coo_array((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(begin[-1], begin[-1]))
    label = connected_components(graph, directed=False)[1] if begin[-1] else np.zeros(0, int)
    n = int(label.max(initial=-1)) + 1
    b, p, a = (np.bincount(label[i:j], minlength=n) for i, j in pairwise(begin))
    unit = (b == 1) & (p >= 1) & (p == a) & (np.bincount(label[begin[1] : begin[2]][apart], minlength=n) == 0)
    return first_places(label, n), unit


def _targets(evidence: Evidence, index: pd.Index) -> dict[str, pd.Series]:
    t = evidence.profile.thresholds
    fixed = {
        "plates_on_wall": t.plates_on_wall_ratio,
        "buildings_plated": t.plates_on_wall_ratio,
        "buildings_numbered": 1.0,
        "one_to_one": 1.0,
        "on_map": t.on_map_ratio,
        "dangling_share": 0.0,
        "virtual_share": 0.0,
        "people_placed": t.people_placed_ratio,
        "undecided_share": t.undecided_ratio,
        "cancelled_wrongly": 0.0,
    }
    out = {m.name: pd.Series(fixed.get(m.name, np.nan), index=index, dtype="float64") for m in METRICS}
    own = evidence.inputs.villages.set_index("village_code")["target_ratio"].astype("float64").reindex(index)
    out["plates_on_wall"] = own.fillna(out["plates_on_wall"])
    return out
