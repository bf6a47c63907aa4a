"""单双号或次序异常: number out of order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="number_out_of_order",
    zh="单双号或次序异常",
    en="number out of order",
    subject="plate",
    severity="warning",
    office="civil_affairs",
    rule_zh="在 80 % 以上遵守单双号的街道上，号码在另一侧；或离前后两个号码都很远",
    rule_en="parity against its side on a street that obeys parity in >= 80 %, or not monotone along it",
    todo_zh="核实号码",
    todo_en="check the number",
    trap_zh="多数地方只是习惯，不能单凭此项判错",
    trap_en="a habit in most places, never a proof",
    source="门楼牌编制规则：单双号分侧、顺序编号（各地不一，仅作提示）",
    detail_zh="门牌 {text} {why_zh}。",
    detail_en="plate {text}: {why_en}.",
)


LEAST_N = 10
"""Plates a street needs before its habit is known: with ten, 80 % cannot be eight of ten by chance (p = 0.055)."""
NEAR_N = 8
"""Neighbours of the street that show its direction and its two sides at a plate."""
ROW_N = 4
"""Neighbours of each parity that show the two rows at a plate."""
LEAST_WIDTH_M = 4.0
"""Distance between the odd and the even row below which a street has no sides to be on."""
DETOUR = 3.0
"""How many steps of the street away from both neighbours in number a plate is out of its place."""


def find(evidence: Evidence) -> pd.DataFrame:
    """Plates on the wrong side of a street that keeps odd and even apart, or far from both their neighbours in number."""
    p = evidence.plates
    rows = p[p["installed"] & p["street"].notna() & p["number_n"].notna() & p.geometry.notna() & p["sub_number"].isna() & p["building_no"].isna()]
    rows = rows[["plate_id", "building_id", "text", "village_code", "place", "number_n", "geometry"]]
    rows = rows.assign(street_key=rows["village_code"].fillna("") + "|" + rows["place"]).sort_values(["street_key", "number_n", "plate_id"])
    rows = rows[rows.groupby("street_key")["plate_id"].transform("size") >= LEAST_N]
    rows = rows.assign(x=shapely.get_x(rows.geometry.to_numpy()), y=shapely.get_y(rows.geometry.to_numpy()))
    # a tree per street: no column form exists
    judged = [_judge(street, evidence.profile.thresholds.parity_ratio) for _, street in pd.DataFrame(rows[["street_key", "number_n", "x", "y"]]).groupby("street_key")]
    words = pd.concat(judged).reindex(rows.index) if judged else pd.Series(index=rows.index, dtype="str")
    rows = rows.assign(word=words)[words.notna()]
    return found(
        rows["plate_id"],
        related=ids(rows["building_id"]),
        certainty="suspect",
        text=rows["text"],
        why_zh=rows["word"].map({"side": "单双号与所在街侧的其他门牌相反", "place": "离前后两个号码都很远"}),
        why_en=rows["word"].map({"side": "its parity is against its side of the street", "place": "it is far from both its neighbours in number"}),
    )


def _judge(street: pd.DataFrame, parity_ratio: float) -> pd.Series:
    """`side` or `place` for the plates of one street that are out of order, null for the others."""
    xy = street[["x", "y"]].to_numpy()
    odd = street["number_n"].to_numpy() % 2 == 1
    right = _on_own_side(xy, odd)
    known = ~np.isnan(right)
    wrong = (right == 0.0) & _in_other_row(xy, odd) & (known.sum() >= LEAST_N) & (np.nanmean(right) >= parity_ratio if known.any() else False)
    away = np.zeros(len(street), dtype=bool)
    for parity in (True, False):
        at = np.flatnonzero(odd == parity)
        step = np.hypot(*(xy[at[1:]] - xy[at[:-1]]).T)
        if len(at) < LEAST_N // 2:
            continue
        usual = np.quantile(step, 0.75)
        gap = np.hypot(*(xy[at[2:]] - xy[at[:-2]]).T)
        limit = DETOUR * np.maximum(gap, usual)
        away[at[1:-1]] = (step[:-1] > limit) & (step[1:] > limit)
        # the first and the last number have one neighbour: only a place in the midst of the others tells
        for end, next_ in ((0, 1), (-1, -2)):
            others = np.delete(at, end)
            midst = np.hypot(*(xy[others] - xy[at[end]]).T).min() <= usual
            away[at[end]] = midst and float(np.hypot(*(xy[at[end]] - xy[at[next_]]))) > DETOUR * usual
    return pd.Series(np.select([wrong, away], ["side", "place"], ""), index=street.index).replace("", np.nan)


def _on_own_side(xy: np.ndarray, odd: np.ndarray) -> np.ndarray:
    """1 where a plate stands nearer the row of its own parity than the other row, 0 where not, NaN where the street has no sides."""
    _, near = KDTree(xy).query(xy, k=min(NEAR_N + 1, len(xy)))
    around = near[:, 1:]
    local = xy[around] - xy[around].mean(axis=1, keepdims=True)
    along = np.linalg.svd(local, full_matrices=False)[2][:, 0]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    offset = np.einsum("nkd,nd->nk", xy[around] - xy[:, None], across)
    rows = [np.where(odd[around] == side, offset, np.nan) for side in (True, False)]
    with np.errstate(invalid="ignore"):
        means = [np.nansum(r, axis=1) / np.where(np.isnan(r).all(axis=1), np.nan, (~np.isnan(r)).sum(axis=1)) for r in rows]
    own, other = np.where(odd, means[0], means[1]), np.where(odd, means[1], means[0])
    sided = np.abs(own - other) >= LEAST_WIDTH_M
    return np.where(sided, (np.abs(own) < np.abs(other)).astype(float), np.nan)


def _in_other_row(xy: np.ndarray, odd: np.ndarray) -> np.ndarray:
    """Whether a plate stands in the midst of the row of the other parity, and nearer to it than to its own, each row seen by its own plates alone.

    The second look that an alarm needs: where one side of a street ends earlier, or leaves a gap, the plates nearby lie across the street
    or behind a bend, and tell nothing of the side.
    """
    if min(odd.sum(), (~odd).sum()) <= ROW_N:
        return np.zeros(len(xy), dtype=bool)
    rows = [xy[_nearest_others(xy, np.flatnonzero(odd == side))] for side in (True, False)]
    along = np.linalg.svd(np.concatenate([r - r.mean(axis=1, keepdims=True) for r in rows], axis=1), full_matrices=False)[2][:, 0]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    away = [np.abs(np.median(np.einsum("nkd,nd->nk", r - xy[:, None], across), axis=1)) for r in rows]
    ahead = [np.einsum("nkd,nd->nk", r - xy[:, None], along) for r in rows]
    midst = [(a.min(axis=1) < 0) & (a.max(axis=1) > 0) for a in ahead]
    return np.asarray(np.where(odd, (away[1] < away[0]) & midst[1], (away[0] < away[1]) & midst[0]))


def _nearest_others(xy: np.ndarray, among: np.ndarray) -> np.ndarray:
    """The ROW_N nearest of the plates at `among` to each plate, itself left out."""
    _, near = KDTree(xy[among]).query(xy, k=ROW_N + 1)
    found_ = among[near]
    itself = found_ == np.arange(len(xy))[:, None]
    keep = np.where(itself.any(axis=1)[:, None], ~itself, np.arange(ROW_N + 1) < ROW_N)
    return np.asarray(found_[keep].reshape(len(xy), ROW_N))


RULE = Rule(CARD, find)
