"""The thresholds of a project: value, unit, source and meaning; a change is a profile file of the project's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import ProfileError
from geo.profile import PROFILES, Profile, load_profile
from views.intake import save_settings, settings_text
from views.threshold_words import source_zh, unit_zh
from views.toml import write_toml

OWN = "profile.toml"
"""The project's own profile, named by its doorplate.toml once a value was changed."""
SUPPRESS_LEAST_N = 5
"""Counts of people below this are never shown, whatever a project says (docs/method.md)."""
NAMES: Mapping[str, tuple[str, str]] = {
    "candidate_m": ("候选范围：点到建筑的最远距离", "farthest building that is a candidate for a point"),
    "near_m": ("就位距离：点离建筑多近算在位", "a point this near to a building is in place"),
    "misplaced_m": ("错位距离：同号最远可连", "farthest that the same number is joined"),
    "dangling_m": ("空挂距离：周围多远没有建筑", "no building within this: nothing to hang on"),
    "outside_m": ("超界距离：离村界多远算项目外", "this far outside all villages is outside the project"),
    "border_m": ("村界容差", "tolerance at village borders"),
    "stack_n": ("堆点：同一点上多少个地址", "so many numbers on one point are a stack"),
    "eligible_area_m2": ("应编号的最小建筑面积", "smallest footprint that should have a number"),
    "same_iou_ratio": ("同一建筑：两期重叠比", "overlap at which a building is the same in both surveys"),
    "vanished_iou_ratio": ("消失：两期重叠比上限", "overlap below which a building has vanished"),
    "rebuilt_cover_ratio": ("重建：覆盖比", "cover at which a building was rebuilt on site"),
    "overlap_ratio": ("建筑面重叠比", "overlap of two footprints that is a fault"),
    "repair_area_ratio": ("几何修复允许的面积变化", "change of area a repair may make"),
    "fresh_days": ("人口数的有效天数", "days for which counts of people hold"),
    "many_buildings_min_m": ("一牌多楼：最小间距", "one plate for many buildings: least distance"),
    "many_buildings_max_m": ("一牌多楼：最大间距", "one plate for many buildings: greatest distance"),
    "parity_ratio": ("单双号一致的街道比例", "share of numbers on their side that makes a rule of a street"),
    "density_m2": ("每人最小面积", "least area per person"),
    "rural_house_n": ("农房人数上限", "most people in a rural house"),
    "decided_ratio": ("判定对应所需概率", "probability at which a link is decided"),
    "likely_ratio": ("未判定门牌计入疑似所需概率", "probability at which an undecided plate counts for a suspicion"),
    "share_ratio": ("一楼多号的先验", "odds of a further number on a building"),
    "stray_ratio": ("游离点的先验", "share of points that say nothing of their place"),
    "no_building_ratio": ("无楼之号的先验", "share of numbers without any building"),
    "declared_log_odds": ("登记编号的证据强度", "weight of a declared id"),
    "roof_log_odds": ("房间高于楼顶的反证强度", "weight of rooms above a roof"),
    "outbuilding_ratio": ("附属房：有号比例与周围房屋之比", "outbuildings: how often they have a number, against the houses beside them"),
    "plates_complete_ratio": ("门牌视为齐全的比例", "share of plates up from which a missing one speaks"),
    "plates_on_wall_ratio": ("上墙率目标", "target: plates on the wall"),
    "on_map_ratio": ("上图率目标", "target: on the map"),
    "people_placed_ratio": ("人口落房率目标", "target: people placed in buildings"),
    "undecided_ratio": ("待判比例上限", "greatest share left undecided"),
    "small_sample_n": ("小样本：少于此数不着色", "fewer objects are not coloured"),
    "suppress_n": ("人数少于此数不公开", "fewer people are not shown"),
}
"""What each threshold means, in both languages."""


def regions() -> tuple[str, ...]:
    """Names of the profiles that come along, the default first."""
    return ("default", *sorted(p.stem for p in PROFILES.glob("*.toml") if p.stem != "default"))


def named_profile(project: Path) -> str:
    """The profile the next run of a project takes, as its doorplate.toml names it."""
    return str(settings_text(project).get("profile") or "default")


def profile_of(project: Path) -> Profile:
    """That profile, with the single values doorplate.toml replaces.

    Raises
    ------
    ProfileError
        It is absent or not sound.
    """
    return load_profile(named_profile(project), thresholds=settings_text(project).get("thresholds"), base=project)


def table(profile: Profile, *, project: Path | None = None) -> pd.DataFrame:
    """One row per threshold: name, meaning, unit and source in both languages (zh, en; unit, unit_zh; source, source_zh), value, default.

    Parameters
    ----------
    project
        Folder whose own profile says who changed a value; None: the default's sources.
    """
    told = _told(PROFILES / "default.toml")
    plain = load_profile("default").thresholds
    rows = []
    for name, value in asdict(profile.thresholds).items():
        unit, default = str(told.get(name, {}).get("unit", "")), str(told.get(name, {}).get("source", ""))
        source = _source(project, name) if project else default
        rows.append(
            {
                "name": name, "zh": NAMES.get(name, (name, ""))[0], "en": NAMES.get(name, ("", name))[1], "value": float(value), "unit": unit,
                "unit_zh": unit_zh(unit), "default": float(getattr(plain, name)), "source": source, "source_zh": source_zh(name, source, default=default),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def write_own(project: Path, values: Mapping[str, float], *, by: str) -> Path:
    """Write the project's own profile with these values, and name it in doorplate.toml; former files are kept.

    Parameters
    ----------
    project
        Project folder.
    values
        Every threshold by name; one that differs from its profile says who changed it.
    by
        Account that changed them.

    Raises
    ------
    ProfileError
        A value is not a positive number, or lower than people's privacy allows.
    """
    before = profile_of(project)
    if values.get("suppress_n", SUPPRESS_LEAST_N) < SUPPRESS_LEAST_N:
        raise ProfileError(
            f"suppress_n 不能小于 {SUPPRESS_LEAST_N}：更小的人数会暴露个人",
            f"suppress_n is at least {SUPPRESS_LEAST_N}: smaller counts point at persons",
        )
    told, whole = _told(PROFILES / "default.toml"), asdict(before.thresholds)
    thresholds: dict[str, Any] = {}
    for name, value in values.items():
        kept: float = int(value) if isinstance(whole[name], int) and float(value).is_integer() else float(value)
        changed = kept != whole[name]
        source = f"changed in Settings by {by}" if changed else _source(project, name)
        thresholds[name] = {"value": kept, "unit": str(told.get(name, {}).get("unit", "")), "source": source}
    said = {"thresholds": thresholds, "severities": dict(before.severities), "habits": asdict(before.habits)}
    fresh = project / f"{OWN}.try.toml"
    write_toml(fresh, {k: v for k, v in said.items() if v})
    try:
        load_profile(fresh.name, base=project)
    except ProfileError:
        fresh.unlink()
        raise
    fresh.replace(project / OWN)
    told_project = {k: v for k, v in settings_text(project).items() if k != "thresholds"}
    save_settings(project, {**_scalars(told_project), "profile": OWN, **_tables(told_project)})
    return project / OWN


def choose_region(project: Path, name: str) -> None:
    """Take one of the profiles that come along for the next run."""
    told = settings_text(project)
    save_settings(project, {**_scalars(told), "profile": name, **_tables(told)})


def _told(path: Path) -> dict[str, Any]:
    told = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {k: v for k, v in told.get("thresholds", {}).items() if isinstance(v, dict)}


def _source(project: Path, name: str) -> str:
    named = named_profile(project)
    path = project / named if named.endswith(".toml") else PROFILES / f"{named}.toml"
    own = _told(path).get(name) or _told(PROFILES / "default.toml").get(name) or {}
    return str(own.get("source", ""))


def _scalars(told: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in told.items() if not isinstance(v, Mapping) and k != "profile"}


def _tables(told: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in told.items() if isinstance(v, Mapping)}
