"""Canonical village names."""

from __future__ import annotations

import pandas as pd

from geo.address.clean import clean
from geo.address.upper import canonical_village


def fold_village(names: pd.Series) -> pd.Series:
    """The village names in one form for comparing: 普興村委會, 普兴村民委员会 and 普兴村 are one village.

    村 and 社区 stay apart: a county may have both under one name. 居委会 and its long forms are 社区.

    Parameters
    ----------
    names
        Village names as delivered; null stays null.

    Returns
    -------
    Names with the index of `names`, in simplified characters, without spaces.
    """
    folded = {}
    for name in names.dropna().unique():
        key = clean(str(name)).key
        folded[name] = canonical_village(key) or None
    return names.map(folded).astype("str").rename(names.name)
