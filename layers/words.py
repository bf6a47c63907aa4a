"""The words the map and the offline page say themselves, in both languages; names of findings come from their cards."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from layers.compose import LAYERS
from layers.labels import LINK_STATE, label

WORDS: Mapping[str, tuple[str, str]] = {
    "legend": ("图例与筛选", "Legend and filter"),
    "layers": ("图层", "Layers"),
    "findings": ("问题（点选筛选）", "Findings (click to filter)"),
    "all": ("全部", "all"),
    "zoom": ("（放大后显示）", "(zoom in)"),
    "loading": ("正在载入地图…", "Loading the map…"),
    "zoom_in": ("放大到街区后显示建筑与问题；点一个村即打开该村。", "Zoom in to see buildings and findings; click a village to open it."),
    "failed": ("地图数据载入失败，请刷新页面。", "The map's data did not load; reload the page."),
}
PAGE: Mapping[str, tuple[str, str]] = {
    "title": ("门楼牌核对", "Door plates verified"),
    "as_of": ("基准日", "as of"),
    "village": ("村（社区）", "Village"),
    "overview": ("各村总览", "All villages"),
    "search": ("按编号或地址查找（/）", "Find an id or address (/)"),
    "nothing": ("没有找到", "Nothing found"),
    "dark": ("深色", "Dark"),
    "light": ("浅色", "Light"),
    "print": ("打印", "Print"),
    "list": ("问题清单", "Findings"),
    "details": ("详情", "Details"),
    "filter": ("在清单中筛选文字", "Filter the list by words"),
    "none_left": ("筛选后没有问题。", "No finding is left by the filter."),
    "no_findings": ("这里没有发现问题。", "No findings here."),
    "more": ("显示更多", "Show more"),
    "choose": (
        "在地图上点建筑、门牌、地址或问题，或在清单中选一行，这里显示原因与证据。",
        "Click a building, plate, address or finding on the map, or a row of the list: reason and evidence appear here.",
    ),
    "no_finding": ("没有发现问题。", "No finding."),
    "todo": ("怎么办", "What to do"),
    "office": ("由谁办", "Office"),
    "rule": ("规则", "Rule"),
    "trap": ("何时误报", "When it is wrong"),
    "source": ("依据", "Source"),
    "card": ("怎么办、规则、例外", "What to do, rule, trap"),
    "proposal": ("建议改为", "Proposed"),
    "suspect": ("存疑", "suspect"),
    "records": ("三方记录", "Three records"),
    "none": ("没有", "none"),
    "links": ("联系", "Links"),
    "no_link": ("没有联系到其他记录。", "Linked to no other record."),
    "score": ("得分", "score"),
    "reason": ("依据", "reason"),
    "compared": ("牌面与登记不同之处", "Where plate and register differ"),
    "people": ("户籍 实有 流动 户在人不在", "registered resident floating absent"),
    "unknown": ("未知", "unknown"),
    "metric": ("指标", "Metric"),
    "target": ("目标", "target"),
    "total": ("全部", "Total"),
    "missing": ("还差", "missing"),
    "too_many": ("超出", "too many:"),
    "small": ("样本小", "small sample"),
    "hidden": ("不公开", "withheld"),
    "at_goal": ("达到目标", "at the target"),
    "at_whole": ("不低于全部", "as the whole"),
    "off": ("差 {a}–{b}", "{a}–{b} off"),
    "far": ("差 {a} 以上", "more than {a} off"),
    "uncoloured": ("样本小或不公开", "small sample, or withheld"),
    "outside": ("（未归入村）", "(in no village)"),
    "buildings": ("建筑", "Buildings"),
    "plates": ("门牌", "Plates"),
    "addresses": ("地址", "Addresses"),
    "problems": ("问题", "Findings"),
    "elsewhere": ("在", "in"),
    "empty": ("这个结果里没有任何对象。", "This result holds no object."),
    "keys": ("键盘：/ 查找，↑↓ 换行，Esc 取消选择", "Keys: / find, ↑↓ next row, Esc deselect"),
}
LANGUAGES = MappingProxyType({"zh": "中文", "en": "English"})


def words(language: str) -> dict[str, str]:
    """The map's own words."""
    return {word: pair[0] if language == "zh" else pair[1] for word, pair in WORDS.items()}


def names(language: str) -> dict[str, str]:
    """Names of the overlays, and of the states of links as `link:<state>`."""
    overlays = {layer.name: layer.zh if language == "zh" else layer.en for layer in LAYERS}
    return overlays | {f"link:{state}": label(LINK_STATE, state, language) for state in LINK_STATE}
