"""有址无牌: address without plate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.columns import among, look_up
from geo.points import as_shapes, located, points_of
from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="address_without_plate",
    zh="有址无牌",
    en="address without plate",
    subject="address",
    severity="error",
    office="civil_affairs",
    rule_zh="有效地址在（或 8 m 内有）挂着其他门牌的现存建筑上，却没有本号门牌；全域门牌基本齐全时，周围有门牌而本号没有的列为疑似",
    rule_en="active address on (or within 8 m of) a live building that carries other plates, but no plate of its key, alias or old key; suspected among plated neighbours where the plates are complete",
    todo_zh="核实是否换号，换号的更新登记",
    todo_en="find out whether it was renumbered",
    trap_zh="门牌暂时取下",
    trap_en="the plate may be down for a while",
    source="政府通知：标准地址上墙率 >= 95 %",
    detail_zh="地址 {text} {where_zh}，却没有本号门牌{next_zh}。",
    detail_en="address {text}: {where_en}, but none of this number is up{next_en}.",
)


LEAST_N = 100
"""Active addresses from which the completeness of the plates is known to some 3 %."""
BARE_N = 2
"""Numbers of one building that are all without plate: with nine in ten plates up, one chance in a hundred that each is merely not yet installed."""


def find(evidence: Evidence) -> pd.DataFrame:
    """Active addresses without a plate of their own where other plates are, with the likely successor.

    On a building with other plates this is certain. Where the plates of the whole delivery are complete (`plates_complete_ratio` of the active
    addresses have theirs), a missing plate is evidence by itself, and two more are suspected: addresses between plated houses that belong
    to none of them for sure, and buildings of several numbers that all lack their plates.
    """
    a = evidence.addresses
    t = evidence.profile.thresholds
    plated = evidence.buildings.loc[evidence.buildings["installed_n"] > 0, "building_id"]
    near = a["nearest_id"].where(a["nearest_m"] <= t.near_m).astype("str")
    # a link that only a far point bears out does not put the address on the building
    at = a["building_id"].where(a["building_live"] & ~(a["distance_m"] > t.near_m)).fillna(near)
    open_ = a["active"] & a["door"].notna() & ~a["on_plate"] & (a["stack_n"] < t.stack_n) & a["demolished_id"].isna()
    open_ &= ~among(a["address_id"], evidence.conflicts["address_id"])
    certain = open_ & among(at, plated)
    suspect = open_ & ~certain & (_between_plates(evidence, open_) | _bare(evidence, open_)) if _complete(evidence) else certain & False
    rows = a.assign(at=at, sure=certain)[certain | suspect]
    successor = look_up(rows["address_id"], evidence.successors["address_id"], evidence.successors["plate_id"])
    successor_text = look_up(successor, evidence.plates["plate_id"], evidence.plates["text"])
    known = successor.notna()
    return found(
        rows["address_id"],
        related=ids(successor, rows["at"]),
        certainty=rows["sure"].map({True: "certain", False: "suspect"}),
        proposal=successor_text,
        text=rows["text"],
        where_zh=rows["sure"].map({True: "所在建筑挂着别的门牌", False: "周围门牌齐全"}),
        where_en=rows["sure"].map({True: "its building carries other plates", False: "the plates around it are complete"}),
        next_zh=("，附近门牌 " + successor_text.fillna("") + " 没有登记，可能是换号").where(known, ""),
        next_en=("; plate " + successor_text.fillna("") + " nearby is not registered and may have replaced it").where(known, ""),
    )


def _complete(evidence: Evidence) -> bool:
    """Whether nearly every active address of the delivery has its plate."""
    asked = evidence.addresses.loc[evidence.addresses["active"] & evidence.addresses["door"].notna(), "on_plate"]
    return len(asked) >= LEAST_N and float(asked.mean()) >= evidence.profile.thresholds.plates_complete_ratio


def _between_plates(evidence: Evidence, asked: pd.Series) -> pd.Series:
    """Addresses that no building is decided for, or one only by a far point, with plates of other numbers, or buildings that carry them, within reach."""
    a, b = evidence.addresses, evidence.buildings
    far = a["distance_m"] > evidence.profile.thresholds.near_m
    rows = a[asked & (a["building_id"].isna() | far) & located(a)]
    hung = as_shapes(points_of(evidence.plates[evidence.plates["installed"] & located(evidence.plates)]))
    plated = b.geometry[b["live"] & (b["installed_n"] > 0)].to_numpy()
    i, _ = shapely.STRtree(np.concatenate([hung, plated])).query(as_shapes(points_of(rows)), predicate="dwithin", distance=evidence.profile.thresholds.candidate_m)
    return pd.Series(a.index.isin(rows.index[np.unique(i)]), index=a.index)


def _bare(evidence: Evidence, asked: pd.Series) -> pd.Series:
    """Addresses of live buildings that have several numbers and not one plate."""
    a, b = evidence.addresses, evidence.buildings
    rows = a[asked & a["building_live"] & among(a["building_id"], b.loc[b["plates_n"] == 0, "building_id"])]
    several = rows.groupby("building_id")["key"].transform("nunique") >= BARE_N
    return pd.Series(a.index.isin(rows.index[several]), index=a.index)


RULE = Rule(CARD, find)
