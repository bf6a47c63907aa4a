"""doorplate.toml: what a project says about its sources; every key is known or refused with the nearest known one."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.crs import CORRECTIONS
from geo.errors import ProjectError
from geo.tables import INPUT, Scope

NAME = "doorplate.toml"
_TOP = ("as_of", "profile", "scope", "sources", "thresholds")
_SOURCE = ("file", "layer", "encoding", "crs", "datum_correction", "columns", "values")


@dataclass(frozen=True)
class Source:
    """What doorplate.toml says about one table; an empty value means: find it out."""

    files: tuple[str, ...] = ()
    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None
    datum_correction: str | tuple[float, float] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """doorplate.toml, checked. `thresholds` and `profile` are handed to `load_profile` as they are."""

    as_of: str | None = None
    profile: str = "default"
    scope: Scope | None = None
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)

    def source(self, table: str) -> Source:
        """What is said about one table; an empty Source where nothing is."""
        return self.sources.get(table, Source())


def read_settings(project: Path) -> Settings:
    """The settings of a project folder; the defaults where it holds no doorplate.toml.

    Raises
    ------
    ProjectError
        The file is not UTF-8 TOML, a key is unknown (the nearest known one is named), or a value has the wrong type.
    """
    path = project / NAME
    if not path.is_file():
        return Settings()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise ProjectError(f"{NAME} 不是有效的 UTF-8 TOML 文件：{e}", f"{NAME} is not valid UTF-8 TOML: {e}") from e
    _known(data, _TOP, NAME)
    scope = _mapping(data, "scope", NAME)
    _known(scope, ("province", "city", "county", "town"), f"{NAME} [scope]")
    sources = _mapping(data, "sources", NAME)
    _known(sources, tuple(INPUT), f"{NAME} [sources]")
    as_of = data.get("as_of")
    return Settings(
        as_of=None if as_of is None else str(as_of),
        profile=_text(data, "profile", NAME) or "default",
        scope=Scope(**{k: _text(scope, k, f"{NAME} [scope]") for k in scope}) if scope else None,
        thresholds=_mapping(data, "thresholds", NAME),
        sources={role: _source(role, _mapping(sources, role, f"{NAME} [sources]")) for role in sources},
    )


def _source(role: str, data: Mapping[str, Any]) -> Source:
    where = f"{NAME} [sources.{role}]"
    _known(data, _SOURCE, where)
    table = INPUT[role]
    names = tuple(c.name for c in table.columns)
    columns = _mapping(data, "columns", where)
    _known(columns, (*names, "lon", "lat", "x", "y"), f"{where} columns")
    values = _mapping(data, "values", where)
    _known(values, names, f"{where} values")
    for column, words in values.items():
        choices = table.column(column).choices
        for after in words.values() if isinstance(words, Mapping) and choices else ():
            _known({str(after): 1}, choices, f"{where} values.{column}")
    files = data.get("file", ())
    return Source(
        files=tuple(str(f) for f in files) if isinstance(files, list | tuple) else (str(files),),
        layer=_text(data, "layer", where),
        encoding=_text(data, "encoding", where),
        crs=_text(data, "crs", where),
        datum_correction=_correction(data.get("datum_correction"), where),
        columns={str(k): str(v) for k, v in columns.items()},
        values={k: {str(a): str(b) for a, b in _mapping(values, k, where).items()} for k in values},
    )


def _correction(value: Any, where: str) -> str | tuple[float, float] | None:
    if value is None:
        return None
    if isinstance(value, str):
        _known({value: 1}, tuple(CORRECTIONS), f"{where} datum_correction")
        return value
    shift = isinstance(value, Mapping) and set(value) == {"dx_m", "dy_m"} and all(isinstance(v, int | float) for v in value.values())
    if not shift:
        zh = f"{where}：datum_correction 应为 gcj02、bd09、swap 或 {{ dx_m = …, dy_m = … }}，实际为 {value!r}"
        raise ProjectError(zh, f"{where}: datum_correction must be gcj02, bd09, swap or {{ dx_m = .., dy_m = .. }}, not {value!r}")
    return float(value["dx_m"]), float(value["dy_m"])


def _known(given: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            raise ProjectError(f"{where}：未知的设置 {key}，是否要写 {near}？", f"{where}: unknown key {key}; did you mean {near}?")


def _mapping(data: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, Mapping):
        raise ProjectError(f"{where}：{key} 应为一个表（table），实际为 {value!r}", f"{where}: {key} must be a table, not {value!r}")
    return dict(value)


def _text(data: Mapping[str, Any], key: str, where: str) -> str | None:
    value = data.get(key)
    if value is not None and not isinstance(value, str):
        raise ProjectError(f"{where}：{key} 应为文字，实际为 {value!r}", f"{where}: {key} must be text, not {value!r}")
    return value
