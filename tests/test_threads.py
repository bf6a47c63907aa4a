"""Work in threads gives what it would give without, and its failures are not lost."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from geo.threads import PART_N, beside, in_threads


@pytest.mark.parametrize("rows_n", [0, 1, PART_N, 3 * PART_N + 1])
def test_answers_stand_in_the_order_of_the_rows(rows_n: int) -> None:
    one, two = np.arange(rows_n), np.arange(rows_n)[::-1]
    assert in_threads(lambda a, b: 2 * a + b, one, two).tolist() == (2 * one + two).tolist()


def test_what_is_begun_beside_runs_meanwhile() -> None:
    meanwhile = threading.Event()
    begun = beside(lambda: meanwhile.wait(timeout=10))
    meanwhile.set()
    assert begun.result() is True


def test_what_fails_beside_fails_where_it_is_asked_for() -> None:
    def fail() -> None:
        raise ValueError("outlines cross")

    with pytest.raises(ValueError, match="outlines cross"):
        beside(fail).result()
