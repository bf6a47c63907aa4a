"""Words of deliveries for our choices. A word that is not here is not guessed: null, and a row in the repairs."""

from __future__ import annotations

from collections.abc import Mapping

_CONDITION = {
    "functional": "在用 使用 使用中 正常 完好 已建 已建成 建成 现状 存在 现存 在册 闲置 空置 竣工 已竣工 一般 良好",
    "under_construction": "在建 建设中 施工 施工中 未竣工 建造中 新建中",
    "planned": "规划 规划中 拟建 未建 已批未建 待建 设计",
    "ruin": "废弃 废墟 倒塌 坍塌 已倒塌 残破 残墙 破败 废旧 垮塌",
    "demolished": "已拆除 拆除 已拆 已拆迁 拆迁 灭失 已灭失 已征收 注销 已注销",
    "entered_in_error": "误录 错录 误登 录入错误 误采 误绘 错误 重复录入",
}
_USE = {
    "residential": "住宅 居住 居民住宅 民房 民居 农房 农村住宅 自建房 宅基地 宿舍 别墅 公寓 住房 居住用房 住宅楼 住 居住建筑",
    "mixed": "商住 商住两用 综合 住商 混合 商住混合 混合用途 住宅商业 商住综合 综合楼",
    "commercial": "商业 商铺 办公 商服 商用 店铺 门面 酒店 写字楼 商业办公 商业用房 商场 市场 商业服务",
    "industrial": "工业 厂房 仓储 仓库 工矿 生产 工厂 工业用房 工业仓储",
    "public": "公共 公共服务 公建 学校 医院 机关 行政 行政办公 教育 公共设施 公共建筑 寺庙 宗教 卫生 文化 体育 公共用房 公共管理",
    "agricultural": "农业 农用 养殖 畜牧 农业用房 大棚 农业设施 养殖场 种植 农业生产",
    "ancillary": "附属 附属用房 附属房 辅助用房 附房 车库 车棚 杂物间 杂物房 厕所 配电房 柴房 偏房 附属设施 辅房 圈舍 门卫 门卫室 泵房",
}
_PLATE_KIND = {"permanent": "永久 正式 标准 长期 固定 永久性 正式门牌 永久门牌 普通 否 0 2", "temporary": "临时 临 临时性 临牌 临时门牌 临时牌 是 1"}
_LEVEL = {
    "door": "门牌 大门牌 中门牌 小门牌 门 街门牌 院门牌 门楼牌 院牌 户外门牌 农村门牌 附号牌",
    "building": "楼牌 楼栋牌 幢牌 栋牌 楼幢牌 楼栋 楼号牌 栋号牌 幢 栋 楼",
    "unit": "单元牌 单元 单元门牌",
    "room": "户牌 室牌 户室牌 户 室 房间牌 户号牌 房号牌",
    "side": "侧牌 巷口牌 侧门牌 后门牌 指示牌",
}
_STATE = {
    "planned": "已编制 已编 编制 未制作 待制作 规划 拟设 预留 已编号 编号 待编 未制",
    "made": "已制作 制作 已制 待安装 未安装 未挂 未上墙 未挂牌 待挂 待上墙 已发放 未钉挂 否 0",
    "installed": "已安装 安装 已挂 已上墙 上墙 已钉挂 在用 正常 已挂牌 挂牌 已装 使用 有效 是 1",
    "removed": "已拆除 拆除 已拆 已撤 撤除 撤销 已撤销 注销 已注销 已摘 摘除 已摘除 已回收 回收 作废 收回",
}
_FACE = {
    "good": "完好 良好 正常 清晰 好 完整 无损 清楚",
    "damaged": "破损 损坏 破裂 变形 锈蚀 残缺 毁损 损毁 断裂 生锈",
    "illegible": "不清 模糊 褪色 字迹不清 看不清 无法辨认 脱色 模糊不清 字迹模糊 掉漆 难辨认",
    "obscured": "遮挡 被遮挡 遮盖 覆盖 被覆盖 遮蔽 有遮挡",
    "missing": "缺失 脱落 丢失 遗失 掉落 无牌 已脱落 不见 缺 遗落",
}
_STATUS = {
    "proposed": "拟设 待批 申请中 审核中 未启用 拟定 待审 待审核 待启用 新编 拟编 30",
    "reserved": "预留 保留 预编 备用号 预留号",
    "current": "有效 在用 启用 已启用 使用 使用中 正常 现用 现势 存在 现行 生效 10",
    "retired": "注销 已注销 停用 已停用 失效 废止 已废止 作废 撤销 已撤销 删除 历史 无效 已取消 取消 20 60",
    "alternative": "别名 曾用 曾用名 俗称 副地址 辅地址 备用 备选 旧称 辅助地址",
}
_REASON = {
    "merger": "合并 撤并 并村 村居合并 区划调整 撤村并居 村社区合并 并入 行政区划调整 合村并居 撤销合并",
    "rename": "改名 更名 更改名称 名称变更 命名变更 地名更名 道路更名 路名变更 改称",
    "renumber": "改号 重编 重新编号 换号 门牌变更 变更门牌 重新编制 门牌重编 号码变更 门牌号变更 重编号 换牌",
}
_DECISION = {
    "confirm_link": "确认对应",
    "reject_link": "否定对应",
    "not_to_be_numbered": "不编号",
    "still_standing": "仍在",
    "confirm_demolished": "确认已拆",
    "entered_in_error": "误登",
    "move_plate": "改牌位",
}
_YES = "是 有 对 真 已 y yes true t 1 √ ✓ ✔ 是的"
_NO = "否 无 没有 假 未 不是 n no false f 0 × ✗ x 不"
_TEMPORARY = ("临时 临建 临时建筑 临时性", "永久 正式 永久性 非临时")
_EXEMPT = ("免编 不编 免编门牌 无需编号 免挂", "编 应编 需编号")
_FROM_END = ("反向 逆向", "正向 顺向")


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {word: choice for choice, text in words.items() for word in (*text.split(), choice, choice.replace("_", " "))}


def _yes_no(more: tuple[str, str]) -> dict[str, bool]:
    yes, no = f"{_YES} {more[0]}".split(), f"{_NO} {more[1]}".split()
    return dict.fromkeys(yes, True) | dict.fromkeys(no, False)


CHOICES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("buildings", "condition"): _by_word(_CONDITION),
    ("buildings", "use"): _by_word(_USE),
    ("buildings_previous", "condition"): _by_word(_CONDITION),
    ("buildings_previous", "use"): _by_word(_USE),
    ("plates", "kind"): _by_word(_PLATE_KIND),
    ("plates", "level"): _by_word(_LEVEL),
    ("plates", "state"): _by_word(_STATE),
    ("plates", "face"): _by_word(_FACE),
    ("addresses", "status"): _by_word(_STATUS),
    ("addresses", "kind"): _by_word(_PLATE_KIND),
    ("crosswalk", "reason"): _by_word(_REASON),
    ("decisions", "kind"): _by_word(_DECISION),
}
"""(table, column) -> word -> choice."""

BOOLS: Mapping[str, Mapping[str, bool]] = {
    "temporary": _yes_no(_TEMPORARY),
    "number_exempt": _yes_no(_EXEMPT),
    "number_from_end": _yes_no(_FROM_END),
}
"""Column -> word -> truth."""
