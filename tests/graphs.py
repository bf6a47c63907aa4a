"""Small graphs of doors and buildings, their exact probabilities by enumeration, and what messages make of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from geo.belief import NO_TIES, Ties, marginals


@dataclass(frozen=True)
class Graph:
    """Doors and buildings with log odds on their edges; ties join two doors with a ratio per combination of edges."""

    doors_n: int
    edges: tuple[tuple[int, int, float], ...]
    empty: tuple[float, ...]
    share: float
    ties: tuple[tuple[int, int, tuple[float, ...]], ...] = ()

    @property
    def door(self) -> np.ndarray:
        return np.array([e[0] for e in self.edges], dtype=int)

    @property
    def building(self) -> np.ndarray:
        return np.array([e[1] for e in self.edges], dtype=int)

    @property
    def weight(self) -> np.ndarray:
        return np.array([e[2] for e in self.edges], dtype=float)

    def of(self, door: int) -> list[int]:
        return [i for i, e in enumerate(self.edges) if e[0] == door]

    def slots(self) -> Ties:
        edge, side, one, two, ratio = [], [], [], [], []
        for k, (a, b, ratios) in enumerate(self.ties):
            first, second = range(len(edge), len(edge) + len(self.of(a))), range(len(edge) + len(self.of(a)), len(edge) + len(self.of(a)) + len(self.of(b)))
            edge += self.of(a) + self.of(b)
            side += [2 * k] * len(first) + [2 * k + 1] * len(second)
            for (i, j), r in zip(product(first, second), ratios, strict=True):
                one += [i, j]
                two += [j, i]
                ratio += [r, r]
        return Ties(np.array(edge, dtype=int), np.array(side, dtype=int), np.array(one, dtype=int), np.array(two, dtype=int), np.array(ratio)) if edge else NO_TIES


def enumerate_model(graph: Graph) -> tuple[np.ndarray, np.ndarray]:
    """Every joint choice with its weight: product of the odds taken, of the buildings' empty or share^(n - 1), of the ties."""
    mass, none, total = np.zeros(len(graph.edges)), np.zeros(graph.doors_n), 0.0
    for choice in product(*([None, *graph.of(d)] for d in range(graph.doors_n))):
        taken = [e for e in choice if e is not None]
        weight = float(np.exp(graph.weight[taken].sum())) if taken else 1.0
        counts = np.bincount(graph.building[taken], minlength=len(graph.empty)) if taken else np.zeros(len(graph.empty), int)
        for n, empty in zip(counts, graph.empty, strict=True):
            weight *= empty if n == 0 else graph.share ** (n - 1)
        for a, b, ratios in graph.ties:
            if choice[a] is not None and choice[b] is not None:
                weight *= ratios[graph.of(a).index(choice[a]) * len(graph.of(b)) + graph.of(b).index(choice[b])]
        total += weight
        for d, e in enumerate(choice):
            if e is None:
                none[d] += weight
            else:
                mass[e] += weight
    return mass / total, none / total


def passed(graph: Graph) -> tuple[np.ndarray, np.ndarray]:
    return marginals(graph.door, graph.building, graph.weight, doors_n=graph.doors_n, empty=np.array(graph.empty), share=graph.share, ties=graph.slots())


def error(graph: Graph) -> float:
    (edges, none), (edges_true, none_true) = passed(graph), enumerate_model(graph)
    return float(max(np.abs(edges - edges_true).max(initial=0.0), np.abs(none - none_true).max(initial=0.0)))


def draw(rng: np.random.Generator, *, tree: bool, ties: bool = False) -> Graph:
    doors_n, buildings_n = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    group = list(range(doors_n + buildings_n))

    def join(i: int, j: int) -> bool:
        a, b = group[i], group[j]
        group[:] = [a if g == b else g for g in group]
        return a != b

    edges = []
    for d, b in rng.permutation([(d, b) for d in range(doors_n) for b in range(buildings_n)]):
        if (join(d, doors_n + b) if tree else rng.random() < 0.6):
            edges.append((int(d), int(b), float(rng.normal(1, 3))))
    edges.sort()
    graph = Graph(doors_n, tuple(edges), tuple(float(x) for x in rng.uniform(0.01, 1.5, buildings_n)), float(rng.uniform(0.01, 0.5)))
    tied = [(a, a + 1) for a in range(doors_n - 1) if ties and (join(a, a + 1) if tree else rng.random() < 0.7)]
    made = tuple((a, b, tuple(float(x) for x in rng.uniform(0.2, 8, len(graph.of(a)) * len(graph.of(b))))) for a, b in tied if graph.of(a) and graph.of(b))
    return Graph(graph.doors_n, graph.edges, graph.empty, graph.share, made)
