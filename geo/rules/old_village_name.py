"""旧村名未换: abolished village in the address."""

from __future__ import annotations

import pandas as pd

from geo.columns import look_up
from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="old_village_name",
    zh="旧村名未换",
    en="abolished village in the address",
    subject="address",
    severity="error",
    office="civil_affairs",
    rule_zh="地址使用了对照表已撤销的村名",
    rule_en="the address uses a village abolished by the crosswalk",
    todo_zh="按新村名更新登记地址",
    todo_en="update the register",
    trap_zh="村名合并后保留的不算",
    trap_en="a name that survives the merger is right",
    source="行政区划调整文件；乡村撤并后更新地址",
    detail_zh="地址 {text} 用的是已撤销的村名，应为 {new}。",
    detail_en="address {text} names an abolished village; it should read {new}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Active plate-level addresses whose text names a village that is no more."""
    a, p = evidence.addresses, evidence.plates
    rows = a[a["active"] & a["village_abolished"]]
    names = evidence.inputs.villages.set_index("village_code")["name"]
    by_plate = look_up(rows["paired_id"], p["plate_id"], p["village_code"])
    codes = rows["text_village"].fillna(by_plate).fillna(rows["village_options"])
    options = [[names[c] for c in str(code).split("|") if c in names.index] for code in codes]
    texts = [" / ".join(text.replace(old, new) for new in news) for text, old, news in zip(rows["text"], rows["village"], options, strict=True)]
    proposal = pd.Series(texts, index=rows.index, dtype="str")
    certainty = pd.Series(["certain" if len(news) == 1 else "suspect" for news in options], index=rows.index)
    return found(rows["address_id"], related=ids(rows["paired_id"], rows["building_id"]), certainty=certainty, proposal=proposal, text=rows["text"], new=proposal)


RULE = Rule(CARD, find)
