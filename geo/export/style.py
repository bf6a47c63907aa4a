"""How QGIS and other programs draw the GeoPackage: categories by code or status, as QML and as SLD.

Colour is never the only sign: the group of a finding gives its colour, the kind of object its shape, the severity its
size and outline. Footprints carry a hatch besides their colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from geo.export.palette import COLORS, GREY
from geo.rule import Card
from geo.tables import Table

_SHAPE = {"building": "square", "plate": "circle", "address": "triangle", "village": "pentagon", "layer": "star", "row": "diamond"}
_SLD_SHAPE = {"pentagon": "circle", "diamond": "square"}  # SLD knows square, circle, triangle, star, cross and x only
_HATCH = {"error": "b_diagonal", "warning": "f_diagonal", "notice": "dense6", "": "solid"}
_SIZE = {"error": 3.6, "warning": 2.8, "notice": 2.2, "": 2.0}
_OUTLINE = {"error": 0.6, "warning": 0.35, "notice": 0.2, "": 0.2}
_SETTLED = {"matched": "已对应", "undecided": "待判", "unlinked": "未对应", "exempt": "不编门牌", "no_part": "不参与核对"}


@dataclass(frozen=True)
class Sign:
    """What one value looks like: its label, colour, shape and severity (empty where nothing is wrong)."""

    value: str
    label: str
    color: str
    shape: str
    severity: str


@dataclass(frozen=True)
class Style:
    """The style of one layer in both languages of the trade."""

    qml: str
    sld: str


def style_findings(cards: Iterable[Card]) -> tuple[Sign, ...]:
    """One sign per kind of finding, in order of precedence."""
    return tuple(_sign(card, card.subject) for card in cards)


def style_status(cards: Iterable[Card], *, subject: str) -> tuple[Sign, ...]:
    """One sign per status an object may have: the findings in order of precedence, then what a status says without one.

    Parameters
    ----------
    cards
        Cards in order of precedence.
    subject
        Kind of the objects of the layer: building, plate or address; gives the shape.
    """
    settled = tuple(Sign(value, f"{zh} {value}", COLORS[value], _SHAPE[subject], "") for value, zh in _SETTLED.items())
    return tuple(_sign(card, subject) for card in cards) + settled


def build_style(table: Table, signs: Iterable[Sign], *, attribute: str) -> Style:
    """The style of one layer, categorised by one column.

    Parameters
    ----------
    table
        Declaration of the layer: its geometry and the Chinese names of its columns.
    signs
        One per value of `attribute`, first drawn first in the legend. A value without a sign is drawn grey in QML.
    attribute
        Column the categories are taken from.
    """
    signs = (*signs, Sign("", "其他 other", GREY, "circle", ""))
    area = table.geometry == "polygon"
    return Style(_to_text(_build_qml(table, signs, attribute, area), _QGIS), _to_text(_build_sld(table, signs[:-1], attribute, area), ""))


def build_outline(table: Table, *, color: str = "#333333") -> Style:
    """The style of a layer that is only outlined and labelled by name: villages."""
    root = _build_root(labels="1")
    renderer = ET.SubElement(root, "renderer-v2", {"type": "singleSymbol", "symbollevels": "0", "forceraster": "0"})
    symbols = ET.SubElement(renderer, "symbols")
    fill = {"style": "no", "outline_color": _rgba(color), "outline_style": "dash", "outline_width": "0.6", "outline_width_unit": "MM"}
    _add_symbol(symbols, "0", "fill", "SimpleFill", fill)
    labeling = ET.SubElement(root, "labeling", {"type": "simple"})
    text = ET.SubElement(ET.SubElement(labeling, "settings"), "text-style", {"fieldName": "name", "isExpression": "0", "fontSize": "10"})
    ET.SubElement(text, "text-buffer", {"bufferDraw": "1", "bufferSize": "1"})
    _add_aliases(root, table)
    sld, rules = _open_sld(table)
    _add_rule(rules, table, Sign("", table.zh, color, "square", "warning"), "", area=True, filled=False)
    return Style(_to_text(root, _QGIS), _to_text(sld, ""))


def _sign(card: Card, subject: str) -> Sign:
    return Sign(card.code, f"{card.zh} {card.en}", COLORS.get(card.code, GREY), _SHAPE[subject], card.severity)


_QGIS = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def _build_root(*, labels: str = "0") -> ET.Element:
    return ET.Element("qgis", {"version": "3.22.0", "styleCategories": "Symbology|Labeling|Fields|Forms", "labelsEnabled": labels})


def _build_qml(table: Table, signs: tuple[Sign, ...], attribute: str, area: bool) -> ET.Element:
    root = _build_root()
    renderer = ET.SubElement(root, "renderer-v2", {"type": "categorizedSymbol", "attr": attribute, "symbollevels": "0", "forceraster": "0"})
    categories = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for i, sign in enumerate(signs):
        ET.SubElement(categories, "category", {"value": sign.value, "symbol": str(i), "label": sign.label, "render": "true"})
        if area:
            _add_symbol(symbols, str(i), "fill", "SimpleFill", _fill(sign))
        else:
            _add_symbol(symbols, str(i), "marker", "SimpleMarker", _marker(sign))
    _add_aliases(root, table)
    return root


def _fill(sign: Sign) -> dict[str, str]:
    return {
        "color": _rgba(sign.color, 200),
        "style": _HATCH[sign.severity],
        "outline_color": _rgba(sign.color),
        "outline_style": "solid",
        "outline_width": str(_OUTLINE[sign.severity]),
        "outline_width_unit": "MM",
    }


def _marker(sign: Sign) -> dict[str, str]:
    return {
        "name": sign.shape,
        "color": _rgba(sign.color),
        "size": str(_SIZE[sign.severity]),
        "size_unit": "MM",
        "outline_color": _rgba("#000000"),
        "outline_style": "solid",
        "outline_width": str(_OUTLINE[sign.severity]),
        "outline_width_unit": "MM",
    }


def _add_symbol(symbols: ET.Element, name: str, kind: str, layer_class: str, options: Mapping[str, str]) -> None:
    symbol = ET.SubElement(symbols, "symbol", {"type": kind, "name": name, "alpha": "1", "clip_to_extent": "1"})
    layer = ET.SubElement(symbol, "layer", {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"})
    values = ET.SubElement(layer, "Option", {"type": "Map"})
    for key, value in options.items():
        ET.SubElement(values, "Option", {"type": "QString", "name": key, "value": value})


def _add_aliases(root: ET.Element, table: Table) -> None:
    aliases = ET.SubElement(root, "aliases")
    for i, column in enumerate(table.columns):
        # the feature id comes first in a GeoPackage layer
        ET.SubElement(aliases, "alias", {"index": str(i + 1), "field": column.name, "name": column.zh})


def _build_sld(table: Table, signs: tuple[Sign, ...], attribute: str, area: bool) -> ET.Element:
    root, rules = _open_sld(table)
    for sign in signs:
        _add_rule(rules, table, sign, attribute, area=area, filled=True)
    return root


def _open_sld(table: Table) -> tuple[ET.Element, ET.Element]:
    root = ET.Element(
        "StyledLayerDescriptor",
        {"version": "1.0.0", "xmlns": "http://www.opengis.net/sld", "xmlns:ogc": "http://www.opengis.net/ogc"},
    )
    layer = ET.SubElement(root, "NamedLayer")
    ET.SubElement(layer, "Name").text = table.name
    style = ET.SubElement(layer, "UserStyle")
    ET.SubElement(style, "Title").text = table.zh
    return root, ET.SubElement(style, "FeatureTypeStyle")


def _add_rule(rules: ET.Element, table: Table, sign: Sign, attribute: str, *, area: bool, filled: bool) -> None:
    rule = ET.SubElement(rules, "Rule")
    ET.SubElement(rule, "Name").text = sign.value or table.name
    ET.SubElement(rule, "Title").text = sign.label
    if attribute:
        equal = ET.SubElement(ET.SubElement(rule, "ogc:Filter"), "ogc:PropertyIsEqualTo")
        ET.SubElement(equal, "ogc:PropertyName").text = attribute
        ET.SubElement(equal, "ogc:Literal").text = sign.value
    if area:
        symbol = ET.SubElement(rule, "PolygonSymbolizer")
    else:
        graphic = ET.SubElement(ET.SubElement(rule, "PointSymbolizer"), "Graphic")
        symbol = ET.SubElement(graphic, "Mark")
        ET.SubElement(symbol, "WellKnownName").text = _SLD_SHAPE.get(sign.shape, sign.shape)
        ET.SubElement(graphic, "Size").text = f"{_SIZE[sign.severity] * 3:.1f}"
    if filled:
        fill = ET.SubElement(symbol, "Fill")
        ET.SubElement(fill, "CssParameter", {"name": "fill"}).text = sign.color
        ET.SubElement(fill, "CssParameter", {"name": "fill-opacity"}).text = "0.6" if area else "1"
    stroke = ET.SubElement(symbol, "Stroke")
    ET.SubElement(stroke, "CssParameter", {"name": "stroke"}).text = sign.color if area else "#000000"
    ET.SubElement(stroke, "CssParameter", {"name": "stroke-width"}).text = f"{_OUTLINE[sign.severity] * 3:.1f}"


def _rgba(color: str, alpha: int = 255) -> str:
    return ",".join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5)) + f",{alpha}"


def _to_text(root: ET.Element, head: str) -> str:
    ET.indent(root)
    return head + ET.tostring(root, encoding="unicode") + "\n"
