"""单双号或次序异常: number out of order."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from geo.points import XY, located, points_of
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
APART_M = 1e7
"""Farther than any two plates of the town."""
LEAST_WIDTH_M = 4.0
"""Distance between the odd and the even row below which a street has no sides to be on."""
DETOUR = 3.0
"""How many steps of the street away from both neighbours in number a plate is out of its place."""


def find(evidence: Evidence) -> pd.DataFrame:
    """Plates on the wrong side of a street that keeps odd and even apart, or far from both their neighbours in number."""
    p = evidence.plates
    asked = p["installed"] & p["street"].notna() & p["number_n"].notna() & located(p) & p["sub_number"].isna() & p["building_no"].isna()
    rows = pd.DataFrame(p[["plate_id", "building_id", "text", "village_code", "place", "number_n", *XY]])[asked]
    rows["street"] = pd.factorize(rows["village_code"].fillna("") + "|" + rows["place"])[0]
    rows = rows[np.bincount(rows["street"], minlength=1)[rows["street"]] >= LEAST_N].sort_values("plate_id")
    rows = rows.iloc[np.lexsort((rows["number_n"], rows["street"]))]
    street = rows["street"].to_numpy()
    xy, odd = points_of(rows), rows["number_n"].to_numpy() % 2 == 1
    wrong, away = _on_wrong_side(xy, odd, street, evidence.profile.thresholds.parity_ratio), _out_of_place(xy, odd, street)
    rows, wrong = rows[wrong | away], wrong[wrong | away]
    return found(
        rows["plate_id"],
        related=ids(rows["building_id"]),
        certainty="suspect",
        text=rows["text"],
        why_zh=np.where(wrong, "单双号与所在街侧的其他门牌相反", "离前后两个号码都很远"),
        why_en=np.where(wrong, "its parity is against its side of the street", "it is far from both its neighbours in number"),
    )


def _on_wrong_side(xy: np.ndarray, odd: np.ndarray, street: np.ndarray, parity_ratio: float) -> np.ndarray:
    """Plates among the row of the other parity, on streets whose plates keep to their sides."""
    right = _on_own_side(xy, odd, street)
    known_n, right_n = np.bincount(street, ~np.isnan(right)), np.bincount(street, right == 1.0)
    keeps = (known_n >= LEAST_N) & (right_n / np.maximum(known_n, 1) >= parity_ratio)
    wrong = (right == 0.0) & keeps[street]
    plates_n = [np.bincount(street, odd == side) for side in (True, False)]
    asked = np.flatnonzero(wrong & (np.minimum(*plates_n) > ROW_N)[street])
    wrong[:] = False
    wrong[asked] = _in_other_row(xy, odd, street, asked)
    return wrong


def _on_own_side(xy: np.ndarray, odd: np.ndarray, street: np.ndarray) -> np.ndarray:
    """1 where a plate stands nearer the row of its own parity than the other row, 0 where not, NaN where the street has no sides."""
    around = np.zeros((len(xy), NEAR_N), dtype=int)
    starts = np.flatnonzero(np.diff(street, prepend=-1))
    for a, b in zip(starts, np.append(starts[1:], len(xy)), strict=False):
        # a tree per street, for which of several plates on one point are named depends on the tree
        around[a:b] = KDTree(xy[a:b]).query(xy[a:b], k=NEAR_N + 1)[1][:, 1:] + a
    local = xy[around]
    offset = np.einsum("nkd,nd->nk", local - xy[:, None], _across(local))
    rows = [np.where(odd[around] == side, offset, np.nan) for side in (True, False)]
    with np.errstate(invalid="ignore"):
        means = [np.nansum(r, axis=1) / np.where(np.isnan(r).all(axis=1), np.nan, (~np.isnan(r)).sum(axis=1)) for r in rows]
    own, other = np.where(odd, means[0], means[1]), np.where(odd, means[1], means[0])
    sided = np.abs(own - other) >= LEAST_WIDTH_M
    return np.where(sided, (np.abs(own) < np.abs(other)).astype(float), np.nan)


def _by_row(xy: np.ndarray, row: np.ndarray) -> np.ndarray:
    """The points with their row as a height so great that the nearest of a point are of its own row: one tree holds all rows."""
    return np.column_stack([xy, row * APART_M])


def _across(points: np.ndarray) -> np.ndarray:
    """Unit vector across each group of points: at right angles to the axis along which they spread most."""
    x, y = np.moveaxis(points - points.mean(axis=1, keepdims=True), 2, 0)
    angle = np.arctan2(2 * (x * y).sum(axis=1), (x * x).sum(axis=1) - (y * y).sum(axis=1)) / 2
    return np.column_stack([-np.sin(angle), np.cos(angle)])


def _in_other_row(xy: np.ndarray, odd: np.ndarray, street: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Whether each plate asked stands in the midst of the row of the other parity, and nearer to it than to its own, each row seen by its own plates alone.

    The second look that an alarm needs: where one side of a street ends earlier, or leaves a gap, the plates nearby lie across the street
    or behind a bend, and tell nothing of the side.
    """
    if not len(asked):
        return np.zeros(0, dtype=bool)
    tree = KDTree(_by_row(xy, street * 2 + odd))
    rows = [xy[_nearest_others(tree, _by_row(xy[asked], street[asked] * 2 + side), asked)] for side in (True, False)]
    along = np.linalg.svd(np.concatenate([r - r.mean(axis=1, keepdims=True) for r in rows], axis=1), full_matrices=False)[2][:, 0]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    away = [np.abs(np.median(np.einsum("nkd,nd->nk", r - xy[asked, None], across), axis=1)) for r in rows]
    ahead = [np.einsum("nkd,nd->nk", r - xy[asked, None], along) for r in rows]
    midst = [(a.min(axis=1) < 0) & (a.max(axis=1) > 0) for a in ahead]
    return np.asarray(np.where(odd[asked], (away[1] < away[0]) & midst[1], (away[0] < away[1]) & midst[0]))


def _nearest_others(tree: KDTree, points: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The ROW_N nearest plates to the points of each plate asked, itself left out."""
    found_ = tree.query(points, k=ROW_N + 1)[1]
    itself = found_ == asked[:, None]
    keep = np.where(itself.any(axis=1)[:, None], ~itself, np.arange(ROW_N + 1) < ROW_N)
    return np.asarray(found_[keep].reshape(len(asked), ROW_N))


def _out_of_place(xy: np.ndarray, odd: np.ndarray, street: np.ndarray) -> np.ndarray:
    """Plates whose steps to both neighbours in number, of their own parity, are long for the street and no way round anything."""
    order = np.argsort(street * 2 + odd, kind="stable")
    row, at = (street * 2 + odd)[order], xy[order]
    usual = _usual_step(at, row)
    # steps to the number before and after; NaN at the ends of a row, and no step is longer than that
    step, gap = np.full(len(at) + 1, np.nan), np.full(len(at), np.nan)
    step[1:-1] = np.where(row[1:] == row[:-1], np.hypot(*(at[1:] - at[:-1]).T), np.nan)
    gap[1:-1] = np.hypot(*(at[2:] - at[:-2]).T)
    limit = DETOUR * np.maximum(gap, usual)
    away = (step[:-1] > limit) & (step[1:] > limit)
    # the first and the last number have one neighbour: only a place in the midst of the others tells
    for end in np.flatnonzero((np.isnan(step[:-1]) | np.isnan(step[1:])) & (np.fmax(step[:-1], step[1:]) > DETOUR * usual)):
        others = np.arange(*np.searchsorted(row, [row[end], row[end] + 1]))
        away[end] = np.hypot(*(at[others[others != end]] - at[end]).T).min() <= usual[end]
    out = np.zeros(len(xy), dtype=bool)
    out[order] = away
    return out


def _usual_step(at: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Upper quartile of the steps along the row of each plate; NaN for rows of too few plates to know it."""
    within = row[1:] == row[:-1]
    step, owner = np.hypot(*(at[1:] - at[:-1]).T)[within], row[1:][within]
    step = step[np.lexsort((step, owner))]
    plates_n = np.bincount(row, minlength=1)
    steps_n = np.maximum(plates_n - 1, 0)
    first, place = np.cumsum(steps_n) - steps_n, 0.75 * (steps_n - 1)
    known = plates_n >= LEAST_N // 2
    first, place = first[known], place[known]
    lower, upper = step[first + np.floor(place).astype(int)], step[first + np.ceil(place).astype(int)]
    part = place - np.floor(place)
    usual = np.full(len(plates_n), np.nan)
    usual[known] = np.where(part >= 0.5, upper - (upper - lower) * (1 - part), lower + (upper - lower) * part)
    return usual[row]


RULE = Rule(CARD, find)
