from __future__ import annotations

from collections.abc import Iterator

import pytest

from geo.address import predict
from geo.profile import Habits


def test_texts_and_pairs_come_back_in_their_order() -> None:
    rows = [
        {"id": 1, "text": "柳营路66弄5号2室"},
        {"id": "p", "a": "建设路1号", "b": "建设路１號"},
        {"id": 3, "text": None},
        {"id": 4, "text": "建设路12号附1号"},
    ]
    got = list(predict(rows))
    assert [r["id"] for r in got] == [1, "p", 3, 4]
    assert got[0]["elements"] == {"street": "柳营路", "lane": ["66弄"], "building": "5", "room": "2"}
    assert got[1]["verdict"] == "same"
    assert got[1]["differing"] == []
    assert got[2]["elements"] == {}
    assert got[3]["elements"]["sub_number"] == ["1"]
    assert got[3]["key"] == "建设路||12|1||||||"


def test_the_number_carries_its_prefix_and_letter_as_written() -> None:
    got = next(predict([{"id": 1, "text": "建设街甲22号"}]))["elements"]
    assert (got["number"], got["prefix"]) == ("甲22", "甲")
    assert next(predict([{"id": 1, "text": "建设街5号负2层"}]))["elements"]["floor"] == "负2"


def test_a_text_that_names_its_region_is_read_by_its_habits_unless_others_are_given() -> None:
    row = {"id": 1, "text": "重庆市渝北区双龙西路236号5-4"}
    assert next(predict([row]))["elements"]["floor"] == "5"
    assert next(predict([row], habits=Habits()))["elements"]["building"] == "5"
    assert next(predict([{"id": 1, "text": "重庆道236号5-4"}]))["elements"]["building"] == "5"


def test_many_rows_stream_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.address.table._CHUNK_N", 100)
    asked: list[int] = []

    def rows() -> Iterator[dict[str, object]]:
        for i in range(1, 311):
            asked.append(i)
            yield {"id": i, "text": f"建设路{i}号"}

    got = predict(rows())
    assert next(got)["elements"]["number"] == "1"
    assert len(asked) == 100
    assert [r["elements"]["number"] for r in got] == [str(i) for i in range(2, 311)]


@pytest.mark.parametrize("row", [{"text": "建设路1号"}, {"id": 1}, {"id": 1, "a": "建设路1号"}])
def test_a_row_without_its_fields_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        list(predict([row]))
