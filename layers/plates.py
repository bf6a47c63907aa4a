"""Door plates where they hang, as squares."""

from __future__ import annotations

from layers.buildings import door_number
from layers.degrees import Feature, features, located
from layers.layer import Layer
from layers.result import Result


def draw(result: Result, scope: str) -> list[Feature]:
    """Located plates of the scope: `id`, status `s`, door number `t`."""
    table = result.within("plates", scope)
    table = located(table)
    return features(table.assign(id=table["plate_id"], s=table["status"], t=door_number(table)), ["id", "s", "t"])


LAYER = Layer("plates", "门牌", "Plates", "square", draw, min_zoom=16)
