"""Every colour, sign and size on the map. Okabe and Ito's palette, which colour-blind people can tell apart.

Colour is never the only sign: each code has a character of its own, each kind of object a shape, each state of a link
a dash. Hues say the group of a finding, so that a map of forty codes stays readable.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

BLACK, ORANGE, SKY, GREEN = "#1b1b1b", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
PALE, GREY, WHITE = "#d9e0e6", "#7c8b99", "#ffffff"


@dataclass(frozen=True)
class Look:
    """How an object of that status is drawn: its fill, the ink of its sign, the sign and the dash of its outline."""

    fill: str
    ink: str
    sign: str
    dash: str = ""


_GROUPS: tuple[tuple[str, str, str], ...] = (
    (BLACK, WHITE, "crs_unknown=系 systematic_shift=移 outside_project=界 invalid_geometry=形 duplicate_id=复"),
    (BLACK, WHITE, "overlapping_footprints=叠 village_mismatch=村"),
    (VERMILLION, WHITE, "unplated_building=无 plate_not_installed=未 address_without_plate=缺 inhabited_unplated=急"),
    (ORANGE, BLACK, "damaged_plate=破 dangling_plate=空 several_plates=多 plate_for_many_buildings=共 misplaced_plate=偏"),
    (YELLOW, BLACK, "undecided_plate=判 undecided_address=定 undecided=待"),
    (PURPLE, BLACK, "unregistered_plate=登 text_conflict=异 old_plate=旧 duplicate_number=重 number_out_of_order=序"),
    (BLUE, WHITE, "virtual_address=虚 unlocated_address=图 misplaced_address=离 stacked_addresses=堆 duplicate_address=双"),
    (BLUE, WHITE, "nonstandard_address=范 surplus_rooms=余"),
    (GREEN, WHITE, "demolished_vacant=拆 demolished_occupied=住 plate_on_demolished=收 suspected_demolition=疑"),
    (GREEN, WHITE, "suspected_new_building=新 changed_footprint=变 rebuilt=建 temporary_unplated=临 temporary_overdue=期"),
    (GREEN, WHITE, "temporary_gone=销 status_conflict=矛 old_village_name=名 crosswalk_fault=照"),
    (SKY, BLACK, "people_on_nothing=户 people_unplaced=人 empty_dwelling=闲 registered_not_present=外 implausible_density=密"),
    (PALE, BLACK, "matched= exempt=免 no_part="),
    (GREY, WHITE, "unlinked=孤"),
)
LOOKS = MappingProxyType(
    {
        code: Look(fill, ink, sign, "4 3" if fill == YELLOW else "")
        for fill, ink, pairs in _GROUPS
        for code, _, sign in (pair.partition("=") for pair in pairs.split())
    }
)
"""Code of a finding, or status of an object, -> its look."""
OTHER = Look(GREY, WHITE, "?")
"""The look of a code this version does not know, as in a result of a newer one."""

LINK_DASHES = MappingProxyType({"one_to_one": "", "confirmed": "", "grouped": "10 4", "undecided": "4 5", "rejected": "1 6"})
LINK_COLOURS = MappingProxyType({"one_to_one": GREY, "confirmed": BLUE, "grouped": GREY, "undecided": VERMILLION, "rejected": GREY})
LINK_WEIGHTS = MappingProxyType({"one_to_one": 1.5, "confirmed": 3.0, "grouped": 1.5, "undecided": 2.5, "rejected": 1.5})

GAPS: tuple[tuple[float, str], ...] = ((0.0, BLUE), (0.02, "#8CC5E8"), (0.05, "#F5E9A9"), (0.10, ORANGE), (1.0, VERMILLION))
"""Classes of the village map: how far below its target a village may be (ratio, upper bound), and the colour."""


def look(code: str) -> Look:
    """The look of a code or status; OTHER for one this version does not know."""
    return LOOKS.get(code, OTHER)


def gap_colour(gap: float) -> str:
    """Colour of a village that misses its target by `gap` (ratio; zero or less: reached)."""
    return next(colour for limit, colour in GAPS if gap <= limit or limit == GAPS[-1][0])


def sheet() -> dict[str, Any]:
    """Everything the map's script needs to draw, as JSON."""
    links = {s: {"dash": LINK_DASHES[s], "colour": LINK_COLOURS[s], "weight": LINK_WEIGHTS[s]} for s in LINK_DASHES}
    return {"looks": {code: asdict(one) for code, one in LOOKS.items()}, "other": asdict(OTHER), "links": links}
