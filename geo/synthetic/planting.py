"""Every fault there is, in the order it is planted: those that need room or sequence first."""

from __future__ import annotations

from collections.abc import Callable

from geo.synthetic import plant_doors, plant_life, plant_rows
from geo.synthetic.draft import Draft

PLANTERS: tuple[Callable[[Draft], None], ...] = (
    plant_doors.stacked_addresses,
    plant_doors.undecided,
    plant_doors.duplicate_number,
    plant_doors.plate_for_many_buildings,
    plant_life.merge_villages,
    plant_doors.number_out_of_order,
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
    plant_doors.misplaced_plate,
    plant_doors.misplaced_address,
    plant_doors.unplated_building,
    plant_doors.plate_not_installed,
    plant_doors.damaged_plate,
    plant_doors.several_plates,
    plant_doors.address_without_plate,
    plant_doors.unregistered_plate,
    plant_doors.text_conflict,
    plant_doors.duplicate_address,
    plant_doors.nonstandard_address,
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
    plant_life.crosswalk_fault,
    plant_doors.dangling_plate,
    plant_doors.virtual_address,
)


def plant(draft: Draft) -> None:
    """Plant every fault and every trap, each on objects of its own."""
    for planter in PLANTERS:
        planter(draft)
