"""What is true of a dealt town: cases by id, grey zones, links and people, in the layout a scorer reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.synthetic.delivery import Delivery
from geo.synthetic.doors import COUNTS, KEY
from geo.synthetic.draft import Draft

_GREY_M = (6.0, 15.0)
"""Between these distances from the own village a point is neither a village_mismatch nor clean (tolerance 10 m)."""
_SAME_M = 4.5
"""Beyond this distance from its own house a correct coordinate may or may not be called misplaced (limit 8 m)."""
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
    derived, grey = _derived(draft, delivery)
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
        "codes": list(count.index),
        "cases": {str(k): int(v) for k, v in count.items()},
        "people_total": {c: int(people[c].fillna(0).sum()) for c in COUNTS},
        "people_placed": {c: int(truth["population"][c].sum()) for c in COUNTS},
    }


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
        self.crosswalk = [str(row["old"]) for row in draft.crosswalk]
        by_text = draft.noise.people_by_text
        self.strays = [str(row["text"] if by_text else row["address_id"]) for row in draft.strays]
        people = delivery.tables["population"]
        label = people["text"] if by_text else people["address_id"]
        self.people_row = {str(v): k for k, v in enumerate(label)}

    def ids(self, thing: Any) -> list[str]:
        """Every id a reference may appear under; rows are named by text and by position (from 0, from 1, below a header)."""
        if isinstance(thing, str):
            return self._row_names(int(thing.split(":")[1]), self.crosswalk, "crosswalk") if thing.startswith("@crosswalk:") else [thing]
        kind, position = thing
        if kind == "text":
            return []
        if kind == "stray":
            name = self.strays[position]
            return [name, *_numbers(self.people_row[name], "population")]
        value = self.ids_of[kind][position]
        return [] if value is None or pd.isna(value) else [str(value)]

    def _row_names(self, row: int, texts: list[str], table: str) -> list[str]:
        return [texts[row], *_numbers(row, table)]

    def resolve(self, case: dict[str, Any]) -> dict[str, object]:
        """One case with ids in the place of references."""
        kind = case["subject"][0]
        names = [i for thing in (case["subject"], *case["accept"]) for i in self.ids(thing)]
        subject = {"previous": "building", "room": "address", "stray": "row", "text": "row"}.get(kind, kind)
        return {"code": case["code"], "subject": subject, "subject_id": names[0], "accept": list(dict.fromkeys(names[1:])), "note": case["note"]}


def _numbers(row: int, table: str) -> list[str]:
    return [name for k in (row, row + 1, row + 2) for name in (str(k), f"{table}:{k}", f"{table}:#{k}")]


def _derived(draft: Draft, delivery: Delivery) -> tuple[list[dict[str, Any]], list[tuple[str, Any]]]:
    """Cases and grey zones that follow from the whole town: positions, distances, counts, changed outlines."""
    cases: list[dict[str, Any]] = []
    grey: list[tuple[str, Any]] = []
    for step in (_unlocated, _positions, _absent, _people_on_nothing, _changes, _short_texts, _surplus, _renumbered_gaps):
        found, unsure = step(draft, delivery)
        cases += found
        grey += unsure
    return cases, grey


def _case(code: str, subject: tuple[str, int], accept: list[Any], note: str = "") -> dict[str, Any]:
    return {"code": code, "subject": subject, "accept": accept, "note": note}


Found = tuple[list[dict[str, Any]], list[tuple[str, Any]]]


def _unlocated(draft: Draft, delivery: Delivery) -> Found:
    """Active plate-level addresses without a coordinate whose number hangs somewhere."""
    doors = delivery.doors
    placeless = doors["address"] & doors["a_status"].eq("current") & (doors["a_located"] >= draft.noise.located_ratio)
    plates = pd.MultiIndex.from_frame(doors.loc[doors["plate"], [f"p_{k}" for k in KEY]])
    mine = pd.MultiIndex.from_frame(doors[[f"a_{k}" for k in KEY]])
    known = placeless.to_numpy() & mine.isin(plates)
    cases = [_case("unlocated_address", ("address", int(d)), []) for d in np.flatnonzero(known)]
    rooms = delivery.rooms.index[(doors["a_located"].to_numpy()[delivery.rooms["door"]] >= draft.noise.located_ratio)]
    unsure = np.flatnonzero(placeless.to_numpy() & ~known)
    return cases, [("unlocated_address", ("address", int(d))) for d in unsure] + [("unlocated_address", ("room", int(r))) for r in rooms]


def _positions(draft: Draft, delivery: Delivery) -> Found:
    """Grey zones of distance: to the own house, and to the own village's border."""
    houses, doors = delivery.houses, delivery.doors
    shapes = houses["footprint"].to_numpy()
    villages = draft.villages["geometry"].to_numpy()
    village_of = {name: k for k, name in enumerate(draft.villages["name"])}
    codes = delivery.tables["villages"].set_index("village_code")["name"]
    grey: list[tuple[str, Any]] = []
    for side, table, key in (("plate", "plates", "plate_id"), ("address", "addresses", "address_id")):
        rows = delivery.tables[table]
        point = rows["geometry"].to_numpy()
        position = pd.Series(np.arange(len(doors)), index=doors[key]).loc[lambda s: s.index.notna()]
        room = pd.Series(delivery.rooms["door"].to_numpy(), index=delivery.rooms["address_id"]) if side == "address" else pd.Series(dtype=int)
        where = pd.concat([position[~position.index.duplicated()], room]).reindex(rows[key]).to_numpy()
        home = doors["house"].to_numpy()[where.astype(int)]
        there = ~shapely.is_missing(point)
        far = np.full(len(rows), np.nan)
        housed = there & (home >= 0)
        far[housed] = shapely.distance(point[housed], shapes[home[housed]])
        quiet = doors["fault"].to_numpy()[where.astype(int)] != f"misplaced_{side}"
        grey += [(f"misplaced_{side}", i) for i in rows[key][(far > _SAME_M) & quiet]]
        declared = rows["village_code"].map(lambda v: village_of[codes.get(v, v)]).to_numpy()
        out = np.full(len(rows), np.nan)
        out[there] = shapely.distance(point[there], villages[declared[there]])
        mismatch = doors["fault"].to_numpy()[where.astype(int)] == "village_mismatch"
        grey += [("village_mismatch", i) for i in rows[key][(out > _GREY_M[0]) & ~mismatch]]
    table = delivery.tables["buildings"]
    declared = table["village_code"].map(lambda v: village_of[codes.get(v, v)]).to_numpy()
    inside_m = shapely.distance(shapely.centroid(table["geometry"].to_numpy()), villages[declared])
    planted = set(houses.loc[houses["fault"].eq("village_mismatch"), "building_id"])
    return [], grey + [("village_mismatch", i) for i in table["building_id"][inside_m > 0] if i not in planted]


def _absent(draft: Draft, delivery: Delivery) -> Found:
    """Every live house some of whose registered people live elsewhere."""
    doors, houses = delivery.doors, delivery.houses
    counted = doors["address"] & doors["counted"] & (doors["absent_n"] > 0) & doors["building_no"].eq(0)
    home = doors["house"].to_numpy()
    placed = counted.to_numpy() & (home >= 0) & houses["live"].to_numpy()[home.clip(0)] & doors["a_status"].eq("current").to_numpy()
    cases = []
    for h, mine in pd.Series(np.flatnonzero(placed)).groupby(home[placed]):
        names: list[Any] = [("address", int(d)) for d in mine] + [("plate", int(d)) for d in mine]
        cases.append(_case("registered_not_present", ("building", int(h)), names))
    return cases, [("registered_not_present", ("address", int(d))) for d in np.flatnonzero(counted.to_numpy() & ~placed)]


def _people_on_nothing(draft: Draft, delivery: Delivery) -> Found:
    """People counted at virtual and demolished addresses; the same rows are no case of people_unplaced."""
    doors = delivery.doors
    nothing = doors["fault"].isin(["virtual_address", "demolished_occupied", "demolished_vacant", "temporary_gone"]) & doors["address"]
    peopled = nothing & doors["counted"] & doors["counted_on"].eq("2026-06-15") & (doors[list(COUNTS)].sum(axis=1) > 0)
    cases = [
        _case("people_on_nothing", ("address", int(d)), [("building", int(h)), ("previous", int(h))] if (h := doors["house"].iloc[d]) >= 0 else [])
        for d in np.flatnonzero(peopled)
    ]
    unsure = doors["address"] & (nothing | doors["fault"].isin(["undecided_address", "status_conflict"]))
    texts = delivery.tables["addresses"].drop_duplicates("address_id").set_index("address_id")["text"]
    grey: list[tuple[str, Any]] = []
    rows = delivery.tables["population"]
    label = rows["text"] if "text" in rows else rows["address_id"]
    row = {str(v): k for k, v in enumerate(label)}
    for d in np.flatnonzero(unsure):
        name = str(doors["address_id"].iloc[d])
        shown = str(texts[name]) if "text" in rows else name
        grey += [("people_unplaced", i) for i in (name, shown, *_numbers(row[shown], "population"))] if shown in row else []
        grey += [("people_on_nothing", name)] if not peopled.iloc[d] else []
    return cases, grey


def _changes(draft: Draft, delivery: Delivery) -> Found:
    """Outlines whose overlap with the other survey lies close to a limit."""
    houses = delivery.houses
    both = np.flatnonzero(houses["current"] & houses["previous"])
    previous = delivery.tables["buildings_previous"].set_index("building_id")["geometry"]
    old = previous.reindex(houses["previous_id"].iloc[both]).to_numpy()
    back = -np.array(draft.noise.survey_offset_m)
    old = shapely.transform(old, lambda xy: xy + back)
    new = shapely.make_valid(houses["footprint"].to_numpy()[both])
    iou = shapely.area(shapely.intersection(new, old)) / shapely.area(shapely.union(new, old))
    planted = houses["fault"].eq("changed_footprint").to_numpy()[both]
    unsure = both[(iou < 0.89) & ~planted]
    return [], [(code, (kind, int(h))) for h in unsure for kind in ("building", "previous") for code in ("changed_footprint", "suspected_new_building")]


def _short_texts(draft: Draft, delivery: Delivery) -> Found:
    """Texts without province, county or town: an office may call them nonstandard or supply the levels itself."""
    short = delivery.short
    return [], [("nonstandard_address", str(i)) for i in short.index[short]]


def _surplus(draft: Draft, delivery: Delivery) -> Found:
    """Rooms of houses that are not there, or above a roof but lived in."""
    rooms, doors = delivery.rooms, delivery.doors
    odd = doors["fault"].to_numpy()[rooms["door"]]
    unsure = np.flatnonzero(np.isin(odd, ["demolished_occupied", "demolished_vacant"]) & rooms["fault"].ne("surplus_rooms").to_numpy())
    return [], [("surplus_rooms", ("room", int(r))) for r in unsure]


def _renumbered_gaps(draft: Draft, delivery: Delivery) -> Found:
    """Order along a street means little where a house carries a sub-number or several rows were merged."""
    doors = delivery.doors
    unsure = doors["sub"].gt(0) | doors["temporary"] | doors["fault"].isin(["misplaced_plate", "stacked_addresses", "outside_project", "dangling_plate"])
    return [], [("number_out_of_order", (kind, int(d))) for d in np.flatnonzero(unsure) for kind in ("plate", "address")]


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
    return total.reset_index(drop=True)

