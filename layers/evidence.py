"""All three records say of one object, side by side: what the panel beside the map shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.tables import PARTS
from layers.result import KINDS, Result

Pieces = list[tuple[str, bool]]
_Ends = dict[str, set[str]]


@dataclass(frozen=True)
class Evidence:
    """What is known of one object.

    kind, id name it (a finding is shown at its subject). buildings, plates, addresses hold the object itself and
    everything linked to it or named by its findings, and for a room what its door is linked to; links what ties them;
    findings those that speak of it, the most important first; candidates those objects that no decided link ties to it.
    """

    kind: str
    id: str
    findings: gpd.GeoDataFrame
    links: pd.DataFrame
    buildings: gpd.GeoDataFrame
    plates: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame
    candidates: frozenset[tuple[str, str]] = frozenset()

    def objects(self, kind: str) -> gpd.GeoDataFrame:
        """The rows of one kind."""
        return getattr(self, KINDS[kind])

    def partners(self) -> list[tuple[str, str]]:
        """Every object shown beside the one asked for, as (kind, id)."""
        every = [(kind, str(i)) for kind in KINDS for i in self.objects(kind)[f"{kind}_id"]]
        return [one for one in every if one != (self.kind, self.id)]


def evidence(result: Result, kind: str, one_id: str) -> Evidence | None:
    """Gather the evidence for one object or finding; None where the result has no such object.

    Parameters
    ----------
    result
        A loaded result.
    kind
        building, plate, address or finding.
    one_id
        Id of the object, or of the finding. A finding about a village, a layer or a row has no objects, only itself.
    """
    wanted: list[tuple[str, str]] = []
    if kind == "finding":
        row = result.finding(one_id)
        if row.empty:
            return None
        kind, subject = str(row["subject"].iloc[0]), str(row["subject_id"].iloc[0])
        if kind not in KINDS or subject not in result.positions[kind]:
            return Evidence(kind, subject, row, result.tables.links.iloc[:0], *(result.objects(k).iloc[:0] for k in KINDS))
        wanted, one_id = result.mentioned(row.index[0]), subject
    if kind not in KINDS or one_id not in result.positions[kind]:
        return None
    links, roots = _links(result, kind, one_id), [(kind, one_id), *_stands_on(result, kind, one_id)]
    if links.empty:  # a room is linked through its door
        links = next((found for k, i in roots[1:] if k == "address" and not (found := _links(result, k, i)).empty), links)
        wanted += [one for one in roots[1:] if one[0] == "address"]
    wanted = [(kind, one_id), *wanted]
    wanted += [(k, str(i)) for k in KINDS for i in links[f"{k}_id"].dropna()]
    ids = {k: list(dict.fromkeys(i for other, i in wanted if other == k)) for k in KINDS}
    buildings, plates, addresses = (result.find(k, ids[k]) for k in KINDS)
    return Evidence(kind, one_id, result.findings_of(kind, one_id), links, buildings, plates, addresses, _candidates(links, roots))


def former(result: Result, found: Evidence) -> pd.DataFrame:
    """Rows of `buildings_previous` that the evidence names and the present survey does not hold: houses that are gone."""
    named = [found.addresses["building_id"], found.plates["building_id"], found.findings["related"].explode(), pd.Series([found.id])]
    ids = pd.Index(pd.concat(named).dropna().astype("str").unique()).difference(result.positions["building"])
    before = result.tables.buildings_previous
    return pd.DataFrame(before[before["building_id"].isin(ids)]).sort_values("building_id")


def differing(first: str, second: str) -> tuple[Pieces, Pieces]:
    """Both texts in pieces, each piece with whether the other text has it too, in the same order.

    Examples
    --------
    >>> differing("中山巷4号", "中山巷14号")
    ([('中山巷', True), ('4号', True)], [('中山巷', True), ('1', False), ('4号', True)])
    """
    pieces: tuple[Pieces, Pieces] = ([], [])
    for tag, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        pieces[0].extend([(first[a:b], tag == "equal")] if b > a else [])
        pieces[1].extend([(second[c:d], tag == "equal")] if d > c else [])
    return pieces


def parts(rows: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Parsed parts of several texts side by side: one row per part that any of them has, one column per text.

    The column `differs` tells whether two texts give the part different values; a part that one text leaves out differs
    from nothing, because a plate on the wall says less than the register.
    """
    columns = [
        one.reindex(columns=list(PARTS)).iloc[at].astype("str").where(one.reindex(columns=list(PARTS)).iloc[at].notna())
        for one in rows
        for at in range(len(one))
    ]
    if not columns:
        return pd.DataFrame(columns=["differs"])
    table = pd.concat([c.rename(n) for n, c in enumerate(columns)], axis=1)
    table = table[table.notna().any(axis=1) & (table != "").any(axis=1)]
    first = table.bfill(axis=1).iloc[:, 0]
    return table.assign(differs=(table.notna() & table.ne(first, axis=0)).any(axis=1))


def pairs(links: pd.DataFrame) -> pd.DataFrame:
    """Which plate is to be compared with which address: plate_id, address_id, one row per pair, by plate.

    Those in one link, and the only plate with the only address of a building where links hold them apart. Links a person
    rejected compare nothing.
    """
    told = [row for row in _ends(links, "state") if row[3] != "rejected"]
    both = {(plate, address) for _, plate, address, _ in told if plate is not None and address is not None}
    taken = {plate for plate, _ in both}, {address for _, address in both}
    lonely: tuple[_Ends, _Ends] = ({}, {})
    for building, plate, address, _ in told:
        if building is not None and (plate is None or address is None):
            for end, one in enumerate((plate, address)):
                if one is not None and one not in taken[end]:
                    lonely[end].setdefault(building, set()).add(one)
    for building in lonely[0].keys() & lonely[1].keys():
        plates, addresses = lonely[0][building], lonely[1][building]
        if len(plates) == len(addresses) == 1:
            both |= set(zip(plates, addresses, strict=True))
    return pd.DataFrame(sorted(both), columns=["plate_id", "address_id"], dtype="str")


def difference(result: Result, plate_id: str, address_id: str) -> Pieces | None:
    """The plate's text in pieces against the address; None where both name the same door or nothing differs."""
    nothing = ("", "")
    plate, address = result.door("plate", plate_id), result.door("address", address_id)
    if nothing in (plate, address) or (plate[0] and plate[0] == address[0]) or address[1].endswith(plate[1]):
        return None
    pieces = differing(address[1], plate[1])[1]
    return None if all(same for _, same in pieces) else pieces


def _stands_on(result: Result, kind: str, one_id: str) -> list[tuple[str, str]]:
    """The building the object is decided to stand on, and the door a room belongs to."""
    row = result.find(kind, [one_id]).iloc[0]
    ends = {"building": row.get("building_id"), "address": row.get("parent_id")}
    return [(k, i) for k, i in ends.items() if isinstance(i, str) and (k, i) != (kind, one_id)]


def _candidates(links: pd.DataFrame, roots: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Objects of links that no chain of decided links ties to one of the roots."""
    ties = [({(k, i) for k, i in zip(KINDS, row, strict=False) if i is not None}, row[3]) for row in _ends(links, "state")]
    reached, grown = set(roots), True
    while grown:
        n = len(reached)
        for ends, state in ties:
            if state not in ("undecided", "rejected") and ends & reached:
                reached |= ends
        grown = len(reached) > n
    return frozenset(set().union(*(ends for ends, _ in ties)) - reached)


def _links(result: Result, kind: str, one_id: str) -> pd.DataFrame:
    """Links of the object, and those its partners have with one another."""
    links = result.tables.links
    own = result.links_at(kind, one_id)
    rows = _ends(links.iloc[own])
    known = [{one_id} if k == kind else {row[n] for row in rows} - {None} for n, k in enumerate(KINDS)]
    for n, k in enumerate(KINDS):
        # A plate and an address that only share a building are linked through it; they are what a conflict is about.
        if not known[n]:
            beside = [result.links_at("building", str(b)) for b in known[0]]
            known[n] = set(links[f"{k}_id"].iloc[np.concatenate(beside)].dropna()) if beside else set()
    near = np.unique(np.concatenate([own, *(result.links_at(k, str(i)) for n, k in enumerate(KINDS) for i in known[n])]))
    ends = _ends(links.iloc[near])
    inside = [all(row[n] is None or row[n] in known[n] for n in range(len(KINDS))) for row in ends]
    return links.iloc[near[np.array(inside, dtype=bool)]]


def _ends(links: pd.DataFrame, *more: str) -> list[tuple[str | None, ...]]:
    """building_id, plate_id, address_id of each link, and what else is asked for; None where it has no such end."""
    columns = [links[c].tolist() for c in (*(f"{k}_id" for k in KINDS), *more)]
    return [tuple(one if isinstance(one, str) else None for one in row) for row in zip(*columns, strict=True)]
