"""The pages of the app, in the order of the navigation, with the roles that see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from views import coverage, data, people, run, settings, sheets, verification
from views.cases import cleaning, missing

EVERYBODY = frozenset({"civil_affairs", "police", "village", "surveyor", "data", "leader", "admin"})
OFFICES = EVERYBODY - {"leader", "admin"}
"""Roles that decide: they see single buildings."""


@dataclass(frozen=True)
class Page:
    """One page: its path, titles, icon, the function that shows it, and the roles that see it.

    A page that is not listed for any role of the person cannot be opened by its address either.
    """

    path: str
    zh: str
    en: str
    icon: str
    show: Callable[[], None]
    roles: frozenset[str] = EVERYBODY


# The order: missing plates, virtual and demolished, the map of everything, coverage, people, samples and sheets, data, runs, settings.
PAGES: tuple[Page, ...] = (
    Page(
        "missing",
        "补牌核对",
        "Missing plates",
        ":material/signpost:",
        missing.show,
        frozenset({"civil_affairs", "village", "surveyor", "data"}),
    ),
    Page("cleaning", "虚拟与拆迁清理", "Virtual and demolished", ":material/domain_disabled:", cleaning.show, OFFICES),
    Page("map", "核对地图", "Verification map", ":material/map:", verification.show, OFFICES),
    Page("coverage", "各村上墙率", "Coverage", ":material/bar_chart:", coverage.show),
    Page("people", "人口", "People", ":material/groups:", people.show, EVERYBODY - {"admin", "surveyor"}),
    Page("sheets", "表册", "Sheets", ":material/print:", sheets.show, OFFICES),
    Page("data", "数据接入", "Data", ":material/upload_file:", data.show, frozenset({"data", "surveyor", "civil_affairs"})),
    Page("run", "运行", "Runs", ":material/fact_check:", run.show, EVERYBODY - {"leader"}),
    Page("settings", "设置", "Settings", ":material/settings:", settings.show),
)


def pages_for(roles: tuple[str, ...]) -> tuple[Page, ...]:
    """The pages a person with those roles sees, in order."""
    return tuple(page for page in PAGES if page.roles & set(roles))
