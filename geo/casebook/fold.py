"""Where a case stands is the fold of its log: one step per row, an undo takes back to before what it undoes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from geo.casebook.chain import canonical
from geo.casebook.words import STATUSES, VERBS

_LINK = ("building_id", "plate_id", "address_id")


@dataclass(frozen=True)
class State:
    """Where a case stands after its decisions; null is not said.

    status
        Status decided, never `fixed`: that is what runs say.
    seen_hash, seen_run
        Evidence the status was decided on, and the newest run that had spoken of the case then; null while open.
    assigned_to, assigned_village
        Account or village the case was given to; a verdict ends it.
    deadline
        Day given with an assignment, ISO; goes before the village's.
    number, photo, until, lon, lat
        What was given with the verdicts: proposed number, photo path, last silent day, place of plate or number in EPSG:4490 degrees.
    building_id, plate_id, address_id
        The link that was confirmed or rejected.
    """

    status: str = "open"
    seen_hash: str | None = None
    seen_run: int | None = None
    assigned_to: str | None = None
    assigned_village: str | None = None
    deadline: str | None = None
    number: str | None = None
    photo: str | None = None
    until: str | None = None
    lon: float | None = None
    lat: float | None = None
    building_id: str | None = None
    plate_id: str | None = None
    address_id: str | None = None

    def written(self) -> str:
        """Everything but status, seen_hash and seen_run as the canonical text the log keeps; what is null is left out."""
        apart = {"status", "seen_hash", "seen_run"}
        return canonical({f.name: v for f in fields(self) if f.name not in apart and (v := getattr(self, f.name)) is not None})

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> State:
        """The state in a row of the log or of the cases (columns status, state, seen_hash, seen_run); a case nobody spoke of has a null status."""
        if row["status"] is None:
            return OPEN
        return cls(row["status"], row["seen_hash"], row["seen_run"], **json.loads(row["state"]))


OPEN = State()


def step(state: State, verb: str, payload: Mapping[str, Any], *, evidence_hash: str, run_id: int | None) -> State:
    """The state after one decision that is not an undo."""
    to = VERBS[verb].to
    if verb == "assign":
        deadline = payload.get("deadline", state.deadline)
        return replace(state, assigned_to=payload.get("to"), assigned_village=payload.get("village"), deadline=deadline)
    if verb == "move_plate":
        return replace(state, lon=payload["lon"], lat=payload["lat"])
    if to is None:
        return state
    given = {k: payload[k] for k in ("number", "photo", "lon", "lat") if k in payload}
    link = {k: payload.get(k) if to in {"link_confirmed", "link_rejected"} else None for k in _LINK}
    seen = {"seen_hash": None, "seen_run": None} if to == "open" else {"seen_hash": evidence_hash, "seen_run": run_id}
    until = payload.get("until") if STATUSES[to].silent else None
    return replace(state, status=to, assigned_to=None, assigned_village=None, until=until, **seen, **given, **link)


def fold(rows: Sequence[Mapping[str, Any]]) -> list[State]:
    """The state after each row of one case's log, in order of version.

    Parameters
    ----------
    rows
        Columns seq, verb, payload (text), evidence_hash, seen_run, undoes of every row of the case from version 1.

    Raises
    ------
    KeyError
        An undo names a row that is not of this case.
    """
    states: list[State] = []
    before: dict[int, State] = {}
    for row in rows:
        now = states[-1] if states else OPEN
        before[row["seq"]] = now
        if row["undoes"] is not None:
            states.append(before[row["undoes"]])
        else:
            run_id = row["seen_run"]
            states.append(step(now, row["verb"], json.loads(row["payload"]), evidence_hash=row["evidence_hash"], run_id=run_id))
    return states


def undoable(rows: Sequence[Mapping[str, Any]], seq: int | None = None) -> int | None:
    """What an undo of a case would take back.

    Parameters
    ----------
    rows
        Columns seq and undoes of every row of the case, in order of version.
    seq
        The row wanted; null is the newest. An older one can be taken back once everything after it has been.

    Returns
    -------
    Its seq; null where nothing can be undone, or not that row.
    """
    undone = {r["undoes"] for r in rows if r["undoes"] is not None}
    wanted = seq if seq is not None else (rows[-1]["seq"] if rows else None)
    later = [r for r in rows if wanted is not None and r["seq"] > wanted]
    settled = all(r["seq"] in undone or (r["undoes"] is not None and r["undoes"] > wanted) for r in later)
    known = any(r["seq"] == wanted for r in rows)
    return wanted if known and settled and wanted not in undone else None
