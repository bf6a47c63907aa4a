"""The ground: outlines and names of all villages, whatever scope is drawn."""

from __future__ import annotations

from layers.degrees import Feature, features
from layers.layer import Layer
from layers.result import Result


def draw(result: Result, scope: str) -> list[Feature]:
    """All villages with their code as `id`, their name as `t`, and `own` where the village is the scope's."""
    table = result.tables.villages
    codes = table["village_code"].fillna("").astype("str")
    named = table.assign(id=codes, t=table["name"], own=codes == scope)
    return features(named, ["id", "t", "own"])


LAYER = Layer("villages", "村界", "Villages", "ground", draw)
