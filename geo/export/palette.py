"""One colour per finding and status, by group of cause, so that the map, QGIS and the charts tell the same story.

Okabe and Ito (2008): colours that colour-blind people can tell apart. Colour is never the only sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

BLACK, ORANGE, SKY, GREEN = "#1b1b1b", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
PALE, GREY = "#d9e0e6", "#7c8b99"

_GROUPS: Mapping[str, str] = {
    BLACK: "crs_unknown systematic_shift outside_project invalid_geometry duplicate_id overlapping_footprints village_mismatch",
    VERMILLION: "unplated_building plate_not_installed address_without_plate inhabited_unplated",
    ORANGE: "damaged_plate dangling_plate several_plates plate_for_many_buildings misplaced_plate",
    YELLOW: "undecided_plate undecided_address undecided",
    PURPLE: "unregistered_plate text_conflict old_plate duplicate_number number_out_of_order",
    BLUE: "virtual_address unlocated_address misplaced_address stacked_addresses duplicate_address nonstandard_address surplus_rooms",
    GREEN: "demolished_vacant demolished_occupied plate_on_demolished suspected_demolition suspected_new_building changed_footprint "
    "rebuilt temporary_unplated temporary_overdue temporary_gone status_conflict old_village_name crosswalk_fault",
    SKY: "people_on_nothing people_unplaced empty_dwelling registered_not_present implausible_density",
    PALE: "matched exempt no_part",
    GREY: "unlinked",
}

COLORS: Mapping[str, str] = MappingProxyType({code: color for color, codes in _GROUPS.items() for code in codes.split()})
"""Code of a finding, or status of an object -> its colour; GREY for one that is not in it."""
