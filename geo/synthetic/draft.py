"""A town while it is being dealt: its tables before anybody delivers them, and how dirty the delivery will be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Objects = NDArray[np.object_]

NoiseLevel = Literal["easy", "town", "hard"]
AS_OF = "2026-06-30"


@dataclass(frozen=True)
class Noise:
    """How an office delivers: errors of position in metres, shares (0-1) of rows with an id, a coordinate, a dialect."""

    plate_m: float
    address_m: float
    located_ratio: float
    declared_ratio: float
    dialect_ratio: float
    short_ratio: float
    survey_offset_m: tuple[float, float]
    survey_m: float
    pitch_ratio: float
    village_as_name: bool
    people_by_text: bool
    demolished_as_polygon: bool
    own_previous_ids: bool


NOISE: Mapping[NoiseLevel, Noise] = {
    "easy": Noise(1.2, 1.0, 0.92, 0.5, 0.03, 0.03, (-0.35, 0.25), 0.03, 1.15, False, False, False, False),
    "town": Noise(3.6, 3.2, 0.72, 0.2, 0.12, 0.06, (-0.65, 0.4), 0.06, 1.0, False, False, False, False),
    "hard": Noise(6.5, 5.0, 0.42, 0.05, 0.25, 0.15, (1.3, -0.9), 0.12, 0.5, True, True, True, True),
}


def either(condition: Any, yes: Any, no: Any) -> Objects:
    """`np.where` for texts and nulls: always an object array."""
    return np.where(np.asarray(condition, dtype=bool), np.asarray(yes, dtype=object), np.asarray(no, dtype=object))


def count_within(lengths: Ints) -> Ints:
    """0, 1, 2 ... within every run of that length, the runs one after another."""
    return np.asarray(np.arange(int(lengths.sum())) - np.repeat(np.r_[0, np.cumsum(lengths)[:-1]], lengths), dtype=np.int64)


@dataclass
class Draft:
    """The town being dealt. Planters change it in place, in a fixed order, drawing from one generator.

    houses and doors carry `fault`: what was planted on them, empty where nothing was. An object is used for one fault
    only, so that every case has one cause. `cases` and `neutral` name objects by kind and position, ids come later.
    `spent` is the last number given out beyond a place's own, by place; `repeats` are doors whose plate is delivered twice, word for word.
    """

    rng: np.random.Generator
    noise: Noise
    villages: pd.DataFrame
    streets: pd.DataFrame
    houses: pd.DataFrame
    doors: pd.DataFrame
    rooms: pd.DataFrame
    demolitions: list[dict[str, Any]] = field(default_factory=list)
    crosswalk: list[dict[str, Any]] = field(default_factory=list)
    strays: list[dict[str, Any]] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    neutral: list[tuple[str, Any]] = field(default_factory=list)
    spent: pd.Series = field(default_factory=lambda: pd.Series(dtype=int))
    repeats: list[int] = field(default_factory=list)
