"""What is true of a dealt town: cases by id, grey zones, links and people, in the layout a scorer reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.synthetic.delivery import Delivery
from geo.synthetic.derived import derive, row_numbers
from geo.synthetic.doors import COUNTS, KEY
from geo.synthetic.draft import Draft

# The register's number does not speak of the plate beside it, or nobody can say whether it does.
_OPEN_PAIRS = frozenset({"text_conflict", "plate_for_many_buildings", "status_conflict", "duplicate_id", "village_mismatch"})


def tell(draft: Draft, delivery: Delivery, spoiled: list[dict[str, object]]) -> dict[str, pd.DataFrame]:
    """The truth tables: findings, neutral, pairs, links, objects, population.

    findings
        case_id, code, subject, subject_id, accept (list of ids that stand for the same thing), note.
    neutral
        code ("*": any), id: a finding there is neither right nor wrong.
    pairs
        rel {bp, ap, ab}, a, b, weight {required, neutral}: building-plate, address-plate, building-address.
    population
        building_id and the people of every count on live buildings.
    """
    book = _Book(draft, delivery)
    derived, grey = derive(delivery)
    cases = [*(book.resolve(c) for c in (*draft.cases, *derived)), *spoiled]
    findings = pd.DataFrame(cases).drop_duplicates(["code", "subject_id"]).reset_index(drop=True)
    findings.insert(0, "case_id", findings["code"] + "-" + pd.Series(range(len(findings)), dtype=object).astype(str).str.zfill(5))
    neutral = pd.DataFrame([(code, i) for code, thing in (*draft.neutral, *grey) for i in book.ids(thing)], columns=["code", "id"])
    neutral = neutral.drop_duplicates().sort_values(["code", "id"], ignore_index=True)
    return {
        "findings": findings,
        "neutral": neutral.astype(str),
        "pairs": _pairs(delivery),
        "links": _links(delivery),
        "objects": _objects(delivery),
        "population": _population(delivery),
    }


def describe(delivery: Delivery, truth: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Codes that were planted with their number, and sums of people."""
    count = truth["findings"]["code"].value_counts().sort_index()
    people = delivery.tables["population"]
    return {
        "rows": {name: len(table) for name, table in delivery.tables.items()},
        "difficulty": {side: difficulty(delivery, side) for side in ("plate", "address")},
        "codes": list(count.index),
        "cases": {str(k): int(v) for k, v in count.items()},
        "people_total": {c: int(people[c].fillna(0).sum()) for c in COUNTS},
        "people_placed": {c: int(truth["population"][c].sum()) for c in COUNTS},
    }


def difficulty(delivery: Delivery, side: str) -> dict[str, float]:
    """How far position alone leads: shares of plates or addresses whose nearest house is their own, and that lie in another one.

    Parameters
    ----------
    side
        plate or address; rows without a coordinate, without a house or displaced on purpose are left out.
    """
    houses, doors = delivery.houses, delivery.doors
    live = houses.loc[houses["live"] & houses["current"]]
    rows = delivery.tables["plates" if side == "plate" else "addresses"].drop_duplicates(f"{side}_id").set_index(f"{side}_id")
    mine = doors.loc[doors[f"{side}_id"].notna() & doors["house"].isin(live.index) & doors[f"{side[0]}_x"].isna() & doors["same_as"].lt(0)]
    point = rows["geometry"].reindex(mine[f"{side}_id"]).to_numpy()
    there = ~shapely.is_missing(point)
    point, own = point[there], mine["house"].to_numpy()[there]
    tree = shapely.STRtree(shapely.make_valid(live["footprint"].to_numpy()))
    inside, which = tree.query(point, predicate="within")
    foreign = np.unique(inside[live.index.to_numpy()[which] != own[inside]])
    near = live.index.to_numpy()[tree.nearest(point)] == own
    return {"n": len(own), "nearest_is_own": round(float(near.mean()), 4), "inside_another": round(len(foreign) / len(own), 4)}


class _Book:
    """Positions in the draft -> the ids they were delivered under."""

    def __init__(self, draft: Draft, delivery: Delivery) -> None:
        self.ids_of = {
            "building": delivery.houses["building_id"].to_numpy(object),
            "previous": delivery.houses["previous_id"].to_numpy(object),
            "plate": delivery.doors["plate_id"].to_numpy(object),
            "address": delivery.doors["address_id"].to_numpy(object),
            "room": delivery.rooms["address_id"].to_numpy(object),
        }
        self.crosswalk = [[str(row["old"]), f"{row['old']}→{row['new']}"] for row in draft.crosswalk]
        by_text = draft.noise.people_by_text
        self.strays = [str(row["text"] if by_text else row["address_id"]) for row in draft.strays]
        people = delivery.tables["population"]
        label = people["text"] if by_text else people["address_id"]
        self.people_row = {str(v): k for k, v in enumerate(label)}

    def ids(self, thing: Any) -> list[str]:
        """Every id a reference may appear under; rows are named by text and by position (from 0, from 1, below a header)."""
        if isinstance(thing, str):
            row = int(thing.split(":")[1]) if thing.startswith("@crosswalk:") else -1
            return [thing] if row < 0 else [*self.crosswalk[row], *row_numbers(row, "crosswalk")]
        kind, position = thing
        if kind == "text":
            return []
        if kind == "stray":
            name = self.strays[position]
            return [name, *row_numbers(self.people_row[name], "population")]
        value = self.ids_of[kind][position]
        return [] if value is None or pd.isna(value) else [str(value)]

    def resolve(self, case: dict[str, Any]) -> dict[str, object]:
        """One case with ids in the place of references."""
        kind = case["subject"][0]
        names = [i for thing in (case["subject"], *case["accept"]) for i in self.ids(thing)]
        subject = {"previous": "building", "room": "address", "stray": "row", "text": "row"}.get(kind, kind)
        return {"code": case["code"], "subject": subject, "subject_id": names[0], "accept": list(dict.fromkeys(names[1:])), "note": case["note"]}


def _pairs(delivery: Delivery) -> pd.DataFrame:
    doors, houses = delivery.doors, delivery.houses
    home = doors["house"].to_numpy().clip(0)
    there = doors["house"].ge(0) & houses["current"].to_numpy()[home]
    live = there & houses["live"].to_numpy()[home]
    open_pair = doors["fault"].isin(_OPEN_PAIRS) | ~live
    agree = pd.Series(True, index=doors.index)
    for part in KEY:
        agree &= (doors[f"p_{part}"] == doors[f"a_{part}"]).to_numpy()
    current = doors["a_status"].eq("current")
    sure = ~open_pair & current
    parts = [
        _pair("bp", doors["building_id"], doors["plate_id"], there & doors["plate"], live & doors["fault"].ne("duplicate_id")),
        _pair("ap", doors["address_id"], doors["plate_id"], doors["plate"] & doors["address"], sure & (agree | doors["fault"].eq("old_plate"))),
        _pair("ab", doors["building_id"], doors["address_id"], there & doors["address"], sure | live & doors["fault"].eq("text_conflict")),
    ]
    second = doors["fault"].eq("duplicate_address") & doors["address"]
    first_plate = doors.loc[doors["fault"].eq("duplicate_address") & doors["plate"]].set_index("house")["plate_id"]
    extra = doors.loc[second & ~doors["plate"]]
    parts.append(pd.DataFrame({"rel": "ap", "a": extra["address_id"], "b": extra["house"].map(first_plate), "weight": "neutral"}))
    # a thing of a house that is gone may be linked to it, under either survey's id
    gone = doors.loc[doors["house"].ge(0) & ~live]
    for ids in ("building_id", "previous_id"):
        former = delivery.houses[ids].to_numpy()[gone["house"].to_numpy()]
        parts.append(pd.DataFrame({"rel": "bp", "a": former, "b": gone["plate_id"], "weight": "neutral"}))
        parts.append(pd.DataFrame({"rel": "ab", "a": former, "b": gone["address_id"], "weight": "neutral"}))
    many = doors.loc[doors["fault"].eq("plate_for_many_buildings")]
    parts.append(_crossed(many))
    room = delivery.rooms
    stays = there.to_numpy()[room["door"]]
    parts.append(pd.DataFrame({"rel": "ab", "a": doors["building_id"].to_numpy()[room["door"]], "b": room["address_id"], "weight": "neutral"}).loc[stays])
    return pd.concat(parts, ignore_index=True).dropna().drop_duplicates(["rel", "a", "b"], ignore_index=True)


def _pair(rel: str, a: pd.Series, b: pd.Series, exists: pd.Series, required: pd.Series) -> pd.DataFrame:
    weight = np.where(required, "required", "neutral")
    return pd.DataFrame({"rel": rel, "a": a, "b": b, "weight": weight}).loc[exists]


def _crossed(doors: pd.DataFrame) -> pd.DataFrame:
    """Where one number hangs on two houses, its address may be linked to either plate and either house."""
    key = ["village", "place", "number", "sub", "building_no"]
    address = doors.loc[doors["address"], [*key, "address_id"]]
    other = doors[[*key, "plate_id", "building_id"]].merge(address, on=key)
    plates = pd.DataFrame({"rel": "ap", "a": other["address_id"], "b": other["plate_id"], "weight": "neutral"})
    houses = pd.DataFrame({"rel": "ab", "a": other["building_id"], "b": other["address_id"], "weight": "neutral"})
    return pd.concat([plates, houses], ignore_index=True)


def _links(delivery: Delivery) -> pd.DataFrame:
    doors = delivery.doors
    stands = delivery.houses["current"].to_numpy()[doors["house"].to_numpy().clip(0)] & doors["house"].ge(0)
    table = doors.loc[doors["plate"] | doors["address"], ["plate_id", "address_id", "fault"]]
    table.insert(0, "building_id", doors["building_id"].where(stands))
    return table.reset_index(drop=True)


def _objects(delivery: Delivery) -> pd.DataFrame:
    doors, houses = delivery.doors, delivery.houses
    ids = {
        "building": houses.loc[houses["current"] & houses["live"], "building_id"],
        "plate": doors.loc[doors["plate"], "plate_id"],
        "address": doors.loc[doors["address"] & doors["a_status"].eq("current"), "address_id"],
    }
    table = pd.concat([pd.DataFrame({"table": name, "id": values}) for name, values in ids.items()], ignore_index=True)
    return table.drop_duplicates(ignore_index=True)


def _population(delivery: Delivery) -> pd.DataFrame:
    doors, houses, rooms = delivery.doors, delivery.houses, delivery.rooms
    mine = doors["address"] & doors["counted"] & doors["a_status"].eq("current") & doors["building_no"].eq(0)
    people = doors.loc[mine, ["house", *COUNTS]]
    inside = rooms.loc[rooms["counted"], ["door", *COUNTS]]
    inside = inside.assign(house=doors["house"].to_numpy()[inside["door"]]).drop(columns="door")
    both = pd.concat([people, inside], ignore_index=True)
    both = both.loc[both["house"].ge(0)]
    live = houses["current"].to_numpy() & houses["live"].to_numpy()
    total = both.loc[live[both["house"]]].groupby("house")[list(COUNTS)].sum().astype("int64")
    total.insert(0, "building_id", houses["building_id"].to_numpy()[total.index])
    out: pd.DataFrame = total.reset_index(drop=True)
    return out

