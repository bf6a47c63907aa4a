"""How addresses and plates are written: standard texts, and the dialects offices really deliver."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.synthetic import names
from geo.synthetic.draft import Bools, Ints
from geo.synthetic.names import Texts

UPPER = names.PROVINCE + names.COUNTY + names.TOWN


def standard(keys: pd.DataFrame) -> Texts:
    """The plain text of doors from place down, e.g. 青泉街12号附1号, 3组临8号, 玉亭路88号锦林花园2幢.

    Parameters
    ----------
    keys
        Columns place, number, sub, building_no, temporary, estate.
    """
    return _compose(keys, np.zeros(len(keys), dtype=int), np.zeros(len(keys), dtype=int))


def spell(rng: np.random.Generator, keys: pd.DataFrame, *, dialect_ratio: float, plain: Bools) -> Texts:
    """The texts as somebody typed them: that share in a dialect, rows where `plain` is true never."""
    n = len(keys)
    odd = (rng.random(n) < dialect_ratio) & ~plain
    number = np.where(odd, rng.choice(5, n, p=[0.3, 0.3, 0.22, 0.12, 0.06]), 0)
    other = np.where(odd, rng.choice(4, n, p=[0.25, 0.35, 0.25, 0.15]), 0)
    return _compose(keys, number, other)


def head(rng: np.random.Generator, village: Texts, *, short_ratio: float, plain: Bools) -> tuple[Texts, Bools]:
    """Upper levels with the village, some without province or county; and which texts lack a level."""
    n = len(village)
    style = np.where((rng.random(n) < short_ratio) & ~plain, rng.integers(1, 4, n), 0)
    upper = np.array([UPPER, names.COUNTY + names.TOWN, names.TOWN, ""], dtype=object)[style]
    return upper + village, style > 0


def within(unit: Ints, room: Ints, style: Ints) -> Texts:
    """Unit and room below a door: 1单元301室, 1-301, 1单元301号."""
    u, r = names.digits(unit), names.digits(room)
    return np.select([style == 1, style == 2], [u + "单元" + r + "号", u + "单元" + r], u + "单元" + r + "室")


def _compose(keys: pd.DataFrame, number_style: Ints, other_style: Ints) -> Texts:
    number = keys["number"].to_numpy(dtype=int)
    small = np.clip(number, 0, 999)
    chinese = np.array([names.numeral(v) for v in range(1000)], dtype=object)
    plain = names.digits(number)
    broad = np.array([names.wide(v) for v in np.unique(plain)], dtype=object)[np.unique(plain, return_inverse=True)[1]]
    shown = np.select([number_style == 1, number_style == 2], [broad, chinese[small]], plain)
    mark = np.where(number_style == 3, "號", "号").astype(object)
    spaced = np.where(number_style == 4, " ", "").astype(object)
    place = _group(keys["place"].to_numpy(dtype=object), other_style)
    text = place + spaced + np.where(keys["temporary"].to_numpy(bool), "临", "").astype(object) + shown + mark
    text = text + _sub(keys["sub"].to_numpy(dtype=int), other_style)
    return np.asarray(text + keys["estate"].to_numpy(dtype=object) + _building(keys["building_no"].to_numpy(dtype=int), other_style), dtype=object)


def _group(place: Texts, style: Ints) -> Texts:
    known, code = np.unique(place, return_inverse=True)
    formal = np.array([_formal_group(p) for p in known], dtype=object)
    chinese = np.array([_chinese_group(p) for p in known], dtype=object)
    return np.select([style == 1, style == 2], [formal[code], chinese[code]], place)


def _formal_group(place: str) -> str:
    return "第" + names.numeral(int(place[:-1])) + "村民小组" if place.endswith("组") and place[:-1].isdigit() else place


def _chinese_group(place: str) -> str:
    return names.numeral(int(place[:-1])) + "组" if place.endswith("组") and place[:-1].isdigit() else place


def _sub(sub: Ints, style: Ints) -> Texts:
    n = names.digits(sub)
    text = np.select([style == 1, style == 2, style == 3], ["附" + n, "付" + n + "号", "之" + n], "附" + n + "号")
    return np.where(sub > 0, text, "").astype(object)


def _building(building_no: Ints, style: Ints) -> Texts:
    n = names.digits(building_no)
    text = np.select([style == 1, style == 2], [n + "栋", n + "号楼"], n + "幢")
    return np.where(building_no > 0, text, "").astype(object)
