"""重号: duplicate number."""

from __future__ import annotations

import pandas as pd

from geo.columns import among
from geo.rule import Card, Evidence, Rule, found, shown
from geo.rules.repeated import same_address_apart, same_key_apart

CARD = Card(
    code="duplicate_number",
    zh="重号",
    en="duplicate number",
    subject="plate",
    severity="error",
    office="civil_affairs",
    rule_zh="同一号码出现在不同建筑的门牌或地址上；不同村、不同类型合法",
    rule_en="same key on plates (or addresses) of different buildings; different village or kind is legal",
    todo_zh="改编其中之一",
    todo_en="renumber one of them",
    trap_zh="不同自然村可以有同号",
    trap_en="hamlets may use the same numbers",
    source="门楼牌编制规则：同一街巷不得重号",
    detail_zh="号码 {text} 用在 {n} 处，相距 {distance} m。",
    detail_en="number {text} is used in {n} places, {distance} m apart.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Numbers used by different houses: two located addresses, or plates too far apart to be one place."""
    plates = same_key_apart(evidence)
    plates = plates[plates["two_addresses"] | (plates["distance_m"] > evidence.profile.thresholds.many_buildings_max_m)].assign(subject="plate")
    addresses = same_address_apart(evidence)
    addresses = addresses[~among(addresses["key"], plates["key"])].assign(subject="address")
    rows = pd.concat([plates, addresses], ignore_index=True)
    return found(rows["subject_id"], related=rows["related"], value=rows["distance_m"], unit="m", subject=rows["subject"], text=rows["text"], n=rows["n"].astype(str), distance=shown(rows["distance_m"]))


RULE = Rule(CARD, find)
