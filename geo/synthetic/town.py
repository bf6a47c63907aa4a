"""A seeded, believable Chinese town with every kind of fault in it, and the truth about all of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.synthetic import doors, names
from geo.synthetic.delivery import deliver
from geo.synthetic.draft import AS_OF, NOISE, Draft, NoiseLevel
from geo.synthetic.ground import CRS, lay_ground
from geo.synthetic.layer_faults import spoil
from geo.synthetic.planting import plant
from geo.synthetic.truth import describe, tell
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
    truth: dict[str, pd.DataFrame]
    """What is true, see `geo.synthetic.truth.tell`."""
    description: dict[str, Any]
    """How the town was dealt: arguments, number of cases per code, people."""


def deal_town(*, buildings_n: int, seed: int, noise: NoiseLevel = "town", faults: Collection[str] = frozenset(), flats: bool = False) -> Town:
    """A town of about that many footprints with its truth; the same arguments always give the same town.

    Parameters
    ----------
    buildings_n
        Footprints standing when nothing is planted yet; demolitions and duplicates change the delivered number by a few percent.
    seed
        Which town.
    noise
        How an office delivers it: errors of position, share of ids and coordinates, dialects, see `geo.synthetic.draft.NOISE`.
    faults
        Faults of whole layers to plant besides, names from `geo.synthetic.layer_faults.LAYER_FAULTS`. Every other finding is
        always planted.

    flats
        The register also holds every flat of the taller houses, with its own count: about three addresses per building
        instead of one.

    Raises
    ------
    ProfileError
        A layer fault has no such name.
    """
    rng = np.random.default_rng([seed, buildings_n, list(NOISE).index(noise)])
    level = NOISE[noise]
    ground = lay_ground(rng, buildings_n=buildings_n, pitch_ratio=level.pitch_ratio)
    houses = doors.furnish(rng, ground)
    numbered = doors.number_doors(rng, houses, ground.streets, ground.villages)
    draft = Draft(rng, level, ground.villages, ground.streets, houses, numbered, doors.rooms(rng, numbered))
    plant(draft)
    if flats:
        rooms = doors.flats(rng, draft.doors)
        draft.rooms = pd.concat([draft.rooms, rooms], ignore_index=True)
        draft.doors.loc[rooms["door"].unique(), "counted"] = False
    delivery = deliver(draft)
    tables, spoiled = spoil(delivery.tables, faults)
    truth = tell(draft, delivery, spoiled)
    told = {"seed": seed, "buildings_n": buildings_n, "noise": noise, "faults": sorted(faults), "flats": flats, "as_of": AS_OF, **describe(delivery, truth)}
    scope = Scope(names.PROVINCE, None, names.COUNTY, names.TOWN)
    return Town(seed, noise, frozenset(faults), CRS, AS_OF, scope, tables, truth, told)
