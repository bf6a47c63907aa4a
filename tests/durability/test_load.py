"""Fifty people at once, and people who decide while a town's findings are published: nobody waits for long.

The limits are those of a machine of two processors that does nothing else; where others use it meanwhile, only outliers are refused.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.casebook.fsck import fsck
from geo.casebook.publish import publish
from tests.durability.crowd import Others, decide_together
from tests.durability.large import observed_ids, write_result
from tests.durability.towns import evidence_of, finding_ids, found_town

PEOPLE_N, THINK_S, SECONDS = 50, 0.5, 10.0
PUBLISHED_N = int(os.environ.get("DOORPLATE_PUBLISHED", "10000"))
"""Findings published while people decide; 200000 is the full figure (`python -m benchmarks.casebook`)."""


@pytest.fixture(autouse=True)
def _own_heap() -> Iterator[None]:
    """The collector passes over what a thousand earlier tests left: an office's server does not carry it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def test_fifty_people_get_their_answer_at_once(tmp_path: Path) -> None:
    ids = finding_ids(500)
    with found_town(tmp_path / "town.casebook", cases_n=500) as book:
        with Others(tmp_path) as others:
            crowd = decide_together(book, ids, {i: evidence_of(i) for i in ids}, people_n=PEOPLE_N, think_s=THINK_S, until=lambda s: s > SECONDS)
        assert crowd.errors == []
        assert crowd.stale_n == 0
        assert crowd.per_second > 1000 / others.limit(12.5)
        assert crowd.wait_ms(99) <= others.limit(150)
        assert crowd.wait_ms(100) <= others.limit(1000)
        assert fsck(book) == []


def test_people_decide_on_while_findings_are_published(tmp_path: Path) -> None:
    ids = finding_ids(200)
    write_result(tmp_path / "result", findings_n=PUBLISHED_N)
    with found_town(tmp_path / "town.casebook", cases_n=200) as book:
        done, told = threading.Event(), []

        def take() -> None:
            try:
                told.append(publish(book, tmp_path / "result", by="clerk_1", confirm_drop=True))
            finally:
                done.set()

        thread = threading.Thread(target=take)
        thread.start()
        with Others(tmp_path) as others:
            crowd = decide_together(book, ids, {i: evidence_of(i) for i in ids}, people_n=10, think_s=THINK_S, until=lambda _: done.is_set())
        thread.join()
        assert told
        assert told[0].opened_n == PUBLISHED_N
        assert crowd.errors == []
        assert len(crowd.receipts) >= 10
        assert crowd.wait_ms(99) <= others.limit(1000)
        assert len(observed_ids(book)) >= PUBLISHED_N
        assert fsck(book) == []
