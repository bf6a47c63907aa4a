"""状态矛盾: impossible pair of states."""

from __future__ import annotations

import pandas as pd

from geo.columns import among
from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="status_conflict",
    zh="状态矛盾",
    en="impossible pair of states",
    subject="address",
    severity="error",
    office="civil_affairs",
    rule_zh="不可能的组合：有效地址与规划、误录建筑，已装门牌与注销地址，永久号与临时建筑",
    rule_en="impossible pair: active address x planned or entered-in-error building, installed plate x retired address, permanent key x temporary building",
    todo_zh="改正错的一方",
    todo_en="correct the wrong side",
    trap_zh="状态更新有先后",
    trap_en="states are updated one after the other",
    source="GB/T 39609-2020：地址生命周期",
    detail_zh="{text}：{why_zh}（{other}）。",
    detail_en="{text}: {why_en} ({other}).",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Pairs of linked objects whose states cannot both be true."""
    return pd.concat([_unbuilt(evidence), _retired(evidence), _permanent(evidence)], ignore_index=True)


def _unbuilt(evidence: Evidence) -> pd.DataFrame:
    b = evidence.buildings
    unbuilt = b.loc[b["condition"].isin(["planned", "entered_in_error"]), "building_id"]
    a = evidence.addresses
    at = a["building_id"].where(among(a["building_id"], unbuilt))
    at = at.fillna(a["declared_building"].where(among(a["declared_building"], unbuilt) & ~a["building_live"]))
    rows = a.assign(at=at).loc[a["active"] & at.notna(), ["address_id", "at", "paired_id", "text"]]
    return found(rows["address_id"], related=ids(rows["at"], rows["paired_id"]), text=rows["text"], other=rows["at"], subject="address", why_zh="有效地址所在建筑为规划或误录", why_en="an active address on a building that is planned or entered in error")


def _retired(evidence: Evidence) -> pd.DataFrame:
    p = evidence.plates
    rows = p.loc[p["installed"] & ~p["registered"] & p["retired_id"].notna(), ["plate_id", "retired_id", "building_id", "text"]]
    return found(rows["plate_id"], related=ids(rows["retired_id"], rows["building_id"]), text=rows["text"], other=rows["retired_id"], subject="plate", why_zh="门牌已安装，地址却已注销", why_en="the plate is up but its address is retired")


def _permanent(evidence: Evidence) -> pd.DataFrame:
    b = evidence.buildings
    temporary = b.loc[b["temporary"] & b["live"], "building_id"]
    a, p = evidence.addresses, evidence.plates
    addresses = a.loc[a["active"] & ~a["temporary"] & among(a["building_id"], temporary), ["address_id", "building_id", "paired_id", "text"]]
    plates = p.loc[p["standing"] & ~p["temporary"] & among(p["building_id"], temporary), ["plate_id", "building_id", "text"]]
    plates = plates[~among(plates["building_id"], addresses["building_id"])]
    first = addresses.sort_values("address_id").drop_duplicates("building_id")
    second = plates.sort_values("plate_id").drop_duplicates("building_id")
    return pd.concat(
        [
            found(first["address_id"], related=ids(first["building_id"], first["paired_id"]), text=first["text"], other=first["building_id"], subject="address", why_zh="永久号挂在临时建筑上", why_en="a permanent number on a temporary building"),
            found(second["plate_id"], related=ids(second["building_id"]), text=second["text"], other=second["building_id"], subject="plate", why_zh="永久号挂在临时建筑上", why_en="a permanent number on a temporary building"),
        ]
    )


RULE = Rule(CARD, find)
