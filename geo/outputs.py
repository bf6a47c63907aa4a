"""Every table that `geo.write` writes, and every metric of the tallies, declared like the inputs in `geo.tables`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from geo.tables import CERTAINTY, COUNTS, INPUT, LINK_STATE, OFFICE, SEVERITY, SUBJECT, Column, Table

PEOPLE_HOW = ("placed", "shared", "none")
FATE = ("same", "changed", "split", "merged", "built_over", "vanished")
"""What became of a footprint of the survey before, as `geo.change.change` tells it."""
SCOPE = ("house", "number", "village", "town", "elsewhere")
NAME_KIND = ("address", "key", "alias", "renewed")
EXTRA_STATUS = ("matched", "undecided", "unlinked", "exempt", "no_part")
"""What a status says where no finding speaks of the object: it belongs together with others, that is undecided, it
stands alone, it needs no number (buildings), or it takes no part (retired, planned, a room)."""


@dataclass(frozen=True)
class Metric:
    """One rate of the tallies: sums over sums, shown as numerator / denominator."""

    name: str
    zh: str
    en: str
    n_zh: str
    n_en: str
    d_zh: str
    d_en: str


RUN: Mapping[str, tuple[str, str]] = {
    "result": ("结果格式", "format of the result folder, what it is recognised by"),
    "tool_version": ("工具版本", "version of doorplate"),
    "profile": ("配置", "profile of thresholds, severities and habits"),
    "habits": ("书写习惯", "how the region writes what regions write differently: how every text was read"),
    "as_of": ("基准日", "the day the rules mean by today"),
    "crs": ("工作坐标系", "working CRS"),
    "scope": ("上级地名", "upper address levels of the project"),
    "inputs": ("输入文件", "files read: SHA-256, format, encoding, layer, rows read = kept + quarantined"),
    "layers": ("图层坐标判定", "what was decided about the coordinates of each layer"),
    "notes": ("备注", "remarks of reading"),
    "thresholds": ("阈值", "every constant the rules were judged by, with its unit in the name"),
    "codes": ("各问题数量", "findings per code"),
    "links": ("各对应状态数量", "links per state"),
    "people": ("人口去向", "every count: all = placed in one building + shared over several + unplaced"),
    "offsets_m": ("位置误差分布", "density of the distance to the own outline, per kind of observation, as learnt from this town"),
    "seconds": ("各步骤秒数", "seconds per step; differs between runs"),
    "peak_memory_mb": ("内存峰值", "peak memory; differs between runs"),
}
"""Entries of run.json: name in Chinese, meaning in English."""

_ON_LIVE = ("现存建筑上的有效门牌级地址", "active plate-level addresses on a live building")
_ELIGIBLE = ("应挂牌建筑", "eligible buildings")
_ACTIVE = ("有效门牌级地址", "active plate-level addresses")
_UP = ("其门牌完好在墙者", "those whose plate is up")

METRICS: tuple[Metric, ...] = (
    Metric("plates_on_wall", "标准地址上墙率", "addresses with a plate on the wall", *_UP, *_ON_LIVE),
    Metric("plates_on_wall_all", "上墙率（全口径）", "the same over all active addresses", *_UP, *_ACTIVE),
    Metric("buildings_plated", "建筑挂牌率", "buildings with a plate up", "其门牌完好在墙者", "those with a plate up", *_ELIGIBLE),
    Metric("buildings_numbered", "编制率", "buildings with a number", "有有效地址者", "those with an active address", *_ELIGIBLE),
    Metric(
        "one_to_one", "一一对应率", "one building, one plate, one address",
        "恰为一楼一牌一址且键相同的连通块", "components of exactly one building, plate and address of equal key",
        "全部连通块（含孤立对象）", "all components, orphans included",
    ),
    Metric("on_map", "上图率", "addresses on the map", "坐标可用且在本村者", "those with a usable coordinate in their own village", *_ACTIVE),
    Metric("dangling_share", "空挂率", "plates on nothing", "空挂门牌", "dangling plates", "在装门牌", "installed plates"),
    Metric("virtual_share", "虚拟率", "addresses on nothing", "虚拟与已拆未注销地址", "virtual and demolished addresses", *_ACTIVE),
    Metric("people_placed", "人口落房率", "people on exactly one live building", "落到唯一现存建筑的人数",
           "people on addresses with exactly one live building", "全部人数", "all people"),
    Metric("undecided_share", "待判率", "plates and addresses still to be judged", "待判门牌与地址",
           "undecided plates and addresses", "全部门牌与地址", "all plates and addresses"),
    Metric("cancelled_wrongly", "误注销数", "cancellations proposed for the inhabited: always 0", "有人或人数不明仍被建议注销的地址",
           "cancellations proposed while a count is above zero or unknown", "建议注销的地址", "cancellations proposed"),
)  # fmt: skip

_PLACE = (
    Column("town", "text", "镇街", "town or subdistrict written in the text", null="not written"),
    Column("village", "text", "村居", "village or community written in the text", null="not written"),
    Column("group", "text", "组", "villagers' group", null="not written"),
    Column("street", "text", "街路巷", "street", null="not written"),
    Column("number", "text", "门牌号数", "number", null="not written"),
    Column("sub_number", "text", "附号", "sub-number, several joined by /", null="not written"),
    Column("building_no", "text", "幢号", "number of the building in a compound", null="not written"),
    Column("unit", "text", "单元", "unit", null="not written"),
    Column("room", "text", "室号", "room", null="not written"),
    Column("key", "text", "地址键", "village, place, numbers and kind: what makes two texts the same door", null="the text names no door"),
)
_STATUS = Column(
    "status", "text", "状态", f"code of the first finding in order of precedence, else {', '.join(EXTRA_STATUS)}", required=True
)
_VILLAGE = Column("village_code", "text", "村居代码", "village the object lies in, else the declared one", null="in no village")
_VILLAGES = INPUT["villages"]
_NAME = replace(_VILLAGES.column("name"), required=False, null="the total, or a project without villages")
_PERSONS = tuple(c for c in INPUT["population"].columns if c.name in COUNTS)


def _located(name: str) -> Table:
    source, id_name = INPUT[name], INPUT[name].id or ""
    columns = (
        source.column(id_name),
        Column("text", "text", source.column("text").zh, source.column("text").en, null="not kept"),
        *_PLACE,
        Column("parent_id", "text", "所属门牌级", "plate-level object a room or unit belongs to", null="is plate-level itself"),
        _STATUS,
        Column("building_id", "text", "建筑编号", "building it is linked to", null="linked to none, or undecided"),
        _VILLAGE,
    )
    return Table(name, source.zh, source.en, columns, "point")


def _rates(metric: Metric) -> tuple[Column, ...]:
    m, percent = metric.name, f"{metric.zh}"
    return (
        Column(f"{m}_n", "count", f"{percent}：分子", f"numerator: {metric.n_en}", null="cannot be told from the tables delivered"),
        Column(f"{m}_d", "count", f"{percent}：分母", f"denominator: {metric.d_en}", null="cannot be told from the tables delivered"),
        Column(f"{m}_ratio", "ratio", percent, metric.en, null="the denominator is zero or unknown"),
        Column(f"{m}_target", "ratio", f"{percent}：目标", "target", null="none set"),
    )


OUTPUTS: tuple[Table, ...] = (
    Table(
        "links",
        "对应关系",
        "what belongs together: at least two of building, plate and address",
        (
            Column("building_id", "text", "建筑编号", "building", null="not part of this link"),
            Column("plate_id", "text", "门牌编号", "plate", null="not part of this link"),
            Column("address_id", "text", "地址编码", "plate-level address", null="not part of this link"),
            Column("state", "choice", "对应状态", "how sure the link is", choices=LINK_STATE, required=True),
            Column("distance_m", "number", "距离", "distance between the two parts that were located", unit="m", null="not both located"),
            Column("score", "ratio", "把握", "0 to 1", required=True),
            Column("reason", "text", "依据", "code of the rule that decided", required=True),
        ),
    ),
    Table(
        "findings",
        "问题",
        "what does not agree",
        (
            Column("finding_id", "id", "问题编号", "depends on the code and the objects only", required=True),
            Column("code", "text", "问题代码", "one of the codes of the findings catalogue", required=True),
            Column("subject", "choice", "对象类型", "kind of the object", choices=SUBJECT, required=True),
            Column("subject_id", "text", "对象编号", "id of the object; of a group the smallest", required=True),
            Column("related", "ids", "相关对象", "ids of the other objects", required=True, null="none"),
            _VILLAGE,
            Column("severity", "choice", "严重程度", "how bad", choices=SEVERITY, required=True),
            Column("certainty", "choice", "确定程度", "certain, or to be looked at", choices=CERTAINTY, required=True),
            Column("office", "choice", "处理部门", "who acts", choices=OFFICE, required=True),
            Column("detail_zh", "text", "说明", "what was found, in Chinese", required=True),
            Column("detail_en", "text", "说明（英文）", "what was found, in English", required=True),
            Column("proposal", "text", "建议值", "text to adopt", null="nothing to propose"),
            Column("value", "number", "数值", "number the finding was judged by", null="not judged by a number"),
            Column("unit", "text", "单位", "unit of value", null="no unit"),
        ),
        "point",
    ),
    Table(
        "buildings",
        "建筑物",
        "every building of the survey with its status",
        (
            INPUT["buildings"].column("building_id"),
            _STATUS,
            Column("should_have_plate", "bool", "应挂牌", "whether it needs a plate", required=True, null="cannot be told"),
            Column("why", "text", "理由", "why it needs one or not", required=True),
            Column("plate_n", "count", "门牌数", "plates linked", unit="plates", required=True),
            Column("address_n", "count", "地址数", "plate-level addresses linked", unit="addresses", required=True),
            *_PERSONS,
            Column("people_how", "choice", "人口落房方式", "how the people came here", choices=PEOPLE_HOW, required=True),
            _VILLAGE,
            Column("area_m2", "number", "占地面积", "area of the footprint", unit="m2", required=True),
        ),
        "polygon",
        True,
    ),
    _located("plates"),
    _located("addresses"),
    replace(_VILLAGES, columns=tuple(_NAME if c.name == "name" else c for c in _VILLAGES.columns)),
    Table(
        "buildings_previous",
        "前期建筑物",
        "footprints of the survey before, where one was delivered",
        (
            INPUT["buildings_previous"].column("building_id"),
            Column("fate", "choice", "变化", "what became of it in the present survey", choices=FATE, null="no present survey to compare with"),
            INPUT["demolitions"].column("document"),
            INPUT["demolitions"].column("demolished_on"),
            _VILLAGE,
        ),
        "polygon",
        True,
    ),
    Table(
        "occupancy",
        "人口核查依据",
        "every row that counts people, and which house it counts for or might count for; what a cancellation is guarded by",
        (
            Column("row", "id", "数据行", "row of the population table", required=True),
            Column("scope", "choice", "可能范围", "whom the row may speak of: its house; whichever house of that village and number; whichever of that village; "
                   "whichever at all; or another address that the register does not hold", choices=SCOPE, required=True),
            Column("house", "text", "门户", "house it counts for, by every name", null="placed at none"),
            Column("address_id", "text", "地址编码", "plate-level address it counts for", null="placed at none"),
            Column("village_code", "text", "村居代码", "village its text names, where it is placed at no house", null="placed, or any village"),
            Column("number", "text", "号码", "number its text names, where it is placed at no house", null="placed, or any number"),
            *_PERSONS,
            INPUT["population"].column("counted_on"),
            Column("reason", "choice", "未落户原因", "why it is placed at no single address", choices=("no_such_address", "ambiguous", "refused"), null="it is"),
        ),
    ),
    Table(
        "houses",
        "门户名称",
        "every name of every house: address ids of any status, keys by each village that witnesses for them, aliases, old and new sides of the crosswalk",
        (
            Column("house", "text", "门户", "smallest address id among its names", required=True),
            Column("kind", "choice", "名称类型", "address id, key, alias, or other side of the crosswalk", choices=NAME_KIND, required=True),
            Column("name", "text", "名称", "the id or key", required=True),
            Column("village_code", "text", "村居代码", "village of the name", null="in no village"),
            Column("number", "text", "号码", "number of the name", null="it has none"),
            Column("needs_count", "bool", "须有统计", "an active plate-level address: where no row counts it, nothing is known", required=True),
            Column("counted", "bool", "已有统计", "some row counts the address itself, not only a room of it", required=True),
        ),
    ),
    Table(
        "tallies",
        "统计",
        "the metrics per village, and one row `total`",
        (
            Column("village_code", "id", "村居代码", "village; total for the sum", required=True),
            _NAME,
            *(c for c in _VILLAGES.columns if c.name in ("town", "beat")),
            *(column for metric in METRICS for column in _rates(metric)),
        ),
    ),
    Table(
        "quarantine",
        "退回行",
        "input rows that were refused",
        (
            Column("table", "text", "表", "table", required=True),
            Column("source", "text", "来源", "file", required=True),
            Column("row", "text", "行号", "row in the file", required=True),
            Column("key", "text", "键", "id of the row", null="the row has none"),
            Column("code", "text", "原因代码", "why", required=True),
            Column("column", "text", "列", "column", null="the whole row"),
            Column("value", "text", "原值", "value, personal data masked", null="empty, or withheld"),
            Column("fix", "text", "改法", "what to do", required=True),
        ),
    ),
    Table(
        "repairs",
        "修正",
        "values that were changed while reading",
        (
            Column("table", "text", "表", "table", required=True),
            Column("key", "text", "键", "id of the row", null="the row has none"),
            Column("column", "text", "列", "column", null="the whole row"),
            Column("before", "text", "原值", "value delivered", null="empty, or withheld"),
            Column("after", "text", "新值", "value used", null="taken as unknown"),
            Column("why", "text", "原因", "why", required=True),
        ),
    ),
)
OUTPUT: Mapping[str, Table] = {t.name: t for t in OUTPUTS}
