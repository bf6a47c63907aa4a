"""The six invariants of the contract, on small random towns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import geo.pipeline as pipeline
from geo.outputs import METRICS
from geo.profile import Profile
from geo.read import Raw, read
from geo.rule import Evidence
from geo.rules import RULES
from geo.standardise import standardise
from geo.tables import COUNTS, DECIDED, INPUT, Verification
from tests.town import AS_OF, CODE, NOBODY, VILLAGE, Town, town

EAST, EAST_CODE = "新桥社区", "500120105002"
FRESH, STALE = "2026-06-01", "2026-05-30"


@dataclass(frozen=True)
class Plot:
    """What stands, hangs, is registered and was counted on one plot of a random town."""

    house: str
    plate: str
    address: str
    number: int
    off_m: float
    people: str
    room: bool
    east: bool


plots = st.lists(
    st.builds(
        Plot,
        house=st.sampled_from(("house", "house", "house", "none", "planned", "temporary", "shed", "gone", "rebuilt", "double")),
        plate=st.sampled_from(("installed", "installed", "made", "removed", "damaged", "none", "unlocated")),
        address=st.sampled_from(("current", "current", "current", "retired", "none", "unlocated", "other")),
        number=st.integers(1, 9),
        off_m=st.sampled_from((0.0, 0.7, 4.3, 7.1, 12.3, 33.7, 70.9)),
        people=st.sampled_from(("unknown", "nobody", "some", "missing", "stale", "lost")),
        room=st.booleans(),
        east=st.booleans(),
    ),
    max_size=9,
)


def few(n: int) -> settings:
    """That many towns, and none to shrink a failure: one verification takes most of a second."""
    return settings(max_examples=n, phases=(Phase.explicit, Phase.generate))


def build(drawn: list[Plot]) -> Town:
    """The street of correct houses, and the plots north of it in two villages, 17.3 m apart."""
    out = town().village(EAST_CODE, EAST, x=500, y=-500).crosswalk("思源村", VILLAGE)
    for i, plot in enumerate(drawn):
        x, y = (520.0 if plot.east else 0.0) + 17.3 * i, 60.0
        text = f"{EAST if plot.east else VILLAGE}1组{plot.number}号"
        _stand(out, f"B{i:02}x", x, y, plot.house)
        if plot.plate != "none":
            state = {"made": "made", "removed": "removed"}.get(plot.plate, "installed")
            at = (None, None) if plot.plate == "unlocated" else (x + 5.1, y - plot.off_m)
            out.plate(f"P{i:02}x", text, *at, state=state, face="damaged" if plot.plate == "damaged" else None)
        if plot.address != "none":
            at = (None, None) if plot.address == "unlocated" else (x + 4.9, y + 5.2 + plot.off_m / 3)
            status = "retired" if plot.address == "retired" else None
            out.address(f"A{i:02}x", text.replace("组", "组2") if plot.address == "other" else text, *at, status=status)
            if plot.room:
                out.address(f"A{i:02}xr", f"{text}1单元101室", *at).people(f"A{i:02}xr", **_counts("nobody"))
        _count(out, f"A{i:02}x", plot.people)
    return out


def _stand(out: Town, name: str, x: float, y: float, kind: str) -> None:
    if kind in ("gone", "rebuilt"):
        out.previous(name, x, y).demolition(name)
    if kind == "rebuilt":
        out.house(f"{name}n", x + 0.5, y)
    if kind in ("house", "double", "planned", "temporary", "shed"):
        columns = {"planned": {"condition": "planned"}, "temporary": {"temporary": "是"}, "shed": {"use": "ancillary"}}.get(kind, {})
        out.house(name, x, y, floors_n=2, **columns)
    if kind == "double":
        out.house(f"{name}d", x + 1.3, y + 10.4)


def _counts(people: str) -> dict[str, Any]:
    return {
        "nobody": NOBODY | {"counted_on": FRESH},
        "some": NOBODY | {"registered_n": 3, "resident_n": 2, "absent_n": 1},
        "missing": {k: v for k, v in NOBODY.items() if k != "unit_n"},
        "stale": NOBODY | {"counted_on": STALE},
        "lost": NOBODY | {"registered_n": 4},
    }[people]


def _count(out: Town, address_id: str, people: str) -> None:
    if people != "unknown":
        out.people(f"{address_id}-lost" if people == "lost" else address_id, **_counts(people))


@contextmanager
def caught() -> Iterator[list[Evidence]]:
    """The evidence of every verification inside."""
    seen: list[Evidence] = []
    whole = pipeline.classify
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "classify", lambda e, r: seen.append(e) or whole(e, r))
        yield seen


def run(raw: Raw, profile: Profile | None = None) -> Verification:
    profile = profile or Profile()
    return pipeline.verify(standardise(raw, profile=profile), profile)


def check_1_links(result: Verification, e: Evidence) -> None:
    """Every live building, plate and plate-level address is in exactly one of: linked, undecided, unlinked."""
    decided = result.links[result.links["state"].isin(DECIDED) & result.links["building_id"].notna()]
    open_ = result.links[(result.links["state"] == "undecided") & result.links["building_id"].notna()]
    for rows, took, id_column in ((e.plates, e.plates["standing"], "plate_id"), (e.addresses, e.addresses["active"], "address_id")):
        assert rows.loc[took, "link_state"].isin(["linked", "undecided", "unlinked"]).all()
        assert rows.loc[~took, "link_state"].isna().all()
        linked = set(rows.loc[rows["link_state"] == "linked", id_column])
        assert linked == set(rows.loc[rows["building_id"].notna(), id_column]) == set(decided[id_column].dropna())
        assert not linked & set(open_[id_column].dropna())
        assert set(rows.loc[rows["link_state"] == "undecided", id_column]) >= set(open_[id_column].dropna())
    assert not decided[["plate_id", "building_id"]].dropna().drop_duplicates().duplicated("plate_id").any(), "a plate belongs to one building"
    eligible = result.buildings[result.buildings["should_have_plate"]]
    assert not (eligible["status"] == "exempt").any(), "a building that should have a plate is matched, undecided or reported"


def check_2_people(result: Verification, e: Evidence, drawn: Town) -> None:
    """People in = people placed in buildings + people unplaced, per count column, exactly."""
    for column in COUNTS:
        delivered = sum(float(r[column]) for r in drawn.rows.get("population", []) if r.get(column) is not None)
        went = result.run["people"][column]
        assert e.people[column].sum() == went["all"] == delivered
        in_houses = result.buildings[column].sum() if column in result.buildings else 0.0
        assert in_houses == went["placed"] + went["shared"]
        assert went["placed"] == e.people.loc[e.people["building_id"].notna(), column].sum()
        assert delivered == went["placed"] + went["shared"] + went["unplaced"]
        assert went["unplaced"] >= 0
    assert set(e.people["building_id"].dropna()) <= set(e.buildings.loc[e.buildings["live"], "building_id"])


def check_3_sums(result: Verification) -> None:
    """Sum over villages = total, for every tally numerator and denominator."""
    tallies = result.tallies.set_index("village_code")
    for metric in METRICS:
        for end in ("n", "d"):
            column = tallies[f"{metric.name}_{end}"]
            assert column.drop("total").sum() == column["total"], metric.name
        ratio, n, d = (tallies[f"{metric.name}_{end}"] for end in ("ratio", "n", "d"))
        assert ratio[d > 0].to_numpy() == pytest.approx((n / d)[d > 0].to_numpy())
        assert ratio[d == 0].isna().all()


def check_6_unknown_is_never_zero(result: Verification, drawn: Town) -> None:
    """No rule that proposes cancellation fires on an absent, unreadable or stale count."""
    counted: dict[str, list[dict[str, Any]]] = {}
    for row in drawn.rows.get("population", []):
        counted.setdefault(row["address_id"].removesuffix("r"), []).append(row)
    proposed = set(result.findings.loc[result.findings["code"] == "demolished_vacant", "subject_id"])
    for address_id in proposed:
        rows = counted.get(address_id.removesuffix("r"), [])
        assert rows, f"{address_id} was never counted"
        assert all(row.get(c) == 0 for row in rows for c in COUNTS), f"{address_id}: {rows}"
        assert all(pd.Timestamp(row["counted_on"]) >= pd.Timestamp(AS_OF) - pd.Timedelta(days=30) for row in rows)
    n, d = result.tallies.set_index("village_code").loc["total", ["cancelled_wrongly_n", "cancelled_wrongly_d"]]
    assert (n, d) == (0, len(proposed))


@given(plots)
@few(10)
def test_1_2_3_and_6_hold_in_every_town(drawn: list[Plot]) -> None:
    out = build(drawn)
    with caught() as evidence:
        result = out.verify().verification
    check_1_links(result, evidence[0])
    check_2_people(result, evidence[0], out)
    check_3_sums(result)
    check_6_unknown_is_never_zero(result, out)


def reordered(raw: Raw) -> Raw:
    """Rows and columns the other way round, tables too."""
    return replace(raw, tables={t: f[f.columns[::-1]].iloc[::-1].reset_index(drop=True) for t, f in reversed(raw.tables.items())})


def widened(raw: Raw) -> Raw:
    """Every table split into two files, with a column that nobody asked for."""
    tables = {}
    for table, frame in raw.tables.items():
        second = np.arange(len(frame)) % 2 == 1
        tables[table] = frame.assign(_source=np.where(second, f"{table}_2", f"{table}_1"), remark=pd.Series("备注", index=frame.index, dtype="str")).astype({"_source": "str"})
    return replace(raw, tables=tables)


def delivered_in(raw: Raw, crs: str) -> Raw:
    return replace(raw, tables={t: f.to_crs(crs) if isinstance(f, gpd.GeoDataFrame) else f for t, f in raw.tables.items()})


def essence(result: Verification) -> dict[str, Any]:
    """What a run says, without anything that a coordinate's last digit could touch, or that names a line of a file."""
    f = result.findings
    related = f["related"].map(lambda ids: tuple(sorted(i for i in ids if not i.startswith("population:"))))
    links = result.links[["building_id", "plate_id", "address_id", "state", "reason"]].fillna("")
    counts = [c for c in COUNTS if c in result.buildings]
    return {
        "findings": sorted(zip(f["finding_id"], f["code"], f["subject_id"], f["certainty"], related, strict=True)),
        "links": sorted(links.itertuples(index=False, name=None)),
        **{t: getattr(result, t).set_index(getattr(result, t).columns[0])["status"].to_dict() for t in ("buildings", "plates", "addresses")},
        "people": result.buildings.set_index("building_id")[counts].fillna(-1).to_dict(),
        "tallies": result.tallies.astype(object).fillna("").drop(columns=["name", "town", "beat"]).to_dict("list"),
    }


@given(plots)
@few(3)
def test_4_order_extra_columns_several_sources_and_the_crs_of_delivery_change_nothing(drawn: list[Plot]) -> None:
    raw = build(drawn).raw()
    base = essence(run(raw))
    for other in (widened(reordered(raw)), delivered_in(raw, "EPSG:4490")):
        assert essence(run(other)) == base


def test_4_two_files_of_one_table_in_other_order_are_one(tmp_path: Path) -> None:
    drawn = build([Plot("house", "installed", "current", 1, 4.3, "some", True, False), Plot("none", "installed", "other", 2, 33.7, "nobody", False, True)])
    raw = drawn.raw()
    for name, whole in (("one", True), ("two", False)):
        folder = tmp_path / name
        folder.mkdir()
        toml = [f'as_of = "{AS_OF}"', '[scope]\nprovince = "重庆市"\ncounty = "璧山区"\ntown = "广普镇"']
        for table, frame in raw.tables.items():
            frame = frame.drop(columns=["_source", "_row"])
            parts = [frame] if whole else [frame.iloc[1::2], frame.iloc[::2].assign(remark="备注")]
            files = [f"{table}_{i}.{'gpkg' if isinstance(frame, gpd.GeoDataFrame) else 'csv'}" for i in range(len(parts))]
            for file, part in zip(files, parts, strict=True):
                part.to_file(folder / file) if isinstance(part, gpd.GeoDataFrame) else part.to_csv(folder / file, index=False)
            toml.append(f"[sources.{table}]\nfile = {files}".replace("'", '"'))
        (folder / "doorplate.toml").write_text("\n".join(toml), encoding="utf-8")
    one, two = (essence(run(read(tmp_path / name))) for name in ("one", "two"))
    assert one == two
    assert one == essence(run(raw))


def keys(result: Verification) -> dict[tuple[str, str, str], str]:
    f = result.findings
    return dict(zip(zip(f["code"], f["subject"], f["subject_id"], strict=True), f["finding_id"], strict=True))


@given(plots, st.integers(0, 2**31))
@few(2)
def test_5_a_finding_keeps_its_id_whatever_changes_around_it(drawn: list[Plot], seed: int) -> None:
    base = keys(build(drawn).verify().verification)
    assert len(set(base.values())) == len(base)
    rng = np.random.default_rng(seed)
    renamed = build(drawn)
    renamed.rows["villages"][0]["village_code"] = CODE[:-3] + "077"
    wandered = build(drawn)
    for row in wandered.rows["plates"]:
        if row["geometry"] is not None:
            row["geometry"] = type(row["geometry"])(row["geometry"].x + rng.uniform(-1, 1), row["geometry"].y + rng.uniform(-1, 1))
    stricter = build(drawn).where(near_m=6.0, misplaced_m=100.0, decided_ratio=0.8, fresh_days=5)
    for other in (renamed, wandered, stricter):
        again = keys(other.verify().verification)
        common = base.keys() & again.keys()
        assert {k: base[k] for k in common} == {k: again[k] for k in common}
        assert not set(base.values()) & {v for k, v in again.items() if k not in base}, "an id never means another finding"
        if other is renamed:
            assert again == base


def test_6_the_random_towns_do_propose_cancellations() -> None:
    """The property above is not empty: of these plots exactly one is proposed."""
    drawn = [Plot("gone", "none", "current", i + 1, 0.0, people, False, False) for i, people in enumerate(("nobody", "unknown", "missing", "stale", "some"))]
    assert build(drawn).verify().subjects("demolished_vacant") == ["A00x"]


def test_every_table_can_be_missing() -> None:
    """Two footprint surveys alone, a crosswalk with plates alone, any one table left out: jobs that run."""
    full_town = build([Plot("gone", "installed", "current", 1, 0.7, "some", True, False)])
    codes = {r.card.code for r in RULES}
    for table in INPUT:
        if table in full_town.rows:
            left = build([Plot("gone", "installed", "current", 1, 0.7, "some", True, False)])
            del left.rows[table]
            assert set(left.verify().findings["code"]) <= codes, table
    surveys = Town().village().house("B", 0, 0).previous("B", 0, 0).previous("Bgone", 50, 0).verify()
    assert surveys.codes() == {"suspected_demolition", "unplated_building"}
    plates = Town().plate("P", "思源村1组1号", 0, 0).crosswalk("思源村", VILLAGE).verify()
    assert "P" in set(plates.verification.plates["plate_id"])


def test_a_run_is_a_pure_function_of_its_inputs() -> None:
    inputs, profile = build([Plot("house", "installed", "current", 1, 4.3, "some", True, True)]).inputs(), Profile()
    before = {t: getattr(inputs, t).copy() for t in INPUT}
    steps: list[str] = []
    first, second = pipeline.verify(inputs, profile, on_step=steps.append), pipeline.verify(inputs, profile)
    for name, table in before.items():
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(inputs, name)), pd.DataFrame(table), obj=name)
    for name in ("links", "findings", "buildings", "plates", "addresses", "tallies"):
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(first, name)), pd.DataFrame(getattr(second, name)), obj=name)
    assert tuple(steps) == pipeline.STEPS
