"""Register addresses where the register puts them, as diamonds."""

from __future__ import annotations

from layers.buildings import door_number
from layers.degrees import Feature, features, located
from layers.layer import Layer
from layers.result import Result


def draw(result: Result, scope: str) -> list[Feature]:
    """Located plate-level addresses of the scope: `id`, status `s`, door number `t`. Rooms stand on their parent."""
    table = result.within("addresses", scope)
    if "parent_id" in table:
        table = table[table["parent_id"].isna()]
    table = located(table)
    return features(table.assign(id=table["address_id"], s=table["status"], t=door_number(table)), ["id", "s", "t"])


LAYER = Layer("addresses", "地址", "Addresses", "diamond", draw, min_zoom=16)
