"""Every table of the casebook, for both databases. Times are ISO texts of China (+08:00), days ISO dates, JSON canonical text.

Changes of the tables are Alembic migrations (`migrations/versions`); what guards them (triggers, views) is plain DDL per
database beside them. Nothing here is ever deleted or, but for the columns that close a row, updated: the database refuses.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from geo.casebook.words import OFFICE_VERBS, ROLES, STATUSES, VERBS

METADATA = MetaData()
_INT: Any = BigInteger().with_variant(Integer(), "sqlite")
_REAL: Any = Double().with_variant(REAL(), "sqlite")
COUNTS = ("registered_n", "resident_n", "floating_n", "absent_n", "unit_n")


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join("'" + word + "'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _table(name: str, *parts: Column[Any] | CheckConstraint | UniqueConstraint | Index) -> Table:
    return Table(name, METADATA, *parts, sqlite_strict=True)


meta = _table("meta", Column("k", Text, primary_key=True), Column("v", Text, nullable=False))
"""genesis (hash before the first row), project_id, clock (wall or given), max_count_age_days."""

decision = _table(
    "decision",
    Column("seq", _INT, primary_key=True, autoincrement=False),
    Column("decision_id", Text, nullable=False, unique=True),
    Column("finding_id", Text, ForeignKey("finding.finding_id")),
    Column("version", Integer),
    Column("verb", Text, nullable=False),
    Column("was", Text),
    Column("status", Text),
    Column("state", Text),
    Column("seen_hash", Text),
    Column("seen_run", Integer),
    Column("payload", Text, nullable=False),
    Column("evidence_hash", Text),
    Column("by", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("undoes", _INT, ForeignKey("decision.seq"), unique=True),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    UniqueConstraint("finding_id", "version", name="one_decision_per_version"),
    _one_of("verb", (*VERBS, *OFFICE_VERBS)),
    _one_of("office", tuple(ROLES)),
    CheckConstraint("length(hash) = 64 AND length(prev_hash) = 64", name="hashes_whole"),
    CheckConstraint("undoes IS NULL OR undoes < seq", name="undoes_earlier"),
    CheckConstraint("(verb = 'undo') = (undoes IS NOT NULL)", name="undo_names_what"),
    CheckConstraint(
        "(finding_id IS NULL) = (version IS NULL) AND (finding_id IS NULL) = (status IS NULL) AND (finding_id IS NULL) = (was IS NULL)"
        " AND (finding_id IS NULL) = (state IS NULL) AND (finding_id IS NULL) = (evidence_hash IS NULL)",
        name="case_whole",
    ),
)
"""The log: everything anybody ever decided, in one chain. Rows with finding_id are about a case; the others are about
accounts, grants, deadlines, published runs and exported lists.

was, status      status of the case before and after
state            the rest of the case after it, canonical JSON (see `geo.casebook.decide.State`)
seen_hash        evidence the status was decided on; null while open
seen_run         newest run that had spoken of the case then; null while open
evidence_hash    evidence the person looked at
"""

casefile = _table(
    "casefile",
    Column("finding_id", Text, ForeignKey("finding.finding_id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("last_seq", _INT, ForeignKey("decision.seq"), nullable=False),
    Column("status", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("seen_hash", Text),
    Column("seen_run", Integer),
    CheckConstraint("version > 0", name="version_counts"),
    _one_of("status", tuple(s for s in STATUSES if s != "fixed")),
)
"""Where each decided case stands: the newest row of the log about it, copied by a trigger. Cases nobody spoke of are absent: open, version 0."""

account = _table(
    "account",
    Column("user_id", Text, primary_key=True),
    Column("display", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("opened_seq", _INT, ForeignKey("decision.seq"), nullable=False),
    Column("closed_seq", _INT, ForeignKey("decision.seq")),
    _one_of("office", tuple(ROLES)),
)
role_grant = _table(
    "role_grant",
    Column("grant_id", Integer, primary_key=True, autoincrement=False),
    Column("user_id", Text, ForeignKey("account.user_id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("village_code", Text, nullable=False),
    Column("granted_by", Text, ForeignKey("account.user_id"), nullable=False),
    Column("granted_seq", _INT, ForeignKey("decision.seq"), nullable=False),
    Column("revoked_seq", _INT, ForeignKey("decision.seq")),
    _one_of("role", tuple(ROLES)),
)
village_deadline = _table(
    "village_deadline",
    Column("seq", _INT, ForeignKey("decision.seq"), primary_key=True, autoincrement=False),
    Column("village_code", Text, nullable=False),
    Column("deadline", Text),
)
"""Every deadline ever set; the newest of a village counts, null takes it away."""

run = _table(
    "run",
    Column("run_id", Integer, primary_key=True, autoincrement=False),
    Column("status", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("tool_version", Text, nullable=False),
    Column("rules_hash", Text, nullable=False),
    Column("inputs_hash", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("result_hash", Text),
    Column("published_at", Text),
    Column("published_seq", _INT),  # a row of the log, by trigger: a foreign key would close a circle of tables
    _one_of("status", ("running", "published", "failed")),
    CheckConstraint(
        "(status = 'published') = (published_at IS NOT NULL AND result_hash IS NOT NULL AND published_seq IS NOT NULL)", name="published_whole"
    ),
)
"""A run is staged while `running`, in as many transactions as it takes, and becomes visible by the one row that turns it to
`published`. facts: canonical JSON of what the publisher wants kept of it (numbers of rows per input, counts of changes)."""

run_scope = _table(
    "run_scope",
    Column("run_id", Integer, ForeignKey("run.run_id"), primary_key=True),
    Column("village_code", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Index("scope_of_village", "village_code", "run_id"),
)
"""Where a run looked, and for what: only there absence means fixed. '' is what lies in no village."""

finding = _table(
    "finding",
    Column("finding_id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("opened_run", Integer, ForeignKey("run.run_id"), nullable=False),
)
"""What keeps identity over runs. Visible only once a published run speaks of it."""

observation = _table(
    "observation",
    Column("finding_id", Text, ForeignKey("finding.finding_id"), primary_key=True),
    Column("run_id", Integer, ForeignKey("run.run_id"), primary_key=True),
    Column("change", Text, nullable=False),
    Column("evidence_hash", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("related", Text, nullable=False),
    Column("village_code", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("certainty", Text, nullable=False),
    Column("detail_zh", Text, nullable=False),
    Column("detail_en", Text, nullable=False),
    Column("proposal", Text),
    Column("value", _REAL),
    Column("unit", Text, nullable=False),
    Column("lon", _REAL),
    Column("lat", _REAL),
    Column("people_n", _REAL),
    Column("people_rank", Integer),
    _one_of("change", ("new", "changed", "fixed", "returned")),
    Index("observation_of_run", "run_id", "change"),
    Index("observation_of_village", "village_code", "finding_id"),
)
"""A row whenever a run saw something new of a finding: it opened, its evidence changed, it was fixed (columns as they were),
it came back. A run in which nothing changed leaves no row. The newest row of a published run is what is shown.

related          canonical JSON list of ids
village_code     '' is in no village
lon, lat         EPSG:4490 degrees; null: no place
people_n         people the finding concerns; null: unknown
people_rank      1 for the most people; null: unknown. For those who may not see counts below 5
"""

occupancy = _table(
    "occupancy",
    Column("run_id", Integer, ForeignKey("run.run_id"), primary_key=True),
    Column("row", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("house", Text),
    Column("address_id", Text),
    Column("village_code", Text),
    Column("number", Text),
    *(Column(name, Integer) for name in COUNTS),
    Column("counted_on", Text),
    *(CheckConstraint(f"{name} >= 0", name=f"{name}_counts") for name in COUNTS),
    CheckConstraint("counted_on IS NULL OR length(counted_on) = 10", name="counted_on_is_a_day"),
    CheckConstraint("(scope = 'house') = (house IS NOT NULL)", name="house_named"),
    _one_of("source", ("register", "census")),
    _one_of("scope", ("house", "number", "village", "town", "elsewhere")),
    Index("occupancy_of_house", "run_id", "house"),
)
"""Rows that count people, as `geo.occupancy` tells them; null counts are unknown. Census rows are never looked at."""

house_name = _table(
    "house_name",
    Column("run_id", Integer, ForeignKey("run.run_id"), primary_key=True),
    Column("house", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("village_code", Text),
    Column("number", Text),
    Column("needs_count", Integer, nullable=False),
    Column("counted", Integer, nullable=False),
    _one_of("kind", ("address", "key", "alias", "renewed")),
    CheckConstraint("needs_count IN (0, 1) AND counted IN (0, 1)", name="yes_or_no"),
    Index("house_of_name", "name", "run_id"),
)
"""Every name of every house, as `geo.occupancy` tells them."""

export_log = _table(
    "export_log",
    Column("seq", _INT, ForeignKey("decision.seq"), primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("rows_n", Integer, nullable=False),
    Column("suppressed_n", Integer, nullable=False),
    Column("head_seq", _INT, nullable=False),
    Column("head_hash", Text, nullable=False),
    Column("sha256", Text, nullable=False),
)
"""Every list that left, with the head of the chain printed on it."""

object_seen = _table(
    "object_seen",
    Column("kind", Text, primary_key=True),
    Column("object_id", Text, primary_key=True),
    Column("run_id", Integer, ForeignKey("run.run_id"), primary_key=True),
    Column("present", Integer, nullable=False),
    Column("id", Text, nullable=False),
    Column("name", Text),
    Column("village_code", Text, nullable=False),
    Column("outline", Text),
    _one_of("kind", ("building", "plate", "address")),
    CheckConstraint("present IN (0, 1)", name="there_or_not"),
    Index("object_of_id", "kind", "id"),
)
"""Identity over runs (geo.casebook.identity): a row whenever a run saw something new of an object, by the name it first came with.

id        what its files call it now
name      key of a plate or address; null: none
outline   WKB (base64) of a building in the working CRS of the run (facts.crs)
"""

lineage = _table(
    "lineage",
    Column("run_id", Integer, ForeignKey("run.run_id"), primary_key=True),
    Column("child", Text, primary_key=True),
    Column("parent", Text, primary_key=True),
    Column("how", Text, nullable=False),
    _one_of("how", ("split", "merge")),
)
"""Buildings that came out of known ones, by object_id."""

STAGED = (run_scope, finding, observation, occupancy, house_name, object_seen, lineage)
"""Tables that take rows only while their run is `running`."""
