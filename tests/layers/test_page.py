"""The offline page is one file, the same for the same result, and carries data that cannot act."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from geo.errors import ResultError
from layers.details import details
from layers.page import embedded, page, write_map
from layers.result import Result
from layers.words import PAGE, WORDS
from tests.layers.town import HOSTILE, draw_result, draw_town


class Reader(HTMLParser):
    """Elements of a page and the content of its scripts by id."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.code: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attrs = self.tags[-1] if self.tags else ("", {})
        if tag == "script" and attrs.get("type") == "application/json":
            self.scripts[str(attrs["id"])] = self.scripts.get(str(attrs["id"]), "") + data
        elif tag == "script":
            self.code.append(data)


@pytest.fixture(scope="module")
def read(result: Result) -> Reader:
    reader = Reader()
    reader.feed(page(result))
    return reader


def test_the_page_is_the_same_for_the_same_result(result: Result) -> None:
    assert page(result) == page(result)


def test_the_page_names_no_file_outside_itself(read: Reader) -> None:
    for tag, attrs in read.tags:
        assert not attrs.get("src"), tag
        assert attrs.get("href", "data:,") == "data:,", tag


def test_the_page_allows_only_its_own_scripts_and_no_connection(read: Reader) -> None:
    policy = next(str(a["content"]) for t, a in read.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy
    for script in read.code:
        if script.strip():
            assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy


def test_hostile_texts_arrive_as_data_and_nowhere_else(read: Reader, result: Result) -> None:
    assert HOSTILE in json.dumps(json.loads(read.scripts["search"]), ensure_ascii=False)
    assert not [t for t, _ in read.tags if t == "img"]
    assert "evil.example" not in re.sub(r"<script type=\"application/json\".*?</script>", "", page(result), flags=re.DOTALL)


def test_every_village_has_its_scene_and_meta_lists_them_in_order(read: Reader, result: Result) -> None:
    meta = json.loads(read.scripts["meta"])
    assert [v["code"] for v in meta["villages"]] == list(result.villages)
    for n in range(len(result.villages)):
        assert json.loads(read.scripts[f"village-{n}"])["scope"] == list(result.villages)[n]


def test_no_count_of_people_below_five_is_in_the_page(read: Reader) -> None:
    text = "".join(read.scripts.values())
    assert "有 1 人" not in text
    assert json.loads(read.scripts["village-0"])["details"]["objects"]["building"]["B1"]["n"] == ["<5", "<5", "5", "<5"]


def test_details_reach_beyond_the_village_where_a_link_does(result: Result) -> None:
    assert set(details(result, "V1")["objects"]["address"]) == {"A1", "A2", "A3"}


def test_details_tell_where_a_plate_differs_from_its_address(result: Result) -> None:
    one = details(result, "V1")["differ"][0]
    assert (one["p"], one["a"]) == ("P1", "A1")
    assert [t for t, same in one["m"] if not same] == ["1"]


def test_findings_in_the_details_are_in_the_order_of_the_scene(result: Result) -> None:
    told = details(result, "V1")["findings"]
    assert [f["zh"][:4] for f in told][:2] == ["牌址不符", "有楼无牌"]
    assert told[1]["n"] == "120 m2"
    assert told[3]["n"] == "<5 persons"


@pytest.mark.parametrize("value", ["</script>", "<!--", "\u2028", HOSTILE])
def test_embedded_json_reads_back_and_cannot_end_its_script(value: str) -> None:
    text = embedded({"x": value})
    assert json.loads(text) == {"x": value}
    assert "<" not in text
    assert "\u2028" not in text


def test_both_languages_have_every_word() -> None:
    for words in (WORDS, PAGE):
        assert all(zh and en for zh, en in words.values())


def test_every_word_the_scripts_ask_for_exists() -> None:
    from layers.vendor import ASSETS

    asked: set[str] = set()
    for path in sorted(ASSETS.glob("*.js")):
        script = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r"\bword\(\"(\w+)\"\)", script)) | set(re.findall(r"\bw\.(\w+)", script))
    asked |= set(re.findall(r"data-word=\"(\w+)\"", (ASSETS / "page.html").read_text(encoding="utf-8")))
    assert asked <= set(WORDS) | set(PAGE), asked - set(WORDS) - set(PAGE)


def test_the_file_is_written_beside_and_then_put_in_place(result: Result, tmp_path: Path) -> None:
    path = write_map(result.folder, tmp_path / "deep" / "map.html")
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [p.name for p in path.parent.iterdir()] == ["map.html"]
    assert write_map(result.folder, tmp_path).name == "town.html"


def test_a_damaged_result_writes_no_page(tmp_path: Path) -> None:
    folder = draw_result(tmp_path).folder
    (folder / "links.parquet").unlink()
    with pytest.raises(ResultError):
        write_map(folder, tmp_path / "map.html")
    assert not (tmp_path / "map.html").exists()


def test_an_empty_result_has_a_page(tmp_path: Path) -> None:
    town = draw_town()
    nothing: dict[str, Any] = {t: getattr(town, t).iloc[:0] for t in ("links", "findings", "buildings", "plates", "addresses", "tallies")}
    assert "village-0" in page(draw_result(tmp_path, **nothing))
