"""Tallies per village and in total: every metric as numerator, denominator, ratio and target. Sums over sums."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.columns import among, at_positions, positions
from geo.outputs import METRICS
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
    sums = _sums(evidence, findings)
    codes = [*villages["village_code"], *([ELSEWHERE] if ELSEWHERE in sums.index and ELSEWHERE not in set(villages["village_code"]) else [])]
    rows = sums.reindex(codes, fill_value=0.0)
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
    b, p = evidence.buildings, evidence.plates
    eligible = b.loc[b["eligible"], ["building_id", "village_code", "up_n", "addresses_n"]]
    standing = p.loc[p["standing"], ["plate_id", "paired_id", "village_code", "link_state"]]
    a = evidence.addresses.loc[evidence.addresses["active"], list(_OF_ADDRESS)]
    up = among(a["paired_id"], p.loc[p["up"], "plate_id"]) | among(a["address_id"], p.loc[p["up"], "paired_id"])
    on_live = a["building_live"]
    placed = a.geometry.notna() & (a["point_village"] == a["text_village"].fillna(a["declared_village"]).fillna(a["point_village"]))
    dangling = set(findings.loc[findings["code"] == "dangling_plate", "subject_id"])
    nothing = set(findings.loc[findings["code"].isin(GONE_CODES), "subject_id"])
    proposed = a[among(a["address_id"], findings.loc[findings["code"] == "demolished_vacant", "subject_id"])]
    counts: dict[str, pd.Series] = {}

    def count(metric: str, numerator: pd.Series, denominator: pd.Series) -> None:
        # one after the other: a column of villages for each side of each metric would be as wide as the addresses themselves
        counts[f"{metric}_n"], counts[f"{metric}_d"] = numerator.fillna(ELSEWHERE).value_counts(), denominator.fillna(ELSEWHERE).value_counts()

    count("plates_on_wall", a["village_code"][on_live & up], a["village_code"][on_live])
    count("plates_on_wall_all", a["village_code"][on_live & up], a["village_code"])
    count("buildings_plated", eligible["village_code"][eligible["up_n"] > 0], eligible["village_code"])
    count("buildings_numbered", eligible["village_code"][eligible["addresses_n"] > 0], eligible["village_code"])
    component, unit = _components(evidence, eligible, standing, a)
    count("one_to_one", component[unit], component)
    del component, unit
    count("on_map", a["village_code"][placed], a["village_code"])
    count("dangling_share", p["village_code"][p["installed"] & among(p["plate_id"], dangling)], p["village_code"][p["installed"]])
    count("virtual_share", a["village_code"][among(a["address_id"], nothing)], a["village_code"])
    objects = pd.concat([standing["village_code"], a["village_code"]])
    count("undecided_share", objects[pd.concat([standing["link_state"], a["link_state"]]) == "undecided"], objects)
    count("cancelled_wrongly", proposed["village_code"][~proposed["vacant"]], proposed["village_code"])
    counts["people_placed_n"], counts["people_placed_d"] = _people(evidence)
    return pd.DataFrame(counts).fillna(0.0)


_OF_ADDRESS = (
    "address_id", "paired_id", "village_code", "text_village", "declared_village", "point_village", "building_live", "link_state", "vacant", "geometry",
)  # fmt: skip
"""What the tallies ask of an address."""


def _people(evidence: Evidence) -> tuple[pd.Series, pd.Series]:
    """People on one live building and all people, per village of their address: residents where known, else registered."""
    p = evidence.people
    n = p["resident_n"].fillna(p["registered_n"]).fillna(0.0)
    village = at_positions(evidence.register["village_code"], p["door_row"].to_numpy(), p.index).fillna(ELSEWHERE)
    return n[p["building_id"].notna()].groupby(village[p["building_id"].notna()]).sum(), n.groupby(village).sum()


def _components(evidence: Evidence, buildings: pd.DataFrame, plates: pd.DataFrame, addresses: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Village of each component of the link graph, and whether it is one building with a plate and an address of one key each.

    A row or compound decided as such counts as one where every one of its doors has both.
    """
    tables = {"building_id": buildings, "plate_id": plates, "address_id": addresses}
    begin = np.cumsum([0, *map(len, tables.values())])
    links = evidence.links[evidence.links["state"].isin(DECIDED)]
    at = {}
    for (id_column, table), first in zip(tables.items(), begin, strict=False):
        found = positions(links[id_column], table[id_column])
        at[id_column] = np.where(found >= 0, found + first, -1)
    pairs = np.concatenate([np.stack([at[one], at[two]]) for one, two in combinations(tables, 2)], axis=1)
    pairs = pairs[:, (pairs >= 0).all(axis=0)]
    graph = coo_array((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(begin[-1], begin[-1]))
    label = connected_components(graph, directed=False)[1] if begin[-1] else np.zeros(0, int)
    n = int(label.max(initial=-1)) + 1
    b, p, a = (np.bincount(label[i:j], minlength=n) for i, j in pairwise(begin))
    apart = np.bincount(label[begin[1] : begin[2]][plates["paired_id"].isna().to_numpy()], minlength=n)
    unit = (b == 1) & (p >= 1) & (p == a) & (apart == 0)
    node = np.zeros(n, dtype=int)
    node[label[::-1]] = np.arange(len(label))[::-1]
    village = pd.concat([t["village_code"] for t in tables.values()], ignore_index=True).iloc[node]
    return village.reset_index(drop=True), pd.Series(unit)


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
