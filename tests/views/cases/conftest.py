"""The sample town with its cases: verified and published once, every test gets a casebook of its own."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from geo.casebook import Casebook, Decision, open_casebook
from geo.casebook.publish import publish
from geo.export import write
from geo.pipeline import verify
from geo.profile import load_profile
from geo.read import read
from geo.standardise import standardise
from layers.result import Result, load
from views import accounts, casebook

ROOT = Path(__file__).parents[3]
DAY = "2026-06-30"
VILLAGE = "500120197001"


def clock() -> datetime:
    return datetime(2026, 6, 30, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Result:
    raw = read(ROOT / "data" / "sample")
    profile = load_profile(raw.settings.profile, thresholds=raw.settings.thresholds, base=ROOT / "data" / "sample")
    folder = tmp_path_factory.mktemp("cases") / "sample"
    write(verify(standardise(raw, profile=profile), profile), folder)
    return load(folder)


@pytest.fixture(scope="session")
def founded(sample: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A casebook with the offices and the cases of the sample town, closed; tests copy it."""
    file = tmp_path_factory.mktemp("book") / "sample.casebook"
    with open_casebook(file, clock) as book:
        book.found("admin", "系统管理")
        for user_id, (role, display) in accounts.SAMPLE.items():
            book.add_account(user_id, display, role, by="admin")
            book.grant(user_id, role, by="admin")
        publish(book, sample.folder, by="data")
    return file


@pytest.fixture
def book(sample: Result, founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Casebook]:
    """The casebook as the app holds it."""
    file = tmp_path / "sample.casebook"
    shutil.copy(founded, file)
    monkeypatch.setenv("DOORPLATE_OUT", str(sample.folder))
    monkeypatch.setenv("DOORPLATE_CASEBOOK", str(file))
    monkeypatch.setenv("DOORPLATE_SAMPLE_DAY", DAY)
    opened = casebook.book(sample.folder)
    assert opened is not None
    yield opened
    opened.close()


Desk = Callable[..., AppTest]


@pytest.fixture
def desk(book: Casebook) -> Desk:
    """Open a case page as one account: `desk("missing")`, `desk("cleaning", "police")`."""

    def open_page(page: str, who: str = "civil-affairs", **session: Any) -> AppTest:
        test = AppTest.from_string(f"from views.cases import {page}\n{page}.show()", default_timeout=180)
        for key, value in {"acting": who, "village": VILLAGE, **session}.items():
            test.session_state[key] = value
        test.run()
        assert not test.exception, test.exception
        return test

    return open_page


def work(test: AppTest, page: str = "missing") -> Any:
    return test.session_state[f"work_{page}"]


def choose(test: AppTest, finding_id: str, page: str = "missing") -> AppTest:
    """What a click on a finding of the map does."""
    return tell(test, page, kind="finding", id=finding_id)


def tell(test: AppTest, page: str = "missing", **event: Any) -> AppTest:
    """What the map says; every event has a number of its own."""
    _TOLD.append(1)
    test.session_state[f"{page}_map"] = {**event, "n": f"t{len(_TOLD)}"}
    test.run()
    assert not test.exception, test.exception
    return test


_TOLD: list[int] = []


def map_state(test: AppTest) -> dict[str, Any]:
    """The state that was sent to the map's frame."""
    sent = json.loads(test.get("component_instance")[0].proto.json_args)["feature_group"]
    found = re.search(r"Doorplate\.apply\((\{.*\})\);", sent)
    assert found
    state: dict[str, Any] = json.loads(found[1])
    return state


def bits_n(hexed: str) -> int:
    return sum(int(digit, 16).bit_count() for digit in hexed)


def one(book: Casebook, code: str, **wanted: Any) -> str:
    """The first case of a code in the village."""
    rows = book.cases(villages=[VILLAGE], codes=[code])
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    assert len(rows), code
    return str(rows["finding_id"].iloc[0])


def say(book: Casebook, finding_id: str, verb: str, by: str, **given: Any) -> None:
    """A decision that somebody else takes."""
    case = book.case(finding_id)
    words = {k: given.pop(k) for k in ("reason", "document") if k in given}
    book.decide(Decision(finding_id, verb, case.version, case.evidence_hash, by, payload=given, **words))


def meanwhile(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, act: Callable[[], None]) -> None:
    """Whatever calls `module.name` has its answer, and then a colleague acts before it goes on."""
    look = getattr(module, name)

    def look_and_lose(*asked: object, **more: object) -> object:
        found = look(*asked, **more)
        act()
        return found

    monkeypatch.setattr(module, name, look_and_lose)


def read_all(test: AppTest) -> str:
    """Everything a reader sees as text."""
    kinds = (test.markdown, test.caption, test.info, test.error, test.success, test.warning, test.header, test.code)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")
