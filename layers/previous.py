"""The survey before: what was drawn then, and what became of it. It is fetched on its own, when somebody compares."""

from __future__ import annotations

from layers.degrees import Feature, features
from layers.result import EVERYWHERE, Result


def draw(result: Result, scope: str) -> list[Feature]:
    """Footprints of the survey before: `id`, and as `s` what became of each (same, changed, vanished; absent: not compared)."""
    table = result.tables.buildings_previous
    if scope != EVERYWHERE:
        table = table[table["village_code"].fillna("") == scope]
    return features(table.assign(id=table["building_id"], s=table["fate"]), ["id", "s"])
