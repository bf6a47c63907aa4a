"""The pages of the app, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from views import coverage, run, verification


@dataclass(frozen=True)
class Page:
    """One page: its path, titles, icon, and the function that shows it."""

    path: str
    zh: str
    en: str
    icon: str
    show: Callable[[], None]


PAGES: tuple[Page, ...] = (
    Page("map", "核对地图", "Verification map", ":material/map:", verification.show),
    Page("coverage", "各村上墙率", "Coverage", ":material/bar_chart:", coverage.show),
    Page("run", "运行情况", "Run", ":material/fact_check:", run.show),
)
