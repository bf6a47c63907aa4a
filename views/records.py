"""Rows that were refused or changed while reading, as a clerk reads them: names of tables and columns, reason and advice in one language."""

from __future__ import annotations

import pandas as pd

from geo.outputs import OUTPUT
from geo.tables import INPUT
from layers.cards import cards, title
from views.state import language, say, table_name

_SHAPES = {
    "geom_invalid: ": "", "Ring Self-intersection": "边界自相交", "Self-intersection": "自相交", "Too few points in geometry component": "点数太少",
    "Hole lies outside shell": "孔在图形外", "Nested holes": "孔套孔", "Nested shells": "图形套图形", "Interior is disconnected": "内部不连通",
    "Invalid Coordinate": "坐标无效", "Duplicate Rings": "重复的环",
}  # fmt: skip
"""What the library of shapes says of an invalid one, in Chinese."""


def told_rows(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows with the names of their columns in the language of the page.

    Parameters
    ----------
    table
        Table `quarantine` or `repairs` of a result.
    name
        Which of the two.
    """
    out = table.copy()
    for column in ("fix", "why"):
        if column in out:
            out[column] = _one_language(out[column])
    if "code" in out:
        known = cards()
        out["code"] = out["code"].map({c: title(c, language()) if c in known else c for c in out["code"].unique()})
    named = [_column(str(t), c) for t, c in zip(out["table"], out["column"], strict=True)]
    out["column"] = pd.Series(named, index=out.index, dtype="object")
    out["table"] = out["table"].map({t: table_name(t) for t in out["table"].unique()})
    for column in ("value", "before"):
        if column in out and language() == "zh":
            out[column] = _shapes(out[column])
    return out.rename(columns={c.name: say(c.zh, c.en) for c in OUTPUT[name].columns})


def _one_language(texts: pd.Series) -> pd.Series:
    """Of `code: Chinese / English` what is in the language of the page; a text without a stroke stays."""
    both = texts.str.extract(r"^(?:[a-z_]+: )?(?P<zh>.*?)(?: / (?P<en>.*))?$")
    return both["zh"] if language() == "zh" else both["en"].fillna(both["zh"])


def _column(table: str, column: object) -> object:
    known = {c.name: say(c.zh, c.en) for c in INPUT[table].columns} if table in INPUT else {}
    words = known | {"geometry": say("图形", "geometry")}
    return words.get(str(column), column)


def _shapes(texts: pd.Series) -> pd.Series:
    for en, zh in _SHAPES.items():
        texts = texts.str.replace(en, zh, regex=False)
    return texts
