"""Outbuildings that no use says: those a survey describes as it describes what has no number.

A survey of houses and sheds often tells them apart only by what it leaves empty: no dwellings, no storeys. Where the
buildings of one such description hardly ever have a number while the houses beside them do, a point inside one of them
shows where a number is kept, not whose it is: the house itself may be missing from the survey.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

LIKELIEST = 0.5
"""What position alone is worth on an outbuilding: as likely as not."""
BESIDE_N = 10
"""Numbered houses beside the buildings of a description from which it can be judged."""


def outbuildings(
    edges: pd.DataFrame, *, described: npt.NDArray[np.int_], wants_door: npt.NDArray[np.bool_], village_code: pd.Series, ratio: float
) -> npt.NDArray[np.bool_]:
    """Which footprints are described like those that have no number.

    Villages are compared each with itself, so that a survey without descriptions, or a village whose plates are not up
    yet, says nothing.

    Parameters
    ----------
    edges
        `geo.assign.assign` of the doors: building (position), probability.
    described
        Per footprint, a number of what its survey says of it.
    wants_door
        Per footprint, whether it is of the kind that has a number; others are never told as outbuildings here.
    village_code
        Per footprint; null: outside every village.
    ratio
        A description is that of outbuildings where its buildings have a number less than so often as the others beside them.

    Source: N. Mantel, W. Haenszel (1959), Statistical aspects of the analysis of data from retrospective studies of disease: the ratio
    of two shares over strata of different size.
    """
    numbered = np.bincount(edges["building"], weights=edges["probability"], minlength=len(described)).clip(max=1.0)
    table = pd.DataFrame({"village": village_code.to_numpy(), "described": described, "n": 1.0, "numbered": numbered})[wants_door]
    own = table.groupby(["village", "described"], dropna=False)[["n", "numbered"]].sum()
    all_ = own.groupby(level="village", dropna=False).transform("sum")
    seen = own["numbered"] * (all_["n"] - own["n"]) / all_["n"]
    usual = (all_["numbered"] - own["numbered"]) * own["n"] / all_["n"]
    sums = pd.DataFrame({"seen": seen, "usual": usual}).groupby(level="described").sum()
    told = sums.index[(sums["usual"] >= BESIDE_N) & (sums["seen"] < ratio * sums["usual"])]
    return np.isin(described, told) & wants_door


def doubt(edges: pd.DataFrame, none: npt.NDArray[np.float64], hints: pd.DataFrame, outbuilding: npt.NDArray[np.bool_]) -> tuple[pd.DataFrame, npt.NDArray[np.float64]]:
    """No outbuilding is decided by position alone: what lies above `LIKELIEST` goes to belonging to no building.

    Parameters
    ----------
    edges, none
        `geo.assign.assign` of the doors.
    hints
        Evidence beside position: door, building. What it names stays as it was judged.
    outbuilding
        `outbuildings` of the footprints.

    Returns
    -------
    edges, none: sorted as they were given.
    """
    doubtful = outbuilding[edges["building"].to_numpy()] & (edges["probability"].to_numpy() > LIKELIEST)
    if not doubtful.any():
        return edges, none
    said = pd.MultiIndex.from_frame(hints[["door", "building"]])
    doubtful &= ~pd.MultiIndex.from_frame(edges[["door", "building"]]).isin(said)
    over = np.where(doubtful, edges["probability"] - LIKELIEST, 0.0)
    lowered = edges.assign(probability=edges["probability"] - over)
    spared = np.bincount(edges["door"], weights=over, minlength=len(none))
    return lowered.sort_values(["door", "probability", "building"], ascending=[True, False, True], ignore_index=True), none + spared
