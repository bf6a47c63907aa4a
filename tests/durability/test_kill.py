"""Processes die in the middle of a decision: what was acknowledged stays, what was not is sent again and kept once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geo.casebook import Casebook, Decision, open_casebook, store
from geo.casebook.fsck import fsck
from geo.errors import CasebookBusy, CasebookError
from tests.casebook.postgres import Cluster, find_binaries
from tests.durability.towns import finding_ids, found_town, note

ROOT = Path(__file__).resolve().parents[2]
KILLS_N = int(os.environ.get("DOORPLATE_KILLS", "100"))
"""How many writers are killed; 200 is the full figure (`python -m benchmarks.casebook`)."""
WRITERS_N, READERS_N, SEED = 16, 2, 9


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server: .ci/postgres installs it")
    cluster = Cluster(binaries, settings={"fsync": "on"})
    yield cluster
    cluster.stop()


def kill_writers(where: Path | str, *, kills: int, life_s: float = 4.0) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.durability.killing", str(where), "--kills", str(kills), "--writers", str(WRITERS_N)]
    done = subprocess.run(
        [*command, "--readers", str(READERS_N), "--seed", str(SEED), "--life", str(life_s)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=400
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def assert_nothing_lost(told: dict[str, Any], *, kills: int) -> None:
    assert told["kills"] == kills
    assert told["acknowledged"] > kills // 2
    assert (told["lost"], told["duplicates"], told["inconsistent"], told["never_sent"]) == (0, 0, 0, 0)
    assert told["retried"] > 0
    assert told["snapshots"] > 20


def test_writers_that_are_killed_lose_nothing_and_write_nothing_twice(tmp_path: Path) -> None:
    where = tmp_path / "town.casebook"
    found_town(where, cases_n=400).close()
    assert_nothing_lost(kill_writers(where, kills=KILLS_N), kills=KILLS_N)
    assert fsck(where) == []


def test_the_same_on_postgresql(server: Cluster) -> None:
    where = server.create_database()
    found_town(where, cases_n=400).close()
    kills = KILLS_N // 5
    assert_nothing_lost(kill_writers(where, kills=kills, life_s=10.0), kills=kills)
    assert fsck(where) == []


def test_a_decision_sent_again_answers_the_first_receipt(tmp_path: Path) -> None:
    with found_town(tmp_path / "town.casebook", cases_n=1) as book:
        decision = note(finding_ids(1)[0], 0)
        first = book.decide(decision)
        assert [book.decide(decision) for _ in range(3)] == [first] * 3
        assert book.head().seq == first.seq


def test_a_server_that_dies_at_once_keeps_what_it_acknowledged(server: Cluster) -> None:
    where = server.create_database()
    with found_town(where, cases_n=40) as book:
        acknowledged = decide_until_the_server_dies(book, server)
        assert len(acknowledged) > 20
        assert acknowledged <= stored(book)
        assert fsck(book) == []
        version = book.case(finding_ids(1)[0]).version
        assert book.decide(note(finding_ids(1)[0], version)).version == version + 1


def test_the_same_server_without_synchronous_commit_loses_decisions(server: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    where = server.create_database()
    found_town(where, cases_n=40).close()
    lax = store.create_engine

    def create_engine(url: str, **given: Any) -> Any:
        options = given.get("connect_args", {}).get("options", "").replace("synchronous_commit=on", "synchronous_commit=off")
        return lax(url, **{**given, "connect_args": {"options": options}})

    monkeypatch.setattr(store, "create_engine", create_engine)
    with open_casebook(where) as book:
        acknowledged = decide_until_the_server_dies(book, server)
        assert len(acknowledged - stored(book)) > 0


def decide_until_the_server_dies(book: Casebook, server: Cluster) -> set[str]:
    """Ids that were acknowledged before the server fell in the middle of the work; it is up again afterwards."""
    acknowledged: set[str] = set()
    enough, ids = threading.Event(), finding_ids(40)

    def work() -> None:
        versions = dict.fromkeys(ids, 0)
        for n in range(100_000):
            decision: Decision = note(ids[n % 40], versions[ids[n % 40]])
            try:
                receipt = book.decide(decision)
            except CasebookBusy:
                return
            versions[decision.finding_id] = receipt.version
            acknowledged.add(decision.decision_id)
            if len(acknowledged) > 20:
                enough.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert enough.wait(60)
    server.halt("immediate")
    thread.join(60)
    assert not thread.is_alive()
    with pytest.raises(CasebookError, match="数据库"):
        book.decide(note(ids[0], 0))
    server.start()
    return acknowledged


def stored(book: Casebook) -> set[str]:
    with book.store.reading() as connection:
        return {row.decision_id for row in connection.exec_driver_sql("SELECT decision_id FROM decision")}
