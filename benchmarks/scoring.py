"""Findings, links and people of a run against the truth of a dealt town.

A finding settles at most one case: the case's code, and its subject among the case's ids (or, for findings about a group, one
of the group). A finding that settles none is wrong unless the truth calls the object open for that code.
precision = cases found / (cases found + wrong findings), recall = cases found / cases.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geo.tables import COUNTS, DECIDED, Verification

GROUP = {
    "duplicate_number", "plate_for_many_buildings", "duplicate_address", "stacked_addresses", "several_plates", "rebuilt", "text_conflict",
}  # fmt: skip
QUARANTINED = {"invalid_geometry", "duplicate_id", "outside_project", "people_unplaced"}
RELATED_N = 12


@dataclass(frozen=True)
class Score:
    """codes: planted, found, correct, wrong, precision, recall, f1 by code. The rest are ratios over the whole town."""

    codes: pd.DataFrame
    link_precision: float
    link_recall: float
    wrong_links_n: int
    undecided_ratio: float
    people_error_ratio: float

    @property
    def macro_f1(self) -> float:
        return float(self.codes["f1"].mean())

    @property
    def lowest(self) -> tuple[str, float]:
        """The code that is found worst, and its F1."""
        return str(self.codes["f1"].idxmin()), float(self.codes["f1"].min())

    @property
    def wrong_ratio(self) -> float:
        """False pairs among those the run asserts."""
        return 1 - self.link_precision


def score(out: Path, truth: Path) -> Score:
    """Score the result folder of a run against a truth folder."""
    refused = pd.read_parquet(out / "quarantine.parquet") if (out / "quarantine.parquet").exists() else None
    buildings = pd.read_parquet(out / "buildings.parquet", columns=["building_id", *COUNTS])
    found = said(pd.read_parquet(out / "findings.parquet"), refused)
    return _score(found, pd.read_parquet(out / "links.parquet"), buildings, read_truth(truth))


def score_run(run: Verification, truth: dict[str, pd.DataFrame]) -> Score:
    """The same of a run that was not written, against `read_truth`."""
    return _score(said(run.findings, run.quarantine), run.links, run.buildings, truth)


def read_truth(truth: Path) -> dict[str, pd.DataFrame]:
    """What a truth folder says about findings, links and people."""
    return {name: pd.read_parquet(truth / f"{name}.parquet") for name in ("findings", "neutral", "pairs", "objects", "population")}


def _score(found: pd.DataFrame, links: pd.DataFrame, buildings: pd.DataFrame, truth: dict[str, pd.DataFrame]) -> Score:
    codes = score_findings(found, truth["findings"], truth["neutral"])
    open_ids = set(truth["neutral"].loc[truth["neutral"]["code"] == "*", "id"])
    precision, recall, wrong = score_links(links, truth["pairs"], open_ids)
    return Score(codes, precision, recall, wrong, undecided(links, truth["objects"]), score_people(buildings, truth["population"]))


def said(findings: pd.DataFrame, refused: pd.DataFrame | None) -> pd.DataFrame:
    """Findings of a run (code, subject_id, related), with those refused rows that stand for a finding."""
    related = findings["related"].map(list) if "related" in findings else pd.Series([[] for _ in range(len(findings))], index=findings.index, dtype=object)
    tables = [findings[["code", "subject_id"]].assign(related=related)]
    if refused is not None:
        rows = refused.loc[refused["code"].isin(QUARANTINED), ["code", "key"]].rename(columns={"key": "subject_id"})
        tables.append(rows.assign(related=[[]] * len(rows)))
    both = pd.concat(tables, ignore_index=True)
    return both.assign(subject_id=both["subject_id"].astype("str").fillna(""))


def score_findings(found: pd.DataFrame, cases: pd.DataFrame, neutral: pd.DataFrame) -> pd.DataFrame:
    """One row per planted code."""
    open_objects = set(zip(neutral["code"], neutral["id"], strict=True))
    rows = []
    for code, mine in cases.groupby("code"):
        by_id: dict[str, list[int]] = defaultdict(list)
        for k, (subject, accept) in enumerate(zip(mine["subject_id"], mine["accept"], strict=True)):
            for name in dict.fromkeys([subject, *(accept if accept is not None else [])]):
                by_id[name].append(k)
        settled: set[int] = set()
        wrong: set[str] = set()
        raised = found.loc[found["code"] == code]
        for subject, related in zip(raised["subject_id"], raised["related"], strict=True):
            names = spellings(subject)
            hits = [k for name in names for k in by_id.get(name, [])]
            if not hits and len(related) <= RELATED_N and code in GROUP:
                hits = [k for name in related for k in by_id.get(str(name), [])]
            if hits:
                settled.update([k for k in hits if k not in settled][:1])
            elif not any((c, name) in open_objects for name in names for c in (code, "*")):
                wrong.add(subject)
        rows.append((code, len(mine), len(raised), len(settled), len(wrong)))
    table = pd.DataFrame(rows, columns=["code", "planted", "found", "correct", "wrong"]).set_index("code")
    table["precision"] = (table["correct"] / (table["correct"] + table["wrong"]).replace(0, np.nan)).fillna(0.0)
    table["recall"] = table["correct"] / table["planted"]
    both = (table["precision"] + table["recall"]).replace(0, np.nan)
    return table.assign(f1=(2 * table["precision"] * table["recall"] / both).fillna(0.0))


def spellings(subject: str) -> list[str]:
    """A subject as it is, and what stands behind `table:` and `#`."""
    return list(dict.fromkeys([subject, subject.split(":", 1)[-1], subject.rsplit("#", 1)[-1]]))


def score_links(links: pd.DataFrame, pairs: pd.DataFrame, open_ids: set[str]) -> tuple[float, float, int]:
    """Precision and recall of decided pairs over all three kinds, and how many are false."""
    got = decided_pairs(links)
    asserted = correct = required_n = hit = 0
    for kind, mine in pairs.groupby("rel"):
        fair = {p for p in got[str(kind)] if not open_ids & set(p)}
        true = set(zip(mine["a"], mine["b"], strict=True))
        must = mine.loc[mine["weight"] == "required"]
        required = {p for p in zip(must["a"], must["b"], strict=True) if not open_ids & set(p)}
        asserted, correct = asserted + len(fair), correct + len(fair & true)
        required_n, hit = required_n + len(required), hit + len(fair & required)
    return correct / max(1, asserted), hit / max(1, required_n), asserted - correct


def decided_pairs(links: pd.DataFrame) -> dict[str, set[tuple[str, str]]]:
    """Pairs the run asserts: building-plate, address-plate, building-address; an address without a house has its plate's."""
    rows = links.loc[links["state"].isin(DECIDED)]
    out = {
        kind: set(rows[[a, b]].dropna().itertuples(index=False, name=None))
        for kind, a, b in (("bp", "building_id", "plate_id"), ("ap", "address_id", "plate_id"), ("ab", "building_id", "address_id"))
    }
    housed = {address for _, address in out["ab"]}
    home = defaultdict(set)
    for building, plate in out["bp"]:
        home[plate].add(building)
    out["ab"] |= {(building, address) for address, plate in out["ap"] if address not in housed for building in home[plate]}
    return out


def undecided(links: pd.DataFrame, objects: pd.DataFrame) -> float:
    """Share of plates and plate-level addresses that the run left undecided."""
    decided = links["state"].isin(DECIDED)
    open_ = links["state"].eq("undecided")
    shares = []
    for table, column in (("plate", "plate_id"), ("address", "address_id")):
        known = set(objects.loc[objects["table"] == table, "id"])
        left = set(links.loc[open_, column].dropna()) - set(links.loc[decided, column].dropna())
        shares.append((len(left & known), len(known)))
    return sum(n for n, _ in shares) / max(1, sum(d for _, d in shares))


def score_people(buildings: pd.DataFrame, truth: pd.DataFrame) -> float:
    """Sum of |placed - true| over buildings and counts, divided by the people: 0 perfect, 1 nobody placed."""
    placed, true = (_by_building(t) for t in (buildings, truth))
    return float(placed.sub(true, fill_value=0).abs().to_numpy().sum() / max(1.0, true.to_numpy().sum()))


def _by_building(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index("building_id")[list(COUNTS)].astype(float).fillna(0.0).groupby(level=0).sum()

