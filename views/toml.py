"""TOML as this project writes it: plain tables of texts, numbers, truth values, dates and lists."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_toml(path: Path, told: Mapping[str, Any]) -> None:
    """Write a mapping as TOML, completely or not at all.

    Raises
    ------
    TypeError
        A value is of a kind TOML has no word for here.
    """
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(to_toml(told), encoding="utf-8")
    fresh.replace(path)


def to_toml(told: Mapping[str, Any]) -> str:
    r"""A mapping as TOML text: values first, then its tables.

    Examples
    --------
    >>> to_toml({"as_of": "2026-06-30", "sources": {"plates": {"encoding": "gb18030"}}})
    'as_of = "2026-06-30"\n\n[sources.plates]\nencoding = "gb18030"\n'
    """
    return "\n".join(_table(told, ())) + "\n"


def _table(told: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    plain = {k: v for k, v in told.items() if not isinstance(v, Mapping)}
    tables = {k: v for k, v in told.items() if isinstance(v, Mapping)}
    head = [f"[{'.'.join(map(_key, path))}]"] if path and (plain or not tables) else []
    lines = [*head, *(f"{_key(k)} = {_value(v)}" for k, v in plain.items())]
    for key, table in tables.items():
        inner = _table(table, (*path, key))
        lines += ([""] if lines else []) + inner
    return lines


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise TypeError(f"no TOML for {type(value).__name__}")


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
