"""Small counts of people on map and pages: see `geo.suppression`, whose words these are."""

from __future__ import annotations

from geo.suppression import PEOPLE_UNITS, SMALL_N, hidden, masked, shown, total_hidden, total_told, withheld

PEOPLE = ("registered_n", "resident_n", "floating_n", "absent_n")
"""Counts of persons. unit_n counts firms and is shown as it is."""

__all__ = ["PEOPLE", "PEOPLE_UNITS", "SMALL_N", "hidden", "masked", "shown", "total_hidden", "total_told", "withheld"]
