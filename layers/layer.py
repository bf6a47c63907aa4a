"""What an overlay is: its name, how it is drawn and how its features come from a result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from layers.degrees import Feature
from layers.result import Result

Shape = Literal["area", "ground", "line", "square", "diamond", "badge"]


@dataclass(frozen=True)
class Layer:
    """One overlay.

    name names it in the scene; zh and en in the legend. Points are drawn as squares, diamonds or badges, so that plates,
    addresses and findings differ in shape and not only in colour. It is drawn from `min_zoom` on. `draw(result, scope)`
    returns the features of one scope.
    """

    name: str
    zh: str
    en: str
    shape: Shape
    draw: Callable[[Result, str], list[Feature]]
    shown: bool = True
    min_zoom: int = 0
