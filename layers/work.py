"""The map of the case pages: the common map, taken into work by one more script of our own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import folium
from folium.elements import JSCSSMixin
from folium.template import Template

from layers import style
from layers.offline import BASE, base_map, check_local

WORK_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "box": ("框选多处，一次办理", "Choose many by a box"),
        "lasso": ("圈选多处，一次办理", "Choose many by a line"),
        "around": ("按住拖动，圈住要一起办的问题", "Hold and drag around the findings to decide together"),
        "swipe": ("左右拖动，对比前期与本期测绘", "Drag to compare the survey before with the present one"),
        "before": ("前期测绘", "Survey before"),
        "after": ("本期测绘", "Present survey"),
    }
)


class Work(JSCSSMixin, folium.map.Layer):
    """Decided cases, choosing many, placing and swiping; its script never changes, so the frame is never loaded again."""

    default_js = [("work", f"{BASE}work.js")]  # noqa: RUF012  declared as an instance variable upstream
    default_css = [("work", f"{BASE}work.css")]  # noqa: RUF012
    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = Doorplate.work({{ this.settings|tojson }});{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__(name="work", control=False)
        self._name = "Work"
        self.settings = style.work_sheet()


def work_map(bounds: list[list[float]] | None) -> folium.Map:
    """An empty map on those bounds ([south-west, north-east] as lat/lon degrees), ready for the case pages."""
    fmap = base_map(bounds, switches=False)
    Work().add_to(fmap)
    return check_local(fmap)


def work_words(language: str) -> dict[str, str]:
    """The words of the case pages' map."""
    return {word: pair[0] if language == "zh" else pair[1] for word, pair in WORK_WORDS.items()}
