"""The way back: what people decided as the input table `decisions` that the next run names.

The casebook never feeds the rules by itself. A run reads this table like any other file and records its SHA-256, so that it
stays a pure function of what it read. False alarms are not in it: they silence a case, they change no fact.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from sqlalchemy import Connection, text

from geo.casebook.book import Casebook
from geo.casebook.fold import State
from geo.tables import INPUT

COLUMNS = tuple(c.name for c in INPUT["decisions"].columns)
_ID = {"building": "building_id", "plate": "plate_id", "address": "address_id"}
_GONE = ("demolished_confirmed", "cancellation_requested", "cancellation_approved")
"""Statuses under which a demolition once confirmed still holds."""
_ASKED = ("confirm_link", "reject_link", "not_to_be_numbered", "still_standing", "confirm_demolished", "entered_in_error", "move_plate")
_CASES = text(
    "SELECT c.finding_id, c.status, c.state, c.seen_hash, c.seen_run, f.subject, n.subject_id, n.related"
    " FROM casefile c JOIN finding f ON f.finding_id = c.finding_id JOIN newest n ON n.finding_id = c.finding_id ORDER BY c.finding_id"
)
_LOG = text("SELECT seq, finding_id, verb, payload, document, at, undoes FROM decision WHERE finding_id IS NOT NULL ORDER BY seq")
_NAMES = text("SELECT o.kind, o.id, o.object_id, o.present FROM object_seen o JOIN run r ON r.run_id = o.run_id AND r.status = 'published' ORDER BY o.run_id")


def decisions_table(book: Casebook) -> pd.DataFrame:
    """Every decision that says something of the world, as the input table `decisions`.

    Returns
    -------
    DataFrame with the columns of that table, by number in the log: links confirmed and rejected, buildings that need no number, that
    still stand, that are gone by a document, objects entered in error, and plates that hang elsewhere. What was undone is absent; what was
    decided stays while the finding is fixed, for it is fixed because it was decided. Ids are those of the newest files.
    """
    with book.store.reading() as connection:
        cases = [dict(row) for row in connection.execute(_CASES).mappings()]
        log = _effective(connection)
        named = _Names(connection)
    rows = [row for case in cases for row in _of_case(case, log.get(case["finding_id"], {}), named)]
    out = pd.DataFrame(rows, columns=list(COLUMNS))
    dates, numbers = ("until", "decided_on"), ("to_lon", "to_lat")
    out = out.astype({c: "float64" if c in numbers else "str" for c in COLUMNS if c not in dates})
    out = out.assign(**{c: pd.to_datetime(out[c]).astype("datetime64[ns]") for c in dates})
    order = out.assign(_seq=out["decision_id"].astype("int64")).sort_values(["_seq", "building_id", "plate_id", "address_id"], kind="stable")
    return order.drop(columns="_seq").reset_index(drop=True)


class _Names:
    """What kind of object an id is, and what the newest files call the object an older file called so."""

    def __init__(self, connection: Connection) -> None:
        rows = connection.execute(_NAMES).all()
        self._object = {(kind, i): object_id for kind, i, object_id, _ in rows}
        self._now = {(kind, object_id): i for kind, i, object_id, present in rows if present}

    def now(self, kind: str, i: str | None) -> str | None:
        """The newest id of an object; what no run spoke of keeps the id given."""
        return None if i is None else self._now.get((kind, self._object.get((kind, i), i)), i)

    def first_building(self, ids: list[str]) -> str | None:
        """The first of some ids that is a building, of either survey; null where none is known as one."""
        return next((i for i in ids if ("building", i) in self._object), None)


def _of_case(case: Mapping[str, Any], log: Mapping[str, Mapping[str, Any]], names: _Names) -> Iterator[dict[str, Any]]:
    """The rows one case gives: its state says what holds, the log when and on which document."""
    state, subject = State.read(case), str(case["subject"])
    if subject not in _ID:
        return
    own = {_ID[subject]: names.now(subject, case["subject_id"])}
    related = json.loads(case["related"])
    building = own["building_id"] if subject == "building" else names.now("building", names.first_building(related))
    if state.status in ("link_confirmed", "link_rejected"):
        verb = "confirm_link" if state.status == "link_confirmed" else "reject_link"
        given = {f"{kind}_id": names.now(kind, getattr(state, f"{kind}_id")) for kind in _ID}
        yield from _links(verb, {k: i for k, i in given.items() if i is not None}, _ID[subject], log)
    elif state.status == "exempted" and building is not None:
        yield _row("not_to_be_numbered", log, building_id=building, until=state.until)
    elif state.status == "standing_confirmed" and building is not None:
        yield _row("still_standing", log, building_id=building)
    elif state.status in _GONE and "confirm_demolished" in log and (building or subject == "building"):
        yield _row("confirm_demolished", log, building_id=building, document=log["confirm_demolished"]["document"])
    elif state.status == "error_confirmed":
        yield _row("entered_in_error", log, **own)
    moved = log.get("move_plate")
    if moved is not None and subject == "plate":
        place = json.loads(moved["payload"])
        yield _row("move_plate", log, **own, to_lon=place["lon"], to_lat=place["lat"])


def _links(verb: str, ids: Mapping[str, str], mine: str, log: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """A confirmed link as one row; of a rejected one of three objects the pairs with the case's own, which is all that was denied."""
    if verb == "confirm_link" or len(ids) == 2:
        yield _row(verb, log, **ids)
        return
    yield from (_row(verb, log, **{mine: ids[mine], other: ids[other]}) for other in ids if other != mine)


def _row(kind: str, log: Mapping[str, Mapping[str, Any]], **columns: Any) -> dict[str, Any]:
    said = log[kind]
    return dict.fromkeys(COLUMNS) | {"kind": kind, "decided_on": said["at"][:10], "decision_id": str(said["seq"])} | columns


def _effective(connection: Connection) -> dict[str, dict[str, dict[str, Any]]]:
    """Per case and verb, the newest row of the log that was not taken back."""
    rows = [dict(row) for row in connection.execute(_LOG).mappings()]
    undone_by = {row["undoes"]: row["seq"] for row in rows if row["undoes"] is not None}
    holds: dict[int, bool] = {}
    for row in reversed(rows):  # an undo that was itself undone takes nothing back
        holds[row["seq"]] = not holds.get(undone_by.get(row["seq"], 0), False)
    out: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        if row["verb"] in _ASKED and holds[row["seq"]]:
            out.setdefault(row["finding_id"], {})[row["verb"]] = row
    return out
