"""Texts of registers that keep street, number, building and room in columns of their own, put together again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.read.headers import clean_header
from geo.read.ledger import Ledger
from geo.read.texts import matching

_PLACES: Mapping[str, tuple[str, ...]] = {
    "group": ("村民小组", "组", "小组", "居民小组", "组别", "村组"),
    "hamlet": ("自然村", "自然村名称", "viligename", "自然村湾", "湾组"),
    "street": ("街路巷", "街路巷名称", "道路名称", "路名", "街道路名", "jlxmc", "roadname", "街巷", "街巷名称", "道路"),
    "estate": ("小区名称", "小区", "院落名称", "xqmc", "residencename", "院落"),
}
"""Columns that stand before the number, in the order of an address."""
_WITHIN: Mapping[str, tuple[tuple[str, ...], str]] = {
    "building": (("幢号", "楼牌号", "栋号", "楼栋号", "楼号", "lph", "lznumber"), "幢"),
    "unit": (("单元号", "单元", "dyh", "dynumber"), "单元"),
    "room": (("户室号", "房间号", "室号", "房号", "户号牌", "fjh", "hsnumber"), "室"),
}
"""Columns that stand after the number, with the word a bare figure wants."""
_NUMBER = ("门牌号", "门楼牌号", "门牌号码", "门楼牌号码", "mph", "mlph", "mpnumber", "号码")
_DOOR_ONLY = r"^[临第附]{0,2}[0-9０-９]+(?:[-－—之][0-9０-９]+)?(?:[号號]|[附之][0-9０-９]+[号號]?)*$"


def compose_text(texts: pd.DataFrame, columns: Mapping[str, int], frame: pd.DataFrame, role: str, ledger: Ledger) -> pd.DataFrame:
    """The frame with whole texts where the source writes only a number in its text, or has no text at all.

    A part is set before or after the number only where the text is a bare number; a text that names its street is left alone.

    Parameters
    ----------
    texts
        All columns of the file, headers as delivered.
    columns
        Canonical column -> position, as matched.
    frame
        Canonical columns, same index; `text` may be absent.
    """
    free = {clean_header(str(h)): i for i, h in enumerate(texts.columns) if i not in {p for c, p in columns.items() if c != "text"}}
    place = [texts.iloc[:, free[w]] for words in _PLACES.values() if (w := next((w for w in words if w in free), None))]
    within = [(texts.iloc[:, free[w]], sign) for words, sign in _WITHIN.values() if (w := next((w for w in words if w in free), None))]
    number = next((texts.iloc[:, free[w]] for w in _NUMBER if w in free), None)
    base = frame.get("text", number)
    if base is None or not (place or within):
        return frame
    bare = matching(base, _DOOR_ONLY)
    whole = _joined([*(p.fillna("") for p in place), _signed(base, "号"), *(_signed(p, sign) for p, sign in within)])
    out = base.mask(bare, whole)
    if not bare.any():
        return frame
    n = int(bare.sum())
    ledger.repair(
        role,
        "*",
        "text",
        None,
        None,
        f"text_composed: {n} 行的门牌号与街路巷、楼栋、房号合为全文 / numbers of {n} rows joined with street, building and room",
    )
    return frame.assign(text=out.astype("str"))


def composes(texts: pd.DataFrame, role: str) -> bool:
    """Whether a file without a text can be given one: it has a number and a street, hamlet, group or estate."""
    headers = {clean_header(str(h)) for h in texts.columns}
    return (
        role in ("plates", "addresses")
        and bool(headers & {w for words in _PLACES.values() for w in words})
        and bool(headers & set(_NUMBER))
    )


def _signed(values: pd.Series, sign: str) -> pd.Series:
    """Values that are bare figures with their word behind them."""
    plain = values.fillna("").str.strip()
    figure = matching(plain, r"[0-9０-９]$")
    return plain.where(~figure, plain + sign)


def _joined(parts: list[pd.Series]) -> pd.Series:
    out = pd.Series(np.full(len(parts[0]), "", dtype=object), index=parts[0].index, dtype="str")
    for part in parts:
        out = out + part.str.strip()
    return out
