"""One cause: an object explained by a stronger cause does not raise the weaker one again; and the identity of findings."""

from __future__ import annotations

import hashlib
from functools import cache

import pytest

from geo.rules import RULES
from tests.town import CODE, NOBODY, VILLAGE, Seen, Town, town


@cache
def seen() -> Seen:
    drawn = town().village("500120105201", "龙井村", x=500, y=-500)
    drawn.crosswalk("思源村", VILLAGE)
    drawn.plate("P-dangling", "普兴社区1组1号", 300, 300)
    drawn.previous("B-gone", 0, 60).demolition("B-gone").plate("P-gone", "普兴社区1组2号", 5, 60).address("A-gone", "普兴社区1组2号", 5, 65).people("A-gone", **NOBODY)
    drawn.previous("B-hut", 60, 60, temporary="是").demolition("B-hut").address("A-hut", "普兴社区1组临3号", 65, 65).people("A-hut", **NOBODY)
    drawn.house("B-temp", 120, 60, temporary="是")
    drawn.home("perm", 180, 60, "普兴社区1组4号", temporary="是")
    drawn.house("B-permplate", 240, 60, temporary="是").plate("P-permplate", "普兴社区1组5号", 245, 60)
    for i in range(6):
        drawn.address(f"A-stack{i}", f"普兴社区2组{i + 1}号", 300, 120)
    drawn.house("B-stack0", 0, 120).plate("P-stack0", "普兴社区2组1号", 5, 120)
    drawn.home("village", 600, 60, "普兴社区1组6号").home("village2", 660, 60, "普兴社区1组7号").change("plates", "Pvillage2", text="普兴社区1组8号")
    drawn.previous("B-re", 120, 120).demolition("B-re").home("re2", 123, 120, "普兴社区1组9号", w=14)
    drawn.house("B-people", 180, 120).address("A-people", "普兴社区1组10号", 185, 125).people("A-people", **NOBODY | {"registered_n": 2})
    drawn.home("oldname", 240, 120, "普兴社区1组11号").change("plates", "Poldname", text="思源村1组11号")
    drawn.home("retired", 0, 180, "普兴社区1组12号").change("addresses", "Aretired", status="retired")
    drawn.previous("B-people2", 60, 180).demolition("B-people2").address("A-people2", "普兴社区1组13号", 65, 185).people("A-people2", **NOBODY | {"registered_n": 2})
    drawn.house("B-conflict", 120, 180).plate("P-conflict", "普兴社区1组14号", 125, 180).address("A-conflict", "普兴社区1组41号", 125, 185)
    return drawn.verify()


ONLY = {
    "dangling_plate silences unregistered_plate": ("P-dangling", {"dangling_plate"}),
    "plate_on_demolished silences unregistered_plate": ("P-gone", {"plate_on_demolished"}),
    "and its number is the other job": ("A-gone", {"demolished_vacant"}),
    "temporary_gone silences demolished_vacant": ("A-hut", {"temporary_gone"}),
    "temporary_unplated silences unplated_building": ("B-temp", {"temporary_unplated"}),
    "status_conflict silences temporary_unplated": ("Bperm", set()),
    "status_conflict silences unregistered_plate": ("P-permplate", {"status_conflict"}),
    "a retired number is a conflict of states": ("Pretired", {"status_conflict"}),
    "stacked_addresses silences misplaced and unlocated": ("A-stack0", {"stacked_addresses"}),
    "village_mismatch stands alone on an address": ("Avillage", {"village_mismatch"}),
    "village_mismatch silences text_conflict": ("Pvillage2", {"village_mismatch"}),
    "rebuilt silences changed": ("Bre2", {"rebuilt"}),
    "rebuilt silences suspected_demolition": ("B-re", set()),
    "inhabited_unplated replaces plate_not_installed": ("B-people", {"inhabited_unplated"}),
    "an old plate is no conflict of texts": ("Poldname", {"old_plate"}),
    "people_on_nothing fires beside what explains it": ("A-people2", {"demolished_occupied", "people_on_nothing"}),
    "text_conflict silences unregistered_plate": ("P-conflict", {"text_conflict"}),
    "text_conflict silences address_without_plate": ("A-conflict", set()),
    "text_conflict silences plate_not_installed": ("B-conflict", set()),
}


@pytest.mark.parametrize("claim", ONLY)
def test_one_cause(claim: str) -> None:
    subject, codes = ONLY[claim]
    assert seen().codes(subject) - {"suspected_new_building"} == codes


def test_the_status_of_an_object_is_its_first_code_in_order_of_precedence() -> None:
    order = {rule.card.code: i for i, rule in enumerate(RULES)}
    for table, subject in (("buildings", "building"), ("plates", "plate"), ("addresses", "address")):
        frame = getattr(seen().verification, table)
        mine = seen().findings[seen().findings["subject"] == subject]
        first = mine.assign(rank=mine["code"].map(order)).sort_values("rank").drop_duplicates("subject_id").set_index("subject_id")["code"]
        status = frame.set_index(frame.columns[0])["status"]
        assert status[first.index].to_dict() == first.to_dict()
        assert not set(status[~status.index.isin(first.index)]) & set(order), "an object without a finding has no code as status"


def ids(result: Seen) -> dict[tuple[str, str, str], str]:
    f = result.findings
    return {(c, s, i): k for c, s, i, k in zip(f["code"], f["subject"], f["subject_id"], f["finding_id"], strict=True)}


def small() -> Town:
    drawn = town().house("B-unplated", 0, 60).plate("P-dangling", "普兴社区1组1号", 300, 300).address("A-virtual", "普兴社区1组2号", 300, 200)
    return drawn.home("far", 60, 60, "普兴社区1组3号").change("plates", "Pfar", at=(65, 40))


@cache
def base() -> dict[tuple[str, str, str], str]:
    return ids(small().verify())


def test_ids_are_made_of_code_and_subject_alone() -> None:
    assert len(base()) == 4
    for (code, subject, subject_id), finding_id in base().items():
        assert finding_id == hashlib.sha256(f"{code}\n{subject}\n{subject_id}".encode()).hexdigest()[:16]


def test_another_village_code_changes_no_id() -> None:
    drawn = small()
    drawn.rows["villages"][0]["village_code"] = CODE[:-3] + "009"
    assert ids(drawn.verify()) == base()


def test_the_order_of_rows_changes_no_id() -> None:
    assert ids(small().reversed().verify()) == base()


def test_coordinates_moved_by_a_metre_change_no_id() -> None:
    assert ids(small().moved(1.0, -1.0).verify()) == base()
    assert ids(small().change("plates", "P-dangling", at=(301, 301)).verify()) == base()


def test_other_thresholds_change_no_id() -> None:
    other = ids(small().where(near_m=7.0, dangling_m=31.0, misplaced_m=140.0, decided_ratio=0.85).verify())
    assert other == base()


def test_every_finding_has_an_id_of_its_own() -> None:
    f = seen().findings
    assert f["finding_id"].is_unique
    assert not f.duplicated(["code", "subject", "subject_id"]).any()
