"""Texts of a list without what all its rows have in common: the address from below its village on, the kind of a record in words."""

from __future__ import annotations

import pandas as pd

from geo.tables import INPUT
from layers.labels import KIND
from layers.result import EVERYWHERE, KINDS, Result
from views.state import named, table_name


def short(result: Result, texts: pd.Series, villages: pd.Series, scope: str) -> pd.Series:
    """What the objects of a list are told apart by; the whole text stands in the panel.

    Parameters
    ----------
    texts
        Texts or ids of the objects; the index is kept.
    villages
        Codes of their villages, null where they lie in none.
    scope
        What the list is of: in a list of all villages the name of the village stays.
    """
    out = texts.astype("str")
    for code in villages.dropna().unique():
        # two villages of one name carry their code in brackets
        name, mine = result.villages.get(str(code), "").partition("（")[0], (villages == code).to_numpy(dtype=bool)
        if not name:
            continue
        below = out[mine].str.partition(name)[2]
        told = name + below if scope == EVERYWHERE else below
        out[mine] = out[mine].where(below == "", told)
    return _in_words(_below_town(result, out))


def _below_town(result: Result, texts: pd.Series) -> pd.Series:
    """Texts of another village than the list's begin with that village."""
    for town in result.tables.villages["town"].dropna().unique():
        below = texts.str.partition(str(town))[2]
        texts = texts.where(below == "", below)
    return texts


def _in_words(texts: pd.Series) -> pd.Series:
    """A row of a table that was delivered, `plates:MP01`, by the name of its table."""
    kinds = {table: named(KIND, kind) for kind, table in KINDS.items()}
    for role in INPUT:
        texts = texts.str.replace(f"^{role}:", kinds.get(role, table_name(role)) + " ", regex=True)
    return texts
