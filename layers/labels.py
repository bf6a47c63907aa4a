"""What the choices of the tables are called where people read them, in both languages."""

from __future__ import annotations

Labels = dict[str, tuple[str, str]]

KIND: Labels = {
    "building": ("建筑", "building"), "plate": ("门牌", "plate"), "address": ("地址", "address"), "village": ("村居", "village"),
    "layer": ("图层", "layer"), "row": ("数据行", "row"),
}  # fmt: skip
SEVERITY: Labels = {"error": ("错误", "error"), "warning": ("警告", "warning"), "notice": ("提示", "notice")}
OFFICE: Labels = {
    "civil_affairs": ("民政", "civil affairs"), "police": ("公安", "police"), "surveyor": ("测绘", "surveyor"),
    "village": ("村居", "village"), "data": ("数据", "data"),
}  # fmt: skip
CERTAINTY: Labels = {"certain": ("确定", "certain"), "suspect": ("存疑", "suspect")}
LINK_STATE: Labels = {
    "one_to_one": ("一一对应", "one to one"), "grouped": ("成组", "grouped"), "undecided": ("待判", "undecided"),
    "confirmed": ("人工确认", "confirmed"), "rejected": ("人工否定", "rejected"),
}  # fmt: skip
PART: Labels = {
    "province": ("省", "province"), "city": ("市", "city"), "county": ("区县", "county"), "town": ("镇街", "town"), "village": ("村居", "village"),
    "neighbourhood": ("小区", "neighbourhood"), "group": ("组", "group"), "hamlet": ("自然村", "hamlet"), "row": ("排", "row"),
    "street": ("路街", "street"), "lane": ("巷弄", "lane"), "prefix": ("前缀", "prefix"), "number": ("门牌号", "number"),
    "sub_number": ("附号", "sub-number"), "letter": ("字母", "letter"), "yard": ("院", "yard"), "estate": ("住宅区", "estate"),
    "section": ("区段", "section"), "building_no": ("幢号", "building no."), "unit": ("单元", "unit"), "floor": ("楼层", "floor"),
    "room": ("室号", "room"),
}  # fmt: skip
STATE: Labels = {
    "planned": ("已规划", "planned"), "made": ("已制作", "made"), "installed": ("已安装", "installed"), "removed": ("已拆除", "removed"),
    "good": ("完好", "good"), "damaged": ("破损", "damaged"), "illegible": ("看不清", "illegible"), "obscured": ("被遮挡", "obscured"),
    "missing": ("缺失", "missing"), "permanent": ("正式", "permanent"), "temporary": ("临时", "temporary"),
}  # fmt: skip

WHY: Labels = {
    "use_or_size": ("按用途或面积应编号", "its use or size asks for a number"), "something_linked": ("有牌、址或人，应编号", "something is linked to it"),
    "small_and_unused": ("小且无人使用，不编号", "small and unused"), "exempt": ("不编号", "exempt"), "gone": ("已拆除", "demolished"),
    "not_built": ("未建成", "not built"),
}  # fmt: skip
REASON: Labels = {
    "declared_id": ("登记的编号", "declared id"), "same_key": ("同一门牌号", "same number"), "same_key_renewed": ("换号后同一门牌号", "same number after renumbering"),
    "same_key_alias": ("别名相同", "same alias"), "neighbourhood": ("整片最优匹配", "best fit of the neighbourhood"), "margin": ("证据不足以判定", "no clear margin"),
    "outbuilding": ("此类建筑一般无牌，待现场核对", "an outbuilding, to be looked at"), "one_character": ("街名差一字，同号", "same number, one character apart"),
    "several_plates_of_key": ("同号多牌", "several plates of the number"),
}  # fmt: skip

SOURCE: Labels = {
    "table": ("表", "table"), "file": ("文件", "file"), "rows_read": ("读入行数", "rows read"), "kept": ("采用", "kept"),
    "quarantined": ("退回", "refused"), "layer": ("图层/工作表", "layer"), "format": ("格式", "format"), "encoding": ("编码", "encoding"),
    "bytes": ("字节", "bytes"), "sha256": ("SHA-256", "SHA-256"),
}  # fmt: skip
CRS: Labels = {
    "table": ("表", "table"), "declared_crs": ("声明的坐标系", "declared CRS"), "crs_unknown": ("坐标系不明", "CRS unknown"),
    "hypothesis": ("判定", "decision"), "applied": ("已改正", "corrected"), "dx_m": ("东移 m", "east m"), "dy_m": ("北移 m", "north m"),
    "score": ("吻合度", "fit"), "z": ("显著性 z", "z"), "points_n": ("点数", "points"),
}  # fmt: skip
YES: Labels = {"True": ("是", "yes"), "False": ("否", "no")}


def label(labels: Labels, value: str, language: str) -> str:
    """What the value is called in that language (zh, en); the value itself where it has no label."""
    zh, en = labels.get(value, (value, value.replace("_", " ")))
    return zh if language == "zh" else en
