"""What the offline page says of each object: the same evidence as the app's panel, carried along as data."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from layers.evidence import difference, pairs
from layers.people import PEOPLE, PEOPLE_UNITS, masked, shown, told_people
from layers.result import KINDS, Result

# state and face of a plate are told where a result holds them.
_TOLD: dict[str, tuple[str, ...]] = {"building": ("area_m2", "why"), "plate": ("state", "face"), "address": ()}


def details(result: Result, scope: str) -> dict[str, Any]:
    """Objects, links and findings of a scope for reading, not for drawing.

    Returns
    -------
    objects
        kind -> id -> {"t": text, "s": status, "v": village code, "d": [what else is told], "n": people as shown}; also
        objects outside the scope that a link or finding of the scope names.
    links
        [{"b", "p", "a": ids, "s": state, "d": metres, "q": score, "r": reason}]
    differ
        [{"p", "a": plate and address that belong together and name different doors, "m": pieces of the plate's text, each
        with whether the address has it too}]
    findings
        In the order of the scope: {"zh", "en", "o": office, "p": proposal, "n": value as shown}.
    """
    found = result.within("findings", scope)
    links = _links(result, scope)
    mentioned = result.mentions[result.mentions["finding"].isin(found.index)]
    objects = {}
    for kind in KINDS:
        own = result.within(KINDS[kind], scope)[f"{kind}_id"].astype("str")
        other = [links[f"{kind}_id"].dropna().astype("str"), mentioned.loc[mentioned["kind"] == kind, "id"]]
        objects[kind] = _objects(result, kind, pd.concat([own, *other]).drop_duplicates().tolist())
    return {"objects": objects, "links": _told_links(links), "differ": _differences(result, links), "findings": _told_findings(found)}


def value_shown(value: Any, unit: Any) -> str:
    """The number a finding was judged by, with its unit; of people none below five."""
    if value is None or pd.isna(value):
        return ""
    number = float(str(value))
    known = str(unit) if isinstance(unit, str) else ""
    return f"{shown(number) if known in PEOPLE_UNITS else f'{number:,.6g}'} {known}".strip()


def detail_shown(row: dict[Any, Any], language: str) -> str:
    """The sentence of a finding; where it counts people, none below five."""
    text = str(row[f"detail_{language}"])
    return masked(text) if row.get("unit") in PEOPLE_UNITS else text


def _objects(result: Result, kind: str, ids: list[str]) -> dict[str, dict[str, Any]]:
    table = result.find(kind, ids)
    texts = result.captions[kind].reindex(table[f"{kind}_id"])
    columns = [f"{kind}_id", "status", "village_code", *(c for c in (*_TOLD[kind], *PEOPLE) if c in table)]
    people = told_people(result, ids) if kind == "building" else pd.DataFrame()
    told = {}
    # One dictionary per object is what JSON is made of; nothing is computed in this loop.
    for row, text in zip(table[columns].to_dict("records"), texts, strict=True):
        one = str(row[f"{kind}_id"])
        village = row["village_code"] if isinstance(row["village_code"], str) else ""
        entry: dict[str, Any] = {"t": text, "s": row["status"], "v": village}
        entry["d"] = [_plain(row[c]) for c in _TOLD[kind] if c in row and pd.notna(row[c])]
        if kind == "building":
            entry["n"] = [str(people.loc[one, c]) for c in PEOPLE]
        told[one] = entry
    return told


def _plain(value: object) -> str:
    return f"{value:,.0f} m²" if isinstance(value, float) else str(value)


def _links(result: Result, scope: str) -> pd.DataFrame:
    links = result.tables.links
    inside = pd.Series(False, index=links.index)
    for kind in KINDS:
        inside |= links[f"{kind}_id"].isin(result.within(KINDS[kind], scope)[f"{kind}_id"])
    return links[inside]


def _told_links(links: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {"building_id": "b", "plate_id": "p", "address_id": "a", "state": "s", "distance_m": "d", "score": "q", "reason": "r"}
    rows = links.rename(columns=columns)[list(columns.values())].round({"d": 1, "q": 2}).to_dict("records")
    # Ends that were not both located have no distance, however a run writes that.
    return [{str(k): v for k, v in row.items() if pd.notna(v) and v != math.inf} for row in rows]


def _differences(result: Result, links: pd.DataFrame) -> list[dict[str, Any]]:
    told = ((p, a, difference(result, p, a)) for p, a in zip(*(pairs(links)[c] for c in ("plate_id", "address_id")), strict=True))
    return [{"p": p, "a": a, "m": pieces} for p, a, pieces in told if pieces]


def _told_findings(found: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "zh": detail_shown(row, "zh"),
            "en": detail_shown(row, "en"),
            "o": row["office"],
            "p": row.get("proposal") if isinstance(row.get("proposal"), str) else "",
            "n": value_shown(row.get("value"), row.get("unit")),
        }
        for row in found.drop(columns="geometry").to_dict("records")
    ]
