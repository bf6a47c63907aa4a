"""Canonical village names."""

from __future__ import annotations

import re

import pandas as pd

from geo.address.clean import clean


def fold_village(names: pd.Series) -> pd.Series:
    """The village names in one form for comparing: 普興村委會, 普兴村民委员会 and 普兴村 are one village.

    村 and 社区 stay apart: a county may have both under one name. 居委会 and its long forms are 社区.

    Parameters
    ----------
    names
        Village names as delivered; null stays null.

    Returns
    -------
    Names with the index of `names`, in simplified characters, without spaces and brackets; null where nothing is left.

    Examples
    --------
    >>> fold_village(pd.Series(["普興村委會", "金堂居委会", "白云 村"])).tolist()
    ['普兴村', '金堂社区', '白云村']
    """
    folded = {name: canonical_village(clean(str(name)).key) or None for name in names.dropna().unique()}
    return pd.Series(pd.array([folded.get(n) for n in names.to_numpy(dtype=object)], dtype="str"), index=names.index, name=names.name)


def canonical_village(name: str) -> str:
    """The village name with its office folded: 村民委员会, 村委会, 行政村 -> 村; 居委会 and its long forms -> 社区."""
    short = _COMMUNITY.sub("社区", name)
    if short != name:
        return short
    stem = _VILLAGE.sub("", name)
    return name if stem == name else stem if stem.endswith(("村", "嘎查")) else stem + "村"


def village_value(key: str, shown: str) -> str:
    """The canonical name in delivered characters: the name as shown, its office folded."""
    short = canonical_village(key)
    if short == key:
        return shown
    kept = next((i for i, (a, b) in enumerate(zip(short, key, strict=False)) if a != b), len(short))
    return shown[:kept] + short[kept:]


_VILLAGE = re.compile(r"(?:村民委员会|民委员会|村委会|行政村|(?<=嘎查)村)$")
_COMMUNITY = re.compile(r"(?:社区居民委员会|社区居委会|居民委员会|居委会|社区村委会)$")
