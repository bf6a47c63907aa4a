"""The marginals against the enumeration of the model that geo.belief states: who takes which, given that all others choose too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import belief
from geo.belief import Ties, marginals
from tests.graphs import draw, error, passed

TREE_TOLERANCE = 1e-6
"""On trees the messages are exact; what is left is rounding."""
LOOP_TOLERANCE = {False: (0.10, 0.004), True: (0.20, 0.015)}
"""On loops of at most 5 doors and 5 buildings, largest error of a graph and its mean, without and with ties between consecutive
doors; measured over 400 graphs of each: 0.073 and 0.0017, 0.157 and 0.0085 (the random ties are far stronger than those of a street)."""
SETTLED_TOLERANCE = 1e-3
"""With the number of messages of production, which stop at a relative change of 1e-3; measured 0.0002."""


@pytest.fixture
def _to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages until nothing moves, so that only the method itself is judged."""
    monkeypatch.setattr(belief, "CONVERGED", 1e-13)
    monkeypatch.setattr(belief, "MESSAGES_N", 3000)


@pytest.mark.usefixtures("_to_the_end")
@pytest.mark.parametrize("seed", range(40))
def test_on_trees_the_marginals_are_exact(seed: int) -> None:
    assert error(draw(np.random.default_rng(seed), tree=True)) < TREE_TOLERANCE


@pytest.mark.usefixtures("_to_the_end")
@pytest.mark.parametrize("seed", range(40))
def test_on_trees_with_consecutive_numbers_the_marginals_are_exact(seed: int) -> None:
    assert error(draw(np.random.default_rng(1000 + seed), tree=True, ties=True)) < TREE_TOLERANCE


def test_with_the_messages_of_production_trees_are_settled() -> None:
    errors = [error(draw(np.random.default_rng(seed), tree=True, ties=seed % 2 == 1)) for seed in range(60)]
    assert max(errors) < SETTLED_TOLERANCE


@pytest.mark.parametrize("ties", [False, True])
def test_on_loops_the_marginals_are_near(ties: bool) -> None:
    errors = [error(draw(np.random.default_rng(seed), tree=False, ties=ties)) for seed in range(100)]
    largest, mean = LOOP_TOLERANCE[ties]
    assert max(errors) < largest
    assert np.mean(errors) < mean


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_probabilities_of_a_door_sum_to_one(seed: int) -> None:
    graph = draw(np.random.default_rng(seed), tree=False, ties=True)
    edges, none = passed(graph)
    assert np.isfinite(edges).all()
    assert ((edges >= 0) & (edges <= 1)).all()
    np.testing.assert_allclose(np.bincount(graph.door, weights=edges, minlength=graph.doors_n) + none, 1.0, atol=1e-9)


def test_no_edge_at_all() -> None:
    edges, none = marginals(np.zeros(0, int), np.zeros(0, int), np.zeros(0), doors_n=2, empty=np.array([0.3]), share=0.05)
    assert len(edges) == 0
    assert none.tolist() == [1.0, 1.0]


def test_one_door_and_one_building_is_the_ratio_of_their_odds() -> None:
    edges, none = marginals(np.array([0]), np.array([0]), np.array([np.log(3.0)]), doors_n=1, empty=np.array([0.5]), share=0.05)
    np.testing.assert_allclose(edges, [3 / 3.5], atol=1e-6)
    np.testing.assert_allclose(none, [0.5 / 3.5], atol=1e-6)


def test_two_equal_doors_of_two_equal_buildings_are_a_tie() -> None:
    door, building = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    edges, _ = marginals(door, building, np.full(4, 5.0), doors_n=2, empty=np.array([0.3, 0.3]), share=0.05)
    np.testing.assert_allclose(edges, edges[0], atol=1e-9)
    assert abs(edges[0] - 0.5) < 0.01


def test_evidence_beyond_the_largest_is_certain_and_finite() -> None:
    edges, none = marginals(np.array([0, 0]), np.array([0, 1]), np.array([1e6, -1e6]), doors_n=1, empty=np.array([0.3, 0.3]), share=0.05)
    assert edges[0] > 1 - 1e-9
    assert edges[1] < 1e-9
    assert 0 <= none[0] < 1e-9


def test_the_order_of_edges_changes_nothing() -> None:
    graph = draw(np.random.default_rng(7), tree=False)
    order = np.random.default_rng(8).permutation(len(graph.edges))
    edges, none = passed(graph)
    shuffled = marginals(graph.door[order], graph.building[order], graph.weight[order], doors_n=graph.doors_n, empty=np.array(graph.empty), share=graph.share)
    np.testing.assert_allclose(shuffled[0], edges[order], atol=1e-12)
    np.testing.assert_allclose(shuffled[1], none, atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_what_rests_changes_no_probability(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    street = street_of(300, np.random.default_rng(seed))
    sizes: list[int] = []
    of_part = belief._Part._part

    def counted(part: belief._Part, moves: np.ndarray, slots: np.ndarray) -> belief._Part:
        out = of_part(part, moves, slots)
        sizes.append(len(out.door))
        return out

    monkeypatch.setattr(belief._Part, "_part", counted)
    some = marginals(**street)
    assert min(sizes) < len(street["door"]) / 2, "half of the street came to rest"
    monkeypatch.setattr(belief, "RESTS", -1.0)
    sizes.clear()
    everything = marginals(**street)
    assert set(sizes) == {len(street["door"])}
    for told, expected in zip(some, everything, strict=True):
        np.testing.assert_allclose(told, expected, atol=1e-6)


def street_of(doors_n: int, rng: np.random.Generator) -> dict[str, Any]:
    """Doors along a street of as many houses, one in ten of them hardly located, with the houses around as candidates, tied to the door that follows."""
    reach = np.arange(-4, 5)
    door, away = np.repeat(np.arange(doors_n), len(reach)), np.tile(reach, doors_n)
    building = door + away + 4
    open_ = rng.random(doors_n) < 0.1
    own = np.where(open_, rng.integers(-1, 2, doors_n), 0)
    weight = 8.0 + rng.normal(0.0, 1.0, len(door)) - np.where(open_, 1.0, 8.0)[door] * np.abs(away - own[door])
    likely = np.flatnonzero(weight > 2.0)
    slots = [likely[(door[likely] == k + one)] for k in range(doors_n - 1) for one in (0, 1)]
    begin = np.cumsum([0, *map(len, slots)])
    pairs = [(i, j) for k in range(0, len(slots), 2) for i in range(begin[k], begin[k + 1]) for j in range(begin[k + 1], begin[k + 2])]
    one, two = np.array(pairs).T
    edge = np.concatenate(slots)
    ratio = 0.2 + 2.0 * np.exp(-np.abs(building[edge[two]] - building[edge[one]] - 1.0))
    ties = Ties(edge, np.repeat(np.arange(len(slots)), [len(s) for s in slots]), np.r_[one, two], np.r_[two, one], np.r_[ratio, ratio])
    given = {"door": door, "building": building, "weight": weight, "ties": ties}
    return given | {"doors_n": doors_n, "empty": np.full(doors_n + 8, 0.02), "share": 0.05}
