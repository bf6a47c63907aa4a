"""What a finding is: the card that explains it, the evidence it may look at, and the rule that raises it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.profile import Profile
    from geo.tables import Inputs

Subject = Literal["building", "plate", "address", "village", "layer", "row"]
Severity = Literal["error", "warning", "notice"]
Office = Literal["civil_affairs", "police", "surveyor", "village", "data"]

FOUND = ("subject_id", "related", "certainty", "value", "unit", "proposal", "zh", "en")
"""Columns a rule returns: one row per finding. subject_id and related (list of ids) name the objects; certainty is
certain or suspect; value with its unit is the number the finding was judged by; proposal is the text to adopt; zh and
en are the values the card's sentence needs, already as text."""


@dataclass(frozen=True)
class Card:
    """Everything a person must know of one kind of finding.

    detail_zh and detail_en are the sentence of one finding, with `{placeholders}` filled from the rule's columns.
    """

    code: str
    zh: str
    en: str
    subject: Subject
    severity: Severity
    office: Office
    rule_zh: str
    rule_en: str
    todo_zh: str
    todo_en: str
    trap_zh: str
    trap_en: str
    source: str
    detail_zh: str
    detail_en: str


@dataclass(frozen=True)
class Evidence:
    """All a rule may look at: one prepared table per kind of object, with everything the steps worked out."""

    inputs: Inputs
    profile: Profile
    buildings: gpd.GeoDataFrame
    plates: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame
    rooms: gpd.GeoDataFrame
    links: pd.DataFrame
    changes: pd.DataFrame
    people: pd.DataFrame


@dataclass(frozen=True)
class Rule:
    """A card and the function that raises its findings from the evidence."""

    card: Card
    find: Callable[[Evidence], pd.DataFrame]
