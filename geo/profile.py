"""Thresholds with their units and sources, severities, and the address habits of a region. Policy is data, not code."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from geo.errors import ProfileError

PROFILES = Path(__file__).resolve().parent.parent / "data" / "profiles"
_Policy = TypeVar("_Policy", "Thresholds", "Habits")


@dataclass(frozen=True)
class Thresholds:
    """Every constant with a meaning. The unit ends the name; the source of each is in data/profiles/default.toml."""

    candidate_m: float = 30.0
    near_m: float = 8.0
    misplaced_m: float = 150.0
    dangling_m: float = 30.0
    outside_m: float = 500.0
    border_m: float = 10.0
    stack_n: int = 5
    eligible_area_m2: float = 20.0
    same_iou_ratio: float = 0.85
    vanished_iou_ratio: float = 0.10
    rebuilt_cover_ratio: float = 0.30
    overlap_ratio: float = 0.10
    repair_area_ratio: float = 0.01
    fresh_days: int = 30
    many_buildings_min_m: float = 10.0
    many_buildings_max_m: float = 60.0
    parity_ratio: float = 0.80
    density_m2: float = 5.0
    rural_house_n: int = 30
    decided_ratio: float = 0.95
    likely_ratio: float = 0.8
    share_ratio: float = 0.05
    stray_ratio: float = 0.01
    no_building_ratio: float = 0.005
    declared_log_odds: float = 6.0
    roof_log_odds: float = 4.0
    outbuilding_ratio: float = 0.1
    plates_complete_ratio: float = 0.9
    plates_on_wall_ratio: float = 0.95
    on_map_ratio: float = 0.98
    people_placed_ratio: float = 0.98
    undecided_ratio: float = 0.05
    small_sample_n: int = 20
    suppress_n: int = 5


@dataclass(frozen=True)
class Habits:
    """How addresses are written in a region, where the rules of regions contradict each other."""

    dash_after_number: str = "building_room"
    """What N-M after 号 or 栋 means: building_room, or floor_door (Chongqing, Kunming)."""
    gate_is_unit: bool = True
    """门 after a digit is a unit (north)."""
    number_after_lane: str = "building"
    """What N号 after a lane (弄) is: building (Shanghai) or number (Taiwan)."""


@dataclass(frozen=True)
class Profile:
    """One office's policy: thresholds, changed severities, regional habits."""

    name: str = "default"
    thresholds: Thresholds = field(default_factory=Thresholds)
    severities: Mapping[str, str] = field(default_factory=dict)
    habits: Habits = field(default_factory=Habits)


def load_profile(name: str = "default", *, thresholds: Mapping[str, Any] | None = None, base: Path | None = None) -> Profile:
    """The profile of that name from data/profiles, or from a path, with single thresholds replaced.

    Parameters
    ----------
    name
        Name in data/profiles without its ending, or the path of a .toml file (relative to `base`).
    thresholds
        Values that win over the file's, by name.
    base
        Folder that relative paths start from.

    Raises
    ------
    ProfileError
        The file is absent or not TOML, or a key is unknown (the nearest known one is named) or not a positive number.
    """
    path = PROFILES / f"{name}.toml" if not name.endswith(".toml") else (base or Path()) / name
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as e:
        known = ", ".join(sorted(p.stem for p in PROFILES.glob("*.toml")))
        raise ProfileError(f"没有名为 {name} 的配置；可用：{known}", f"no profile named {name}; there are: {known}") from e
    except tomllib.TOMLDecodeError as e:
        raise ProfileError(f"配置 {path.name} 不是有效的 TOML：{e}", f"profile {path.name} is not valid TOML: {e}") from e
    values = {k: v["value"] if isinstance(v, dict) else v for k, v in data.get("thresholds", {}).items()} | dict(thresholds or {})
    check_keys(data, {"thresholds", "severities", "habits"}, path.name)
    return Profile(
        name=path.stem,
        thresholds=_build(Thresholds, values, f"{path.name} [thresholds]"),
        severities=dict(data.get("severities", {})),
        habits=_build(Habits, data.get("habits", {}), f"{path.name} [habits]"),
    )


def check_keys(given: Mapping[str, Any], known: set[str], where: str) -> None:
    """Raise ProfileError for the first unknown key, naming the nearest known one."""
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), n=1, cutoff=0.0)
            hint = near[0] if near else ""
            raise ProfileError(f"{where}：未知的设置 {key}，是否要写 {hint}？", f"{where}: unknown key {key}; did you mean {hint}?")


def _build(kind: type[_Policy], values: Mapping[str, Any], where: str) -> _Policy:
    known = {f.name: f for f in fields(kind)}
    check_keys(values, set(known), where)
    default = asdict(kind())
    for key, value in values.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if isinstance(default[key], int | float) and not isinstance(default[key], bool) and not (number and value > 0):
            raise ProfileError(f"{where}：{key} 应为正数，实际为 {value!r}", f"{where}: {key} must be a positive number, not {value!r}")
        if type(default[key]) in (bool, str) and type(value) is not type(default[key]):
            raise ProfileError(f"{where}：{key} 的类型不对：{value!r}", f"{where}: {key} has the wrong type: {value!r}")
    return replace(kind(), **values)
