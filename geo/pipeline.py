"""verify(): the whole flow on one page."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.address import fold_village
from geo.assign import assign
from geo.change import change
from geo.classify import classify
from geo.columns import Packed, among, positions
from geo.crosswalk import crosswalk
from geo.decided import Told, direct, fixed_items, insist, of_doors, settle, told
from geo.describe import describe
from geo.evidence import ASKED_OF_DOORS, gather, rows_under, without_rooms
from geo.heap import give_back
from geo.link import REPORTED_RATIO, Links, follow, lasting_names, link, observe, stacked_rooms
from geo.locate import Outlines, locate, locate_villages, nearest
from geo.match import Doors, match
from geo.occupancy import name_houses, occupancy
from geo.outbuildings import doubt, outbuildings
from geo.points import XY, located, points_of
from geo.population import ASKED_OF_PEOPLE, population
from geo.profile import Profile, Thresholds
from geo.read.ledger import CELL_CODES
from geo.rule import Evidence
from geo.rules import RULES
from geo.share import hanging, share, torn_doors
from geo.standing import rebuilt, standing
from geo.summarise import summarise
from geo.tables import COUNTS, Inputs, Verification
from geo.tabulate import LOCATED_COLUMNS, tabulate_buildings, tabulate_located, tabulate_previous
from geo.threads import beside

VERSION = "0.1.0"
STEPS = ("standing", "describe", "locate", "match", "assign", "link", "change", "population", "gather", "classify", "summarise", "tabulate")
STEP_NAMES = {
    "read": ("读取", "read"),
    "standardise": ("标准化", "standardise"),
    "standing": ("现存建筑", "what stands"),
    "describe": ("门牌与地址", "plates and addresses"),
    "locate": ("附近建筑", "footprints nearby"),
    "match": ("同号归并", "doors"),
    "assign": ("整片指派", "buildings for doors"),
    "link": ("建立对应", "links"),
    "change": ("两期变化", "two surveys"),
    "population": ("人口落房", "people"),
    "gather": ("汇集依据", "evidence"),
    "classify": ("查找问题", "findings"),
    "summarise": ("统计", "tallies"),
    "tabulate": ("编成结果", "result tables"),
    "write": ("写出", "write"),
}


def verify(inputs: Inputs, profile: Profile, *, on_step: Callable[[str], None] | None = None) -> Verification:
    """Overlay buildings, plates and addresses and say what does not agree.

    A pure function of its arguments: no clock, no file, no order of rows.

    Parameters
    ----------
    inputs
        `geo.standardise.standardise` of a project.
    profile
        Thresholds, severities, habits.
    on_step
        Called with the name of each step of STEPS as it begins.

    Returns
    -------
    Verification, in the working CRS of the inputs.
    """
    t = profile.thresholds
    clock = _Clock(on_step)
    inputs = _without(settle(inputs), {"population": ASKED_OF_PEOPLE})
    # outlines against outlines asks nothing of the texts, and shapely lets go of the interpreter: it is worked out meanwhile
    changing = beside(partial(change, inputs.buildings_previous, inputs.buildings, thresholds=t))
    with clock("standing"):
        footprints = standing(inputs, thresholds=t)
        on_site = rebuilt(footprints, thresholds=t)
        footprints["rebuilt"] = among(footprints["building_id"], on_site["gone_id"]) & footprints["gone"]
        footprints["village_code"] = locate_villages(shapely.point_on_surface(footprints.geometry.to_numpy()), inputs.villages).array
    inputs = _without(inputs, {"buildings": ("building_id",), "buildings_previous": ("building_id", "geometry")})
    with clock("describe"):
        old_villages, renamed = crosswalk(inputs)
        renewed = _present(renamed, inputs, old_villages)
        plates, addresses = describe(inputs, old_villages, habits=profile.habits)
        inputs = _without(inputs, {"plates": ("plate_id",), "addresses": ("address_id",)})
        give_back()
        addresses, of_doors = without_rooms(addresses)
        taking_part = _taking_part(plates, addresses, of_doors)
        # from here to the evidence nobody asks for the texts of all plates and addresses
        plate_texts, texts = Packed(plates.drop(columns="plate_id").select_dtypes(["str"])), Packed(addresses.drop(columns=list(ASKED_OF_DOORS)))
        plates, addresses = plates.drop(columns=list(plate_texts)), addresses[list(ASKED_OF_DOORS)]
    # what packs lets go of the interpreter: it goes on beside the search for footprints
    packing = beside(partial(_pack, texts, plate_texts))
    judged = _judge(inputs, taking_part, addresses, renewed, footprints, t, clock)
    packing.result()
    with clock("change"):
        changes = changing.result()
    with clock("population"):
        addresses["door_n"] = judged.door_n.reindex(addresses["door_row"]).array
        people = population(inputs, old_villages, renewed, texts.beside(addresses, "key", "within"))
    with clock("gather"):
        evidence = gather(
            inputs,
            profile,
            plates=plate_texts.beside(plates, *plate_texts),
            addresses=addresses,
            texts=texts,
            of_doors=of_doors,
            footprints=footprints,
            doors=judged.doors,
            links=judged.links,
            nearby=judged.nearby,
            edges=judged.edges,
            changes=changes,
            people=people,
            crosswalk=renewed,
            rebuilt=on_site,
        )
        del plates, plate_texts, addresses, of_doors, people  # the widest tables of a run: whoever asks now asks the evidence
        shared = _share(evidence, judged.edges, judged.links, footprints)
        links, offsets = judged.links.table, judged.offsets
        del judged
    with clock("classify"):
        housed = evidence.people["torn_key"].notna() & evidence.people.index.isin(shared.index)
        # shared people are not without a house; to whoever guards a cancellation they stay as uncertain as they are
        findings = classify(replace(evidence, people=evidence.people.assign(reason=evidence.people["reason"].mask(housed))), RULES)
    with clock("summarise"):
        tallies = summarise(evidence, findings)
    buildings, plates, register, people = evidence.buildings, evidence.plates, evidence.register, evidence.people
    del evidence  # and with it all that only the findings needed, before as much is made again
    with clock("tabulate"):
        tables = {"buildings": tabulate_buildings(buildings, findings, shared), "plates": tabulate_located(plates, "plate", findings, inputs.crs)}
        tables["buildings_previous"] = tabulate_previous(inputs, changes, footprints)
        del buildings, plates, changes, footprints
        give_back()
        refused = inputs.quarantine[(inputs.quarantine["table"] == "population") & ~inputs.quarantine["code"].isin(CELL_CODES)]
        conserved = _conserve(people, shared)
        tables["occupancy"] = occupancy(people, register, texts, inputs, old_villages, refused)
        del people
        inputs = _without(inputs, {"population": ()})
        give_back()
        tables["houses"] = name_houses(register, texts, renewed)
        give_back()
        register = texts.beside(register, *LOCATED_COLUMNS, "status")
        del texts
        tables["addresses"] = tabulate_located(register, "address", findings, inputs.crs)
        del register
    return Verification(
        links=links,
        findings=findings,
        tallies=tallies,
        quarantine=inputs.quarantine,
        repairs=inputs.repairs,
        villages=inputs.villages[["village_code", "name", "town", "beat", "target_ratio", "geometry"]],
        run=_run(inputs, profile, findings, links, offsets, clock.seconds) | {"people": conserved},
        **tables,
    )


@dataclass(frozen=True)
class _Judged:
    """Which building each door belongs to, and what it was judged by.

    door_n
        Number of the door (-1: none) of the plate-level addresses that took part, by their row.
    nearby
        The nearest live and gone footprints of the standing plates and then those addresses, as `geo.evidence.gather` wants them.
    edges
        Candidates of the undecided doors with their probability.
    offsets
        Learned density of the offsets, for the report.
    """

    doors: Doors
    door_n: pd.Series
    links: Links
    nearby: pd.DataFrame
    edges: pd.DataFrame
    offsets: dict[str, np.ndarray]


def _judge(
    inputs: Inputs,
    taking_part: list[pd.DataFrame],
    addresses: pd.DataFrame,
    renewed: pd.DataFrame,
    footprints: gpd.GeoDataFrame,
    t: Thresholds,
    clock: _Clock,
) -> _Judged:
    """From points and texts to links: locate, match, assign, link. What only these need is handed over and let go with them."""
    doors_of, standing_plates = taking_part.pop(), taking_part.pop()
    with clock("locate"):
        # several numbers on one point say where somebody clicked, not where the houses are
        believed = doors_of.assign(**doors_of[list(XY)].where(doors_of["stack_n"] < t.stack_n))
        unplaced = np.where(located(believed), -1, positions(believed["building_id"], footprints["building_id"]))
        believed["outline"] = np.concatenate([footprints.geometry.to_numpy(), np.array([None])])[unplaced]
        word = told(inputs, standing_plates, doors_of, addresses[["address_id", "parent_id"]], footprints)
        # which texts are one door asks nothing of outlines, and these let go of the interpreter: it is worked out meanwhile
        matching = beside(partial(match, standing_plates, believed, renewed, thresholds=t, told=word))
        points, outlines = np.concatenate([points_of(standing_plates), points_of(believed)]), Outlines(footprints.geometry.to_numpy())
        near = locate(points, outlines, within_m=t.candidate_m)
        gone = (footprints["gone"] & ~footprints["rebuilt"]).to_numpy()
        (live, live_m), (lost, lost_m) = (nearest(near, asked, len(points)) for asked in (footprints["live"].to_numpy(), gone))
        nearby = pd.DataFrame({"live": live, "live_m": live_m, "gone": lost, "gone_m": lost_m})
    with clock("match"):
        doors = matching.result()
        # whoever asks from here on asks of doors, not of texts
        del doors_of, matching
        standing_plates, believed = standing_plates[["plate_id", *_OF_LINKS]], believed[list(_OF_LINKS)]
    with clock("assign"):
        seen = observe(doors, standing_plates, believed, footprints, outlines, thresholds=t)
        fixed, barred = _word_of_doors(word, doors)
        candidates = _as_observed(near, seen.row_of_point, len(points))
        del near
        # the candidates are handed over without a name: nobody keeps them any longer than the assignment does
        *handed, hints = direct(candidates, seen.hints, seen.table["door"], fixed, barred)
        del candidates
        assignment = assign(
            seen.table,
            handed.pop(),
            hints,
            follow(doors, standing_plates, believed),
            footprints=footprints.geometry.to_numpy(),
            floors=footprints["floors_n"].to_numpy(dtype=float),
            rooms=stacked_rooms(doors, believed, addresses[["door_row", "room", "floor"]][addresses["active"]]),
            names=lasting_names(doors, standing_plates, believed),
            building_prior=_prior(footprints),
            wants_door=_wants_door(footprints),
            described=_described(footprints),
            passing=footprints["temporary"].to_numpy(),
            door_passing=_passing(doors, standing_plates, believed),
            door_none=seen.door_none,
            share=t.share_ratio,
            stray=t.stray_ratio,
            roof_log_odds=t.roof_log_odds,
            reach_m=t.candidate_m,
            stray_m=t.misplaced_m,
        )
        sheds = outbuildings(
            assignment.edges, described=_described(footprints), wants_door=_wants_door(footprints), village_code=footprints["village_code"], ratio=t.outbuilding_ratio
        )
        edges, none = insist(*doubt(assignment.edges, assignment.none, hints, sheds), fixed)
    with clock("link"):
        links = link(doors, edges, none, standing_plates, believed, footprints, outlines, thresholds=t, told=word, outbuilding=sheds)
    open_ = pd.concat([fates.loc[fates["state"] == "undecided", "door"] for fates in (links.plates, links.addresses)])
    door_n = pd.Series(doors.address_door, index=believed.index, dtype="float64")
    return _Judged(doors, door_n, links, nearby, edges[edges["door"].isin(open_)], assignment.offsets)


def _taking_part(plates: pd.DataFrame, addresses: pd.DataFrame, of_doors: pd.DataFrame) -> list[pd.DataFrame]:
    """The standing plates and the active plate-level addresses."""
    asked = [*_OF_DOORS, "stack_n"]
    doors_of = rows_under(addresses[[c for c in asked if c in addresses]], addresses.index[addresses["active"] & ~addresses["rolls_up"]])
    doors_of = doors_of.join(of_doors[[c for c in asked if c in of_doors]])
    return [rows_under(plates[[*_OF_DOORS, "plate_id"]], plates.index[plates["standing"]]), doors_of]


_OF_DOORS = (
    "address_id", "building_id", "text", "village_code", "text_village", "point_village", "declared_village", "door", "alias_door", "place", "street", "lane",
    "number", "sub_number", "number_n", "side", "temporary", *XY,
)  # fmt: skip
"""All that is asked of a plate or an address to judge where its door is."""
_OF_LINKS = ("address_id", "building_id", "number_n", "sub_number", "side", "temporary", *XY)
"""What is still asked once it is known which are one door."""


def _pack(*texts: Packed) -> None:
    for packed in texts:
        packed.pack()


def _without(inputs: Inputs, kept: Mapping[str, Sequence[str]]) -> Inputs:
    """The inputs without those columns of some tables that nobody asks for any more: whoever gave them away need not keep them in memory."""
    return replace(inputs, **{name: getattr(inputs, name)[list(columns)] for name, columns in kept.items()})


def _present(renamed: pd.DataFrame, inputs: Inputs, old_villages: pd.DataFrame) -> pd.DataFrame:
    """Renumbered doors with present village codes: village_code_old, old_door, village_code_new, new_door, old, new."""
    v = inputs.villages
    codes = pd.concat([pd.Series(v["village_code"].to_numpy(), index=fold_village(v["name"])), old_villages.set_index("old")["village_code"]])
    codes = codes[~codes.index.duplicated(keep=False)]
    whole = v["village_code"].iloc[0] if len(v) == 1 else np.nan
    out = pd.DataFrame(
        {
            "village_code_old": renamed["old_village"].map(codes).astype("str").fillna(whole),
            "old_door": renamed["old_door"],
            "village_code_new": renamed["new_village"].map(codes).astype("str").fillna(whole),
            "new_door": renamed["new_door"],
            "old": renamed["old"],
            "new": renamed["new"],
        }
    )
    return out.dropna().astype("str").drop_duplicates().reset_index(drop=True)


def _word_of_doors(word: Told, doors: Doors) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What people told of plates and addresses, as told of their doors: the confirmed house of each (door, building), and the rejected ones."""
    fixed = of_doors(doors.plate_door, doors.address_door, fixed_items(word.plate_building), fixed_items(word.address_building))
    fixed = fixed.drop_duplicates("door", ignore_index=True)
    return fixed, of_doors(doors.plate_door, doors.address_door, word.plate_not, word.address_not)


def _as_observed(near: pd.DataFrame, row_of_point: np.ndarray, points_n: int) -> pd.DataFrame:
    """Candidates by row of the observations, as `geo.assign.assign` takes them: points that took no part in a door are left out."""
    row = np.full(points_n, -1, dtype=np.int32)
    row[: len(row_of_point)] = row_of_point
    point = row[near["point"]]
    kept = np.flatnonzero(point >= 0)
    footprint, offset_m = near["footprint"].to_numpy()[kept].astype(np.int32), near["offset_m"].to_numpy()[kept]
    return pd.DataFrame({"point": point[kept], "footprint": footprint, "offset_m": offset_m}, copy=False)


def _prior(footprints: gpd.GeoDataFrame) -> np.ndarray:
    """Odds of a footprint being a door's own against an ordinary house.

    A shed or an exempt building has a number once in twenty; a gone or unbuilt one is a rare answer, but a real one
    (registers lag behind); a house rebuilt on site takes the place of the gone one.
    """
    odds = np.where(footprints["built_for_people"], 1.0, np.where(footprints["live"], 0.05, 0.3))
    return np.where(footprints["rebuilt"], 1e-4, odds)


def _passing(doors: Doors, plates: pd.DataFrame, addresses: pd.DataFrame) -> np.ndarray:
    """Whether a plate or an address of each door is temporary."""
    out = np.zeros(doors.doors_n, dtype=bool)
    for door, rows in ((doors.plate_door, plates), (doors.address_door, addresses)):
        out[door[rows["temporary"].to_numpy() & (door >= 0)]] = True
    return out


def _wants_door(footprints: gpd.GeoDataFrame) -> np.ndarray:
    """Whether a footprint is of the kind that has a number, and for good."""
    return (footprints["built_for_people"] & ~footprints["temporary"]).to_numpy(dtype=bool)


def _described(footprints: gpd.GeoDataFrame) -> np.ndarray:
    """A number for each combination of what the survey fills in for a building: its use, storeys, dwellings."""
    known = footprints[["use", "floors_n", "dwellings_n"]].notna().to_numpy()
    result: np.ndarray = known @ np.array([1, 2, 4])
    return result


def _share(evidence: Evidence, edges: pd.DataFrame, links: Links, footprints: gpd.GeoDataFrame) -> pd.DataFrame:
    """`geo.share.share` of everybody who is not placed, but for the numbers of buildings that are gone."""
    fates = pd.concat([links.plates, links.addresses])
    fates = fates[(fates["door"] >= 0) & (fates["state"] != "unlinked")].sort_values("building", ascending=False).drop_duplicates("door")
    a = evidence.addresses
    fates = fates[~fates["door"].isin(a.loc[a["demolished_id"].notna(), "door_n"])]
    candidates = hanging(fates[["door", "building"]], edges, footprints, least_ratio=REPORTED_RATIO)
    people = evidence.people[evidence.people["building_id"].isna()]
    torn = a.loc[among(a["key"], people["torn_key"].dropna()), ["key", "active", "door_n", "building_id"]]
    return share(people, torn_doors(people, torn, evidence.buildings), candidates)


def _conserve(people: pd.DataFrame, shared: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Every count delivered, and where it went: placed in one building, shared over several, or in none. The three sum to all."""
    parts = people["building_id"].notna(), people.index.isin(shared.index)
    out = {}
    for c in COUNTS:
        all_, placed, split = people[c].sum(), people.loc[parts[0], c].sum(), people.loc[parts[1], c].sum()
        out[c] = {"all": all_, "placed": placed, "shared": split, "unplaced": all_ - placed - split}
    return out


def _run(
    inputs: Inputs, profile: Profile, findings: pd.DataFrame, links: pd.DataFrame, offsets: dict[str, np.ndarray], seconds: dict[str, float]
) -> dict[str, Any]:
    return {
        "tool_version": VERSION,
        "profile": profile.name,
        "habits": asdict(profile.habits),
        "as_of": inputs.as_of,
        "crs": inputs.crs,
        "scope": {k: v for k, v in vars(inputs.scope).items() if v},
        "inputs": inputs.sources.to_dict("records"),
        "layers": inputs.layers.to_dict("records"),
        "notes": list(inputs.notes),
        "thresholds": asdict(profile.thresholds),
        "codes": findings["code"].value_counts().sort_index().to_dict(),
        "links": links["state"].value_counts().sort_index().to_dict(),
        "offsets_m": {k: [round(float(x), 4) for x in v] for k, v in offsets.items()},
        "seconds": {k: round(v, 3) for k, v in seconds.items()},
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


class _Clock:
    """Seconds of each step, and a word to whoever waits."""

    def __init__(self, on_step: Callable[[str], None] | None) -> None:
        self.seconds: dict[str, float] = {}
        self._on_step = on_step

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        if self._on_step is not None:
            self._on_step(step)
        start = time.perf_counter()
        yield
        self.seconds[step] = time.perf_counter() - start
