"""The whole chain behind one object, in two languages: what it is, what it is linked to and why, what was found."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from geo.rules import RULES
from geo.tables import Verification

REASONS = {
    "declared_id": ("登记的编号相符", "a declared id that checks out"),
    "same_key": ("号码相同", "the same key"),
    "same_key_renewed": ("经新旧对照后号码相同", "the same key through the crosswalk"),
    "same_key_alias": ("括号中的别名相同", "the same key as the alias in brackets"),
    "one_character": ("街名只差一个字，号码相同", "the same number, one character of the street name apart"),
    "neighbourhood": ("与邻近门牌、建筑一并判定", "decided together with the neighbourhood"),
    "margin": ("几处相差不大，未作判断", "candidates too close to call"),
    "outbuilding": ("此类建筑在本地几乎都没有门牌，仅凭位置不作判断", "buildings described like this one hardly ever have a number here: position alone does not decide"),
    "several_plates_of_key": ("几块门牌号码相同", "several plates of this number"),
}
_SUBJECTS = (("building", "buildings", "建筑"), ("plate", "plates", "门牌"), ("address", "addresses", "地址"))


def explain_object(verification: Verification, object_id: str) -> Iterator[str]:
    """Lines that say everything a result knows of one building, plate, address or finding.

    Parameters
    ----------
    object_id
        Id of a building, plate, address or finding; nothing is yielded where the result has no such id.
    """
    findings = verification.findings
    hit = findings[findings["finding_id"] == object_id]
    if len(hit):
        yield from _finding(hit.iloc[0])
        object_id = str(hit["subject_id"].iloc[0])
    for subject, table, zh in _SUBJECTS:
        rows: pd.DataFrame = getattr(verification, table)
        row = rows[rows[f"{subject}_id"] == object_id]
        if len(row):
            yield f"{zh} {subject} {object_id}"
            for name, value in row.iloc[0].drop("geometry").dropna().items():
                yield f"    {name}: {value:g}" if isinstance(value, float) else f"    {name}: {value}"
    links = verification.links
    columns = ["building_id", "plate_id", "address_id"]
    for link in links[(links[columns] == object_id).any(axis=1)].to_dict("records"):
        why = REASONS.get(link["reason"], (link["reason"], link["reason"]))
        ends = " — ".join(str(link[c]) for c in columns if isinstance(link[c], str))
        away = "" if pd.isna(link["distance_m"]) else f"，相距 {link['distance_m']:.1f} m"
        yield f"对应 link {ends}：{link['state']}，把握 {link['score']:.3f}{away}；{why[0]} / {why[1]}"
    for _, finding in findings[
        (findings["subject_id"] == object_id) | findings["related"].map(lambda ids: object_id in list(ids))
    ].iterrows():
        yield from _finding(finding)


def _finding(finding: pd.Series) -> Iterator[str]:
    card = next((rule.card for rule in RULES if rule.card.code == finding["code"]), None)
    yield f"问题 finding {finding['finding_id']} {finding['code']} ({finding['severity']}, {finding['certainty']}, {finding['office']})"
    yield f"    {finding['detail_zh']}"
    yield f"    {finding['detail_en']}"
    if card is not None:
        yield f"    规则 rule：{card.rule_zh} / {card.rule_en}"
        yield f"    怎么办 to do：{card.todo_zh} / {card.todo_en}"
        yield f"    何时会错 trap：{card.trap_zh} / {card.trap_en}"
        yield f"    依据 source：{card.source}"
