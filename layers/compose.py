"""All overlays of one scope, ready for a browser: what the app sends by URL and the offline page carries inside."""

from __future__ import annotations

from typing import Any

from layers import addresses, buildings, findings, links, plates, previous, villages
from layers.degrees import bounds
from layers.layer import Layer
from layers.result import EVERYWHERE, Result

LAYERS: tuple[Layer, ...] = (
    villages.LAYER,
    buildings.LAYER,
    links.LAYER,
    addresses.LAYER,
    plates.LAYER,
    findings.LAYER,
)
"""Bottom first. A new overlay is one file, one line here, one test."""


OVERVIEW = "@"
"""The scope that holds the outlines of the villages and nothing else."""
PREVIOUS = "~"
"""Before a scope: the survey before of that scope and nothing else."""


def compose(result: Result, scope: str) -> dict[str, Any]:
    """The scene of one scope: {"scope", "bounds" ([south-west, north-east], lat/lon degrees), "layers": name -> FeatureCollection}.

    Parameters
    ----------
    result
        A loaded result.
    scope
        A village code, "" for what lies outside every village, EVERYWHERE for all, OVERVIEW for outlines only, or one of
        them behind PREVIOUS for the survey before.
    """
    if scope.startswith(PREVIOUS):
        old = previous.draw(result, scope.removeprefix(PREVIOUS))
        return {"scope": scope, "bounds": None, "layers": {"previous": {"type": "FeatureCollection", "features": old}}}
    wanted = (villages.LAYER,) if scope == OVERVIEW else LAYERS
    drawn = {layer.name: {"type": "FeatureCollection", "features": layer.draw(result, scope)} for layer in wanted}
    return {"scope": scope, "bounds": _bounds(result, scope), "layers": drawn}


def _bounds(result: Result, scope: str) -> list[list[float]] | None:
    if scope in (EVERYWHERE, OVERVIEW):
        return bounds(result.tables.villages) or bounds(result.tables.buildings)
    own = bounds(result.within("buildings", scope))
    return own or bounds(result.within("villages", scope)) or bounds(result.tables.villages)
