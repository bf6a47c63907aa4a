"""重复地址: duplicate address."""

from __future__ import annotations

import pandas as pd

from geo.columns import among, look_up
from geo.rule import Card, Evidence, Rule, found, groups
from geo.rules.repeated import same_address_apart, same_key_apart

CARD = Card(
    code="duplicate_address",
    zh="重复地址",
    en="duplicate address",
    subject="address",
    severity="error",
    office="police",
    rule_zh="两条以上有效地址号码相同且位置相容",
    rule_en="two or more active addresses with equal key and compatible place",
    todo_zh="合并登记，保留一条",
    todo_en="merge them, keeping one",
    trap_zh="同号不同户的登记习惯",
    trap_en="some registers list households",
    source="GB/T 39609-2020：一门一址",
    detail_zh="地址 {text} 登记了 {n} 条。",
    detail_en="address {text} is registered {n} times.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Active plate-level addresses of one key that are not known to lie apart."""
    a = evidence.addresses
    rows = pd.DataFrame(a[["address_id", "key", "text"]])[a["active"] & a["within"].isna() & a["key"].notna()]
    rows = rows[rows["key"].duplicated(keep=False)]
    rows = rows[~among(rows["key"], same_address_apart(evidence)["key"]) & ~among(rows["key"], same_key_apart(evidence)["key"])]
    twice = groups(rows, by="key", id_column="address_id")
    text = look_up(twice["subject_id"], rows["address_id"], rows["text"])
    return found(twice["subject_id"], related=twice["related"], value=twice["n"].astype(float), unit="addresses", text=text, n=twice["n"].astype(str))


RULE = Rule(CARD, find)
