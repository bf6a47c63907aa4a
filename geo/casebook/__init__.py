"""What people decide, kept for ever: an append-only log that guards itself, in SQLite or PostgreSQL."""

from __future__ import annotations

from geo.casebook.book import Casebook, open_casebook
from geo.casebook.cases import Case
from geo.casebook.decide import Decision, Offer, Receipt
from geo.casebook.guard import Guard
from geo.casebook.log import Head
from geo.casebook.proposals import SignedList
from geo.casebook.words import OFFICE_VERBS, ROLES, STATUSES, VERBS

__all__ = [
    "OFFICE_VERBS", "ROLES", "STATUSES", "VERBS", "Case", "Casebook", "Decision", "Guard", "Head", "Offer", "Receipt", "SignedList", "open_casebook",
]  # fmt: skip
