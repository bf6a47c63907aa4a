"""One colour and one character per finding and status, so that map, QGIS, charts and printed sheets tell the same story.

Okabe and Ito (2008): colours that colour-blind people can tell apart. Colour is never the only sign: each code has a
character of its own, and the hue says the group of its cause, so that a map of forty codes stays readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

BLACK, ORANGE, SKY, GREEN = "#1b1b1b", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
PALE, GREY, WHITE = "#d9e0e6", "#7c8b99", "#ffffff"

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

SIGNS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {code: (fill, ink, sign) for fill, ink, pairs in _GROUPS for code, _, sign in (pair.partition("=") for pair in pairs.split())}
)
"""Code of a finding, or status of an object -> its colour, the ink of its sign, and its sign."""

COLORS: Mapping[str, str] = MappingProxyType({code: fill for code, (fill, _, _) in SIGNS.items()})
"""Code of a finding, or status of an object -> its colour; GREY for one that is not in it."""

GAPS: tuple[tuple[float, str], ...] = ((0.0, BLUE), (0.02, "#8CC5E8"), (0.05, "#F5E9A9"), (0.10, ORANGE), (1.0, VERMILLION))
"""Classes of the village map: how far below its target a village may be (ratio, upper bound), and the colour."""


def gap_colour(gap: float) -> str:
    """Colour of a village that misses its target by `gap` (ratio; zero or less: reached)."""
    return next(colour for limit, colour in GAPS if gap <= limit or limit == GAPS[-1][0])
