"""A seeded, believable Chinese town with every kind of fault in it, and the truth about all of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.synthetic import doors, names
from geo.synthetic.delivery import deliver
from geo.synthetic.draft import AS_OF, NOISE, Draft, NoiseLevel
from geo.synthetic.ground import CRS, lay_ground
from geo.tables import Scope


@dataclass(frozen=True)
class Town:
    """One dealt town: the input tables of `geo.tables` as an office has them, and what is true.

    Geometry is in `crs` (metres). Ids and texts are `str`, absent values null.
    """

    seed: int
    noise: NoiseLevel
    faults: frozenset[str]
    crs: str
    as_of: str
    scope: Scope
    tables: dict[str, pd.DataFrame]
    """Input tables by name: buildings, plates, addresses, villages, population, streets, buildings_previous,
    demolitions, crosswalk."""


def deal_town(*, buildings_n: int, seed: int, noise: NoiseLevel = "town", faults: Collection[str] = frozenset()) -> Town:
    """A town of that many footprints; the same arguments always give the same town."""
    rng = np.random.default_rng([seed, buildings_n, list(NOISE).index(noise)])
    level = NOISE[noise]
    ground = lay_ground(rng, buildings_n=buildings_n, pitch_ratio=level.pitch_ratio)
    houses = doors.furnish(rng, ground)
    numbered = doors.number_doors(rng, houses, ground.streets)
    draft = Draft(rng, level, ground.villages, ground.streets, houses, numbered, doors.rooms(rng, numbered))
    delivery = deliver(draft)
    return Town(seed, noise, frozenset(faults), CRS, AS_OF, Scope(names.PROVINCE, None, names.COUNTY, names.TOWN), delivery.tables)
