"""Which eligible buildings have no installed plate: shared by the three rules that say so."""

from __future__ import annotations

import pandas as pd

from geo.rule import UNCLAIMED_N, Evidence, once


@once
def unplated(evidence: Evidence) -> pd.DataFrame:
    """Eligible, permanent buildings on which no plate is up and to which no undecided door is likely to belong."""
    b = evidence.buildings
    free = b["claimed_n"] < UNCLAIMED_N
    return b[b["eligible"] & ~b["temporary"] & (b["installed_n"] == 0) & free & ~b["in_conflict"]]
