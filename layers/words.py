"""The few words the map itself says, in both languages; names of findings come from their cards."""

from __future__ import annotations

from types import MappingProxyType

from layers.compose import LAYERS

_WORDS = {
    "legend": ("图例与筛选", "Legend and filter"),
    "layers": ("图层", "Layers"),
    "findings": ("问题（点选筛选）", "Findings (click to filter)"),
    "all": ("全部", "all"),
    "zoom": ("（放大后显示）", "(zoom in)"),
    "loading": ("正在载入地图…", "Loading the map…"),
    "failed": ("地图数据载入失败，请刷新页面。", "The map's data did not load; reload the page."),
}
LANGUAGES = MappingProxyType({"zh": "中文", "en": "English"})


def words(language: str) -> dict[str, str]:
    """The map's own words."""
    return {word: pair[0] if language == "zh" else pair[1] for word, pair in _WORDS.items()}


def names(language: str) -> dict[str, str]:
    """Names of the overlays."""
    return {layer.name: layer.zh if language == "zh" else layer.en for layer in LAYERS}
