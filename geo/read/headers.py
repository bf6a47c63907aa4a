"""Headers: which column of a delivery is which column of ours.

The words are the ones met in police address stores, civil-affairs plate systems and survey deliveries. A header that is
not in the dictionary is not guessed: its column is left out and named in the repairs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from geo.tables import INPUT

COORDINATES: Mapping[str, tuple[str, ...]] = {
    "lon": ("lon", "lng", "long", "longitude", "经度", "中心点经度", "坐标经度", "gps经度", "经度坐标", "jd", "gpsx", "gps_x", "中心点横坐标", "zxdhzb"),
    "lat": ("lat", "latitude", "纬度", "中心点纬度", "坐标纬度", "gps纬度", "纬度坐标", "wd", "gpsy", "gps_y", "中心点纵坐标", "zxdzzb"),
    "x": ("x", "x坐标", "坐标x", "横坐标", "东坐标", "point_x", "xcoord", "easting", "门牌坐标x", "mpzbx", "coord_x", "x_m"),
    "y": ("y", "y坐标", "坐标y", "纵坐标", "北坐标", "point_y", "ycoord", "northing", "门牌坐标y", "mpzby", "coord_y", "y_m"),
}
"""Headers of coordinate columns. Their values decide in the end: eight digits under 经度 are an easting."""

_VILLAGE = (
    "村居代码", "村社区代码", "社区代码", "村代码", "村级代码", "社区居村委会代码", "居村委会代码", "社区/居(村)委会", "sqjcwhdm", "jcwhdm", "sqdm", "行政村代码",
    "村居编码", "所属村居代码", "村居", "所属村居", "村社区", "所属村社区", "村居名称", "社区居村委会", "居村委会", "所属村", "所属社区", "行政村",
    "社区", "村", "村名", "社区名称", "村社区名称", "communityname", "jcwh", "village", "village_name", "village_id",
)  # fmt: skip
_BUILDING_ID = (
    "建筑编号", "建筑物编号", "建筑编码", "建筑物编码", "楼栋编号", "楼栋编码", "房屋编号", "房屋编码", "楼幢编号", "幢编号", "图斑编号", "jzwbm",
    "jzwid", "jzbh", "所在建筑", "所属建筑", "关联建筑", "建筑物id", "建筑id", "房屋id", "楼栋id", "bldg_id", "buildingid", "building",
)  # fmt: skip
_BUILDING: Mapping[str, tuple[str, ...]] = {
    "building_id": (*_BUILDING_ID, "编号", "编码", "id", "fid_1", "osm_id", "gid", "objectid"),
    "condition": ("建筑状态", "建筑物状态", "房屋状态", "使用状态", "状态", "现状", "status", "state"),
    "temporary": ("临时建筑", "是否临建", "是否临时建筑", "是否临时建筑物", "临建", "sflj", "lsjzw_pdbs", "临时"),
    "use": ("建筑用途", "建筑物用途", "房屋用途", "用途", "建筑类型", "房屋类型", "使用性质", "房屋性质", "jzyt", "fwyt"),
    "floors_n": ("层数", "楼层数", "总层数", "地上层数", "建筑层数", "房屋层数", "floors", "floor", "levels", "storeys", "cs", "lcs"),
    "height_m": ("建筑高度", "高度", "楼高", "height", "jzgd"),
    "dwellings_n": ("户数", "住户数", "总户数", "套数", "dwellings", "hs"),
    "number_exempt": ("免编门牌", "免编", "是否免编", "不编门牌", "无需编号", "免挂牌"),
    "village_code": _VILLAGE,
    "surveyed_on": ("测绘日期", "测量日期", "调查日期", "采集日期", "采集时间", "测绘时间", "普查日期", "chrq", "cjsj"),
}
_ADDRESS_ID = (
    "地址编码", "标准地址编码", "地址编号", "标准地址编号", "dzbm", "dzbh", "addresscoding", "addresscode", "mldzid", "门楼地址id",
    "全球唯一码", "地址id", "标准地址id", "关联地址", "关联地址编码", "登记地址编码", "所属地址编码", "address_code",
)  # fmt: skip
_COUNTS: Mapping[str, tuple[str, ...]] = {
    "registered_n": ("户籍人口", "户籍人口数", "户籍人数", "登记人口", "户口人数", "hjrk", "hjrks", "registered"),
    "resident_n": ("实有人口", "实有人口数", "实有人数", "常住人口", "常住人口数", "居住人口", "现住人口", "实住人口", "syrk", "syrks", "czrk", "resident"),
    "floating_n": ("流动人口", "流动人口数", "流动人数", "租住人口", "暂住人口", "外来人口", "ldrk", "ldrks", "zzrk", "floating"),
    "absent_n": ("户在人不在", "人户分离", "户在人不在人数", "空挂人数", "人不在", "hzrbz", "absent"),
    "unit_n": ("实有单位", "实有单位数", "单位数", "单位数量", "企业数", "sydw", "sydws", "units"),
}
_NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "buildings": _BUILDING,
    "buildings_previous": _BUILDING,
    "plates": {
        "plate_id": ("门牌编号", "门楼牌编号", "门牌编码", "门牌id", "门楼牌编码", "门楼牌id", "牌编号", "牌证编号", "mpbm", "mpbh", "mpid", "编号", "编码", "id"),
        "text": (
            "门牌号", "门楼牌号", "门牌号码", "门楼牌号码", "门牌地址", "门牌名称", "门牌全称", "门牌内容", "牌面内容", "牌面文字", "门牌", "门楼牌",
            "mph", "mlph", "mpnumber", "标准地址", "地址", "地址名称", "全称", "dzmc", "address", "standardaddress", "full_address",
            "plate", "plate_text", "名称", "name",
        ),
        "kind": ("门牌类型", "门楼牌类型", "门牌种类", "牌类型", "类型", "永久临时", "是否临时", "临时门楼牌标识", "lsmlpbs", "临时", "type"),
        "level": ("门牌级别", "门楼牌级别", "门牌等级", "牌级别", "级别", "牌种", "门牌层级"),
        "state": ("安装状态", "门牌状态", "门楼牌状态", "挂牌状态", "上墙状态", "安装情况", "钉挂状态", "上墙", "是否安装", "是否上墙", "是否挂牌", "状态", "status"),
        "face": ("牌面状况", "牌面情况", "牌面状态", "牌面", "完好情况", "完好状况", "门牌状况", "破损情况", "condition"),
        "installed_on": ("安装日期", "安装时间", "挂牌日期", "挂牌时间", "上墙日期", "钉挂日期", "钉挂时间", "azrq", "azsj"),
        "expires_on": ("有效期至", "有效期", "到期日期", "失效日期", "截止日期", "有效截止日期", "yxqz"),
        "address_id": _ADDRESS_ID,
        "building_id": _BUILDING_ID,
        "village_code": _VILLAGE,
    },
    "addresses": {
        "address_id": (*_ADDRESS_ID, "编号", "编码", "id"),
        "text": (
            "标准地址", "地址", "地址名称", "标准地址名称", "登记地址", "户籍地址", "地址全称", "详细地址", "全称", "dzmc", "bzdz", "standardaddress",
            "address", "address_full", "full_address", "门牌地址", "门牌名称", "名称", "name",
        ),
        "status": ("地址状态", "使用状态", "状态", "标准地址状态", "注销标志", "在用标识", "syzt", "syztdm", "state"),
        "kind": ("地址类型", "地址种类", "类型", "门牌类型", "永久临时", "是否临时", "临时", "type"),
        "building_id": _BUILDING_ID,
        "valid_from": ("启用日期", "启用时间", "生效日期", "登记日期", "编制时间", "编制日期", "设立日期", "起用日期", "qyrq", "bztime"),
        "valid_to": ("注销日期", "注销时间", "停用日期", "停用时间", "失效日期", "终止日期", "撤销日期", "zxrq"),
        "village_code": _VILLAGE,
    },
    "villages": {
        "village_code": (
            "村居代码", "村社区代码", "社区代码", "村代码", "行政区划代码", "区划代码", "代码", "编码", "编号", "村居编码", "xzqhdm", "sqdm", "jcwhdm",
            "zqdm", "统计代码", "行政村代码", "id", "code", "village_id", "area_id",
        ),
        "name": (
            "村居名称", "村居", "村社区", "社区名称", "村名", "村名称", "名称", "行政村", "村社区名称", "社区", "communityname", "sqmc", "jcwhmc",
            "village", "village_name",
        ),
        "town": ("镇街", "乡镇", "镇街道", "乡镇街道", "街道", "所属镇街", "乡镇名称", "街镇", "镇街名称", "xzjd", "xzjdmc", "township", "neighborhoodsname"),
        "beat": ("警务区", "责任区", "警区", "派出所", "社区警务区", "zrq", "zrqmc"),
        "target_ratio": ("目标上墙率", "目标", "上墙率目标", "目标率"),
    },
    "population": {
        "address_id": (*_ADDRESS_ID, "编码", "address"),
        "text": ("地址", "标准地址", "地址名称", "登记地址", "户籍地址", "居住地址", "现住址", "现住地址", "住址", "详细地址", "dzmc", "address_full", "full_address"),
        **_COUNTS,
        "counted_on": ("统计日期", "统计时间", "采集日期", "采集时间", "截止日期", "统计截止日期", "更新日期", "tjrq", "date"),
    },
    "streets": {
        "street_id": ("道路编号", "街路巷编号", "道路编码", "街路巷编码", "街路巷代码", "道路代码", "jlxdm", "编号", "编码", "id"),
        "name": ("道路名称", "街路巷", "街路巷名称", "路名", "街道名称", "名称", "jlxmc", "roadname", "street"),
        "former_name": ("曾用名", "原名", "旧名", "旧路名", "原路名", "别名"),
        "number_from_end": ("反向编号", "是否反向", "反向", "逆向编号"),
    },
    "demolitions": {
        "building_id": (*_BUILDING_ID, "编号", "编码"),
        "demolished_on": ("拆除日期", "拆除时间", "拆迁日期", "拆迁时间", "征收日期", "注销日期", "日期", "ccrq"),
        "document": ("文号", "文件号", "文件编号", "征收文号", "依据", "批文号", "批文", "拆迁文号", "wh"),
    },
    "crosswalk": {
        "old": ("原地址", "旧地址", "原名称", "旧名称", "原村居", "旧村居", "原门牌地址", "原门牌", "旧门牌", "变更前", "原村名",
                "旧村名", "originalmpaddress", "old_address", "from"),
        "new": ("新地址", "现地址", "新名称", "现名称", "新村居", "现村居", "新门牌", "现门牌", "变更后", "新村名", "现村名", "new_address", "to"),
        "reason": ("变更原因", "原因", "变更类型", "类型", "变更类别"),
        "effective_on": ("生效日期", "生效时间", "变更日期", "变更时间", "启用日期", "日期", "执行日期"),
    },
    "decisions": {},
}

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]+")
_REMARK = re.compile(r"[(\[<【〈《].*?[)\]>】〉》]")
_DOUBLE_BOM = ("ï»¿", "锘�", "锘")


def clean_header(text: str) -> str:
    """A header as it is looked up: NFKC, without byte order marks, blanks, invisible signs, brackets and separators, lower case."""
    for mark in _DOUBLE_BOM:
        text = text.removeprefix(mark)
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip("*#'\"").lower()
    short = _REMARK.sub("", plain).strip("：:*")
    return re.sub(r"[/、\\()·.\-]", "", short or plain)


@lru_cache
def vocabulary(role: str) -> Mapping[str, tuple[str, int]]:
    """Cleaned header -> (canonical column, rank); a lower rank wins where two headers mean one column."""
    out: dict[str, tuple[str, int]] = {}
    for column in INPUT[role].columns:
        words = (column.name, column.zh, *_NAMES[role].get(column.name, ()))
        for rank, word in enumerate(words):
            out.setdefault(clean_header(word), (column.name, rank))
    for name, words in COORDINATES.items() if INPUT[role].geometry != "none" else ():
        for rank, word in enumerate(words):
            out.setdefault(clean_header(word), (name, rank))
    return out


def match_headers(role: str, headers: Sequence[str], *, given: Mapping[str, str] | None = None, cut: bool = False) -> dict[str, int]:
    """Canonical column -> position of the header that holds it.

    Parameters
    ----------
    headers
        Headers as delivered, in order.
    given
        Canonical column -> header, from doorplate.toml; wins over the dictionary.
    cut
        Headers may be cut to the ten bytes of a dbf field name.
    """
    clean = [clean_header(h) for h in headers]
    known = vocabulary(role)
    found: dict[str, tuple[int, int]] = {}
    for position, header in enumerate(clean):
        column, rank = known.get(header) or (_uncut(header, headers[position], known) if cut else None) or ("", 0)
        if column and (column not in found or rank < found[column][0]):
            found[column] = (rank, position)
    out = {column: position for column, (_, position) in found.items()}
    for column, header in (given or {}).items():
        if clean_header(header) in clean:
            taken = clean.index(clean_header(header))
            out = {c: p for c, p in out.items() if p != taken} | {column: taken}
    return out


def score_headers(role: str, cells: Iterable[str]) -> int:
    """How many different columns of the role a row of cells names; what the header finder looks for."""
    return len(match_headers(role, [c for c in cells if c.strip()]))


def _uncut(header: str, raw: str, known: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    """The one column whose header, cut to ten bytes in GBK or UTF-8, is this one; None if there are two."""
    if len(header) < 3 or not any(len(raw.encode(e, "ignore")) >= 9 for e in ("gb18030", "utf-8")):
        return None
    whole = header.rstrip("�")
    hits = {column: rank for word, (column, rank) in sorted(known.items(), key=lambda w: -w[1][1]) if word.startswith(whole)}
    return next(((c, r + 100) for c, r in hits.items()), None) if len(hits) == 1 else None
