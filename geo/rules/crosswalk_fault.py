"""对照表冲突: fault in the crosswalk."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.columns import among, look_up
from geo.rule import Card, Evidence, Rule, found

CARD = Card(
    code="crosswalk_fault",
    zh="对照表冲突",
    en="fault in the crosswalk",
    subject="row",
    severity="error",
    office="civil_affairs",
    rule_zh="循环、新名称不存在、一旧对多新且无法区分、两个旧地址变成一个、两边人数不一致",
    rule_en="cyclic, a new side that exists nowhere, one old side with several new ones, two addresses becoming one key, or people(old) != people(new)",
    todo_zh="改正对照表",
    todo_en="correct the crosswalk",
    trap_zh="多村并一村是正常合并",
    trap_en="many villages into one is the normal merger",
    source="行政区划调整文件：新旧对照表",
    detail_zh="对照表 {old} → {new}：{why_zh}。",
    detail_en="crosswalk {old} -> {new}: {why_en}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Rows of the crosswalk that cannot be followed."""
    rows = evidence.inputs.crosswalk.reset_index(drop=True)
    rows = rows[rows["old"] != rows["new"]].assign(row=lambda r: "crosswalk:" + r["old"] + "→" + r["new"]).drop_duplicates("row")
    door = rows["door_old"].notna() & rows["door_new"].notna()
    cyclic = among(rows["old"], _cycles(rows["old"], rows["new"]))
    known = set(evidence.inputs.villages["name"]) | set(evidence.inputs.villages["village_code"])
    nowhere = ~door & ~among(rows["new"], known | set(rows["old"])) & ~among(rows["village_new"], known)
    # a chain of renumberings is followed
    said = pd.concat([rows["door_old"], rows["door_new"]])
    used = pd.concat([t[c][among(t[c], said)] for t in (evidence.plates, evidence.addresses) for c in ("door", "alias_door")])
    vanished = door & ~among(rows["door_new"], pd.concat([used, rows["door_old"]]))
    split = door & rows.duplicated("old", keep=False) & ~rows.duplicated(["old", "new"], keep=False)
    joined = door & rows.duplicated("new", keep=False) & ~rows.duplicated(["old", "new"], keep=False)
    people = _people_differ(evidence)
    faults = [
        (among(rows["old"], people), "新旧两边登记的人数不一致", "the people registered on both sides differ"),
        (cyclic, "循环对应", "the names go in a circle"),
        (nowhere, "新名称在村居表中不存在", "the new name exists nowhere"),
        (vanished, "新号既无门牌也无地址", "the new number has neither plate nor address"),
        (split, "一个旧地址对应多个新地址", "one old address has several new ones"),
        (joined, "两个旧地址变成同一个新地址", "two old addresses become one"),
    ]
    why_zh, why_en = (pd.Series(np.select([m for m, _, _ in faults], [f[n] for f in faults], ""), index=rows.index) for n in (1, 2))
    rows = rows[why_zh != ""]
    return found(rows["row"], old=rows["old"], new=rows["new"], why_zh=why_zh[rows.index], why_en=why_en[rows.index])


def _people_differ(evidence: Evidence) -> set[str]:
    """Old texts whose address is still counted, with another number of registered people than the new one."""
    a, rows = evidence.addresses, evidence.crosswalk
    old, new = rows["village_code_old"] + "|" + rows["old_door"], rows["village_code_new"] + "|" + rows["new_door"]
    counted = a.loc[a["registered_n"].notna() & among(a["key"], pd.concat([old, new])), ["key", "registered_n"]]
    before, after = (look_up(keys, counted["key"], counted["registered_n"]).astype("float64") for keys in (old, new))
    return set(rows.loc[before.notna() & after.notna() & (before != after), "old"])


def _cycles(old: pd.Series, new: pd.Series) -> set[str]:
    onward: dict[str, set[str]] = {}
    for a, b in zip(old, new, strict=True):
        onward.setdefault(a, set()).add(b)
    found_: set[str] = set()
    for start in onward:
        seen: set[str] = set()
        front = {start}
        while front:
            front = set().union(*(onward.get(x, set()) for x in front)) - seen
            seen |= front
        if start in seen:
            found_.add(start)
    return found_


RULE = Rule(CARD, find)
