"""Every fault there is, in the order it is planted: those that need room or sequence first."""

from __future__ import annotations

from collections.abc import Callable

from geo.synthetic import plant_addresses, plant_life, plant_names, plant_plates, plant_rows
from geo.synthetic.draft import Draft

PLANTERS: tuple[Callable[[Draft], None], ...] = (
    plant_addresses.stacked_addresses,
    plant_addresses.undecided,
    plant_addresses.duplicate_number,
    plant_plates.plate_for_many_buildings,
    plant_names.merge_villages,
    plant_plates.number_out_of_order,
    plant_life.demolished,
    plant_life.plate_on_demolished,
    plant_life.suspected_demolition,
    plant_life.suspected_new_building,
    plant_life.changed_footprint,
    plant_life.rebuilt,
    plant_life.temporary,
    plant_life.status_conflict,
    plant_life.under_way,
    plant_rows.village_mismatch,
    plant_plates.misplaced_plate,
    plant_addresses.misplaced_address,
    plant_plates.unplated_building,
    plant_plates.plate_not_installed,
    plant_plates.damaged_plate,
    plant_plates.several_plates,
    plant_addresses.address_without_plate,
    plant_plates.unregistered_plate,
    plant_plates.text_conflict,
    plant_addresses.duplicate_address,
    plant_addresses.nonstandard_address,
    plant_rows.surplus_rooms,
    plant_rows.empty_dwelling,
    plant_rows.registered_not_present,
    plant_rows.implausible_density,
    plant_rows.people_unplaced,
    plant_rows.exempt,
    plant_rows.alias,
    plant_rows.invalid_geometry,
    plant_rows.overlapping_footprints,
    plant_rows.duplicate_id,
    plant_rows.outside_project,
    plant_names.crosswalk_fault,
    plant_plates.dangling_plate,
    plant_addresses.virtual_address,
)


def plant(draft: Draft) -> None:
    """Plant every fault and every trap, each on objects of its own."""
    for planter in PLANTERS:
        planter(draft)
