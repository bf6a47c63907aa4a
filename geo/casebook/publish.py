"""A result folder goes into the casebook: staged in small pieces that nobody sees, shown by one row that turns.

Only what changed is written: a finding that opened, shows something else, is fixed or came back. Absence means fixed
only where the run looked. People go on deciding while a run is staged, and a run that broke off never shows.
"""

from __future__ import annotations

import hashlib
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, literal_column, select, text, update

from geo.casebook import schema
from geo.casebook.accounts import require_office
from geo.casebook.book import Casebook
from geo.casebook.chain import canonical, digest
from geo.casebook.fold import State
from geo.casebook.identity import Identity, identify, read_known
from geo.casebook.log import append
from geo.casebook.observed import TEXTS, TOLERANCE, delivered_tables, observe, scope, village_rows
from geo.casebook.standing import needs_recheck
from geo.casebook.store import Store
from geo.casebook.verifier import RUN_TABLES, STATEMENTS, hash_run
from geo.errors import CasebookBusy, PublishRefused
from geo.export import open_result
from geo.outputs import OUTPUTS
from geo.tables import COUNTS, Verification

CHUNK_N = 2000
"""Rows staged in one transaction (casebook.md, surprise 1.11: one transaction for all blocks decisions for 13 s)."""
REST_RATIO = 0.5
"""Rest between two pieces, as a share of the time the last one took, so that those who decide get in."""
DROP_RATIO = 0.8
"""Share of its earlier rows that a table must have again, or a person confirms."""
LEAST_ROWS_N = 20
"""Earlier rows from which that is asked; the profile's small sample."""
PUBLISHING_LOCK = 0x44505055
_NUMBERS = ("opened_n", "still_n", "fixed_n", "returned_n", "recheck_n")
_STATE = (
    "finding_id", "run_id", "change", "evidence_hash", "subject_id", "related", "village_code", "office", "severity", "certainty", "detail_zh", "detail_en",
    "proposal", "value", "unit", "lon", "lat", "people_n", "people_rank", "code",
)  # fmt: skip
_OBSERVATION = tuple(c.name for c in schema.observation.columns)


@dataclass(frozen=True)
class Published:
    """What a run changed: findings that opened, are still there, were fixed, came back; decided cases to be looked at again.

    orphaned_n
        Known objects that nothing in the run is; they are listed by `geo.casebook.publish.orphans`.
    """

    run_id: int
    opened_n: int
    still_n: int
    fixed_n: int
    returned_n: int
    recheck_n: int
    orphaned_n: int = 0


def publish(book: Casebook, result_folder: Path, by: str, confirm_drop: bool = False) -> Published:
    """Take the result of a run into the casebook.

    Parameters
    ----------
    book
        Where people decide.
    result_folder
        What `doorplate verify` wrote.
    by
        Account with the right to publish.
    confirm_drop
        A person looked: much less data than before, or another survey, is right.

    Returns
    -------
    What it changed. A result that is the newest one already is not published again: its numbers are returned.

    Raises
    ------
    NotAllowed
        The account may not publish.
    PublishRefused
        A table lost more than a fifth of its rows, or less than 95 % of the buildings are found again.
    CasebookBusy
        Somebody else is publishing.
    ResultError
        The folder is no complete result.
    """
    store, folder = book.store, Path(result_folder)
    with store.reading() as connection:
        require_office(connection, by, "publish")
    source_hash = hash_result(folder)
    with _alone(store):
        with store.reading() as connection:
            newest = _newest(connection)
        if newest is not None and newest["facts"].get("source_hash") == source_hash:
            return _told(newest["run_id"], newest["facts"])
        result = open_result(folder)
        _check_drop(result, newest, confirmed=confirm_drop)
        _clean(store)
        work = _compare(store, result, newest, source_hash, confirmed=confirm_drop)
        run_id = _begin(store, result, work.facts, by)
        for table, rows in work.tables:
            _stage(store, table, rows, run_id)
        _flip(store, run_id, newest, by)
    return _told(run_id, work.facts)


def hash_result(folder: Path) -> str:
    """SHA-256 of what a result says: its tables and its run.json without the seconds and the memory it took."""
    whole = hashlib.sha256()
    for table in OUTPUTS:
        path = folder / f"{table.name}.parquet"
        whole.update(hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest())
    run_json = folder / "run.json"
    run = json.loads(run_json.read_text(encoding="utf-8")) if run_json.is_file() else {}
    whole.update(canonical({k: v for k, v in run.items() if k not in ("seconds", "peak_memory_mb")}).encode())
    return whole.hexdigest()


def orphans(book: Casebook, run_id: int) -> pd.DataFrame:
    """Known objects that were gone for the first time in a published run: kind, object_id, id, village_code."""
    o, r = schema.object_seen, schema.run
    query = (
        select(o.c.kind, o.c.object_id, o.c.id, o.c.village_code)
        .join(r, r.c.run_id == o.c.run_id)
        .where(o.c.run_id == run_id, o.c.present == 0, r.c.status == "published")
        .order_by(o.c.kind, o.c.object_id)
    )
    with book.store.reading() as connection:
        return pd.DataFrame(connection.execute(query).all(), columns=["kind", "object_id", "id", "village_code"])


@dataclass(frozen=True)
class _Work:
    """Everything a run will write, worked out before the first row is written."""

    facts: dict[str, Any]
    tables: list[tuple[Table, pd.DataFrame]]


def _compare(store: Store, result: Verification, newest: dict[str, Any] | None, source_hash: str, *, confirmed: bool) -> _Work:
    facts = newest["facts"] if newest is not None else {}
    with store.reading() as connection:
        known, used = read_known(connection)
        state = pd.DataFrame(connection.execute(text("SELECT n.*, f.code FROM newest n JOIN finding f ON f.finding_id = n.finding_id")).mappings().all(), columns=list(_STATE))
        ids = set(connection.execute(select(schema.finding.c.finding_id)).scalars())
        decided = connection.execute(select(schema.casefile).where(schema.casefile.c.seen_hash.is_not(None))).mappings().all()
    known["outline"] = [b64decode(w) if isinstance(w, str) else None for w in known["outline"]]
    identity = identify(known, used, result, known_crs=facts.get("crs"), confirmed=confirmed)
    looked = scope(result, delivered_before=frozenset(facts.get("delivered", ())), rows_before=facts.get("village_rows", {}))
    rows = _changes(observe(result, identity), state, looked, identity)
    fresh = rows[~rows["finding_id"].isin(ids)]
    recheck = _recheck(decided, rows, store.today())
    n = rows["change"].value_counts()
    still = len(result.findings) - int(n.get("new", 0)) - int(n.get("returned", 0))
    told = dict(zip(_NUMBERS, (int(n.get("new", 0)), still, int(n.get("fixed", 0)), int(n.get("returned", 0)), recheck), strict=True))
    facts = told | _remembered(result, facts) | {
        "source_hash": source_hash,
        "crs": result.buildings.crs.to_string(),
        "carried_ratio": None if np.isnan(identity.carried_ratio) else round(identity.carried_ratio, 4),
        "orphaned_n": len(identity.orphaned),
        "confirmed_drop": confirmed,
        "fresh_days": result.run.get("thresholds", {}).get("fresh_days"),
    }
    objects, lineage = _objects(known, identity)
    tables = [
        (schema.run_scope, looked),
        (schema.finding, fresh[["finding_id", "code", "subject"]]),
        (schema.observation, rows[[c for c in _OBSERVATION if c != "run_id"]]),
        (schema.occupancy, _occupancy(result)),
        (schema.house_name, _house_names(result)),
        (schema.object_seen, objects),
        (schema.lineage, lineage),
    ]
    return _Work(facts, tables)


def _remembered(result: Verification, before: dict[str, Any]) -> dict[str, Any]:
    """What the next run is compared with: the newest that is known of every table and village, for a run may speak of some only.

    A table once delivered stays expected: findings told from it are fixed by a run that has it again, if only as an empty file.
    """
    villages = set(result.villages["village_code"].astype("str").fillna("")) | {""}
    known, now, rows = before.get("village_rows", {}), village_rows(result), _rows_of(result)
    whole = _is_whole(before, villages)
    return {
        "delivered": sorted(delivered_tables(result) | set(before.get("delivered", ()))),
        "rows": before.get("rows", {}) | rows if whole else rows | before.get("rows", {}),
        "village_rows": {t: {v: n for v, n in known.get(t, {}).items() if v not in villages} | now[t] for t in now},
    }


def _is_whole(before: dict[str, Any], villages: set[str]) -> bool:
    """Whether a run speaks of every village known."""
    return {v for rows in before.get("village_rows", {}).values() for v in rows} <= villages


def _changes(seen: pd.DataFrame, state: pd.DataFrame, looked: pd.DataFrame, identity: Identity) -> pd.DataFrame:
    """The rows to write: what opened, shows something else, came back or, where the run looked, is gone."""
    before = state.set_index("finding_id").reindex(seen["finding_id"]).set_index(seen.index)
    known = before["change"].notna()
    back = before["change"] == "fixed"
    other = known & ~back & ((before["evidence_hash"] != seen["evidence_hash"]) | _differs(seen, before))
    change = pd.Series(np.select([~known, back, other], ["new", "returned", "changed"], ""), index=seen.index)
    absent = state[(state["change"] != "fixed") & ~state["finding_id"].isin(seen["finding_id"])]
    village = absent["village_code"].replace(identity.villages)
    covered = pd.MultiIndex.from_arrays([village, absent["code"]]).isin(pd.MultiIndex.from_frame(looked))
    fixed = absent[covered].drop(columns="run_id").assign(change="fixed")
    return pd.concat([seen[change != ""].assign(change=change[change != ""]), fixed], ignore_index=True).sort_values("finding_id", ignore_index=True)


def _differs(seen: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    """Which rows would show something else: any text, or a number that moved by more than its tolerance."""
    out = pd.Series(data=False, index=seen.index)
    for column in TEXTS:
        out |= seen[column].astype("object").where(seen[column].notna(), None).fillna("") != before[column].astype("object").fillna("")
    for column, tolerance in TOLERANCE.items():
        one, two = seen[column].astype("float64"), before[column].astype("float64")
        wide = tolerance * one.abs().clip(lower=1e-6) if column == "value" else tolerance
        out |= ((one - two).abs() > wide) | (one.isna() != two.isna())
    return out


def _recheck(decided: Sequence[Any], rows: pd.DataFrame, today: str) -> int:
    """Decided cases that this run asks to be looked at again."""
    said = rows[rows["change"].isin(["changed", "returned"])].set_index("finding_id")[["evidence_hash", "change"]].to_dict("index")
    later = 1 << 31
    asked = [
        needs_recheck(State.read(dict(c)), evidence_hash=now["evidence_hash"], change=now["change"], run_id=later, today=today)
        for c in decided
        if (now := said.get(c["finding_id"])) is not None
    ]
    return sum(asked)


def _objects(known: pd.DataFrame, identity: Identity) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Objects of which something is new, with the orphaned ones as gone; and the lineage."""
    now = identity.objects
    both = now.merge(known.rename(columns={c: f"{c}_before" for c in ("id", "name", "village_code", "outline")}), on=["kind", "object_id"], how="left", indicator=True)
    same = both["_merge"] == "both"
    for column in ("id", "name", "village_code", "outline"):
        one, two = both[column].astype("object"), both[f"{column}_before"].astype("object")
        same &= (one == two) | (one.isna() & two.isna())
    there = now[~same.to_numpy()].assign(present=1)
    gone = identity.orphaned.assign(present=0, name=None, outline=None)
    rows = pd.concat([t for t in (there, gone) if len(t)] or [there], ignore_index=True)
    rows["outline"] = pd.Series([b64encode(w).decode() if isinstance(w, bytes) else None for w in rows["outline"]], index=rows.index, dtype="object")
    # two names of one object in one file are one row: the first
    rows = rows.sort_values(["kind", "object_id", "id"], kind="stable").drop_duplicates(["kind", "object_id"])
    return rows[["kind", "object_id", "present", "id", "name", "village_code", "outline"]], identity.lineage.drop_duplicates(["child", "parent"])


def _occupancy(result: Verification) -> pd.DataFrame:
    rows = result.occupancy.drop(columns="reason")
    day = rows["counted_on"].astype("datetime64[ns]").dt.strftime("%Y-%m-%d")
    return rows.assign(source="register", counted_on=day, **{c: rows[c].astype("Int64") for c in COUNTS})


def _house_names(result: Verification) -> pd.DataFrame:
    rows = result.houses.drop_duplicates(["house", "kind", "name"])
    return rows.assign(needs_count=rows["needs_count"].astype("int64"), counted=rows["counted"].astype("int64"))


def _records(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows as the database takes them: plain values, None for null; made column by column."""
    columns = []
    for name in frame.columns:
        values, known = frame[name].to_numpy(dtype=object).tolist(), frame[name].notna().to_numpy()
        columns.append(values if known.all() else [v if k else None for v, k in zip(values, known, strict=True)])
    return list(zip(*columns, strict=True))


def _rows_of(result: Verification) -> dict[str, int]:
    """Rows kept of every input table."""
    kept: dict[str, int] = {}
    for source in result.run.get("inputs", []):
        kept[str(source["table"])] = kept.get(str(source["table"]), 0) + int(source["kept"])
    return dict(sorted(kept.items()))


def _check_drop(result: Verification, newest: dict[str, Any] | None, *, confirmed: bool) -> None:
    """Refuse a run that read much less than the one before: a file cut short would mark thousands of cases as fixed."""
    if newest is None or confirmed:
        return
    facts, lost = newest["facts"], []
    now, villages = village_rows(result), set(result.villages["village_code"].astype("str").fillna("")) | {""}
    before = {t: sum(n for v, n in rows.items() if v in villages) for t, rows in facts.get("village_rows", {}).items()}
    found = {t: sum(rows.values()) for t, rows in now.items()}
    if _is_whole(facts, villages):
        # tables without villages can be compared only where the whole was delivered again
        rows_now = _rows_of(result)
        for table, n in facts.get("rows", {}).items():
            if table in rows_now:
                before.setdefault(table, n)
                found.setdefault(table, rows_now[table])
    lost = [(t, n, found.get(t, 0)) for t, n in sorted(before.items()) if n >= LEAST_ROWS_N and found.get(t, 0) < DROP_RATIO * n]
    if lost:
        zh = "；".join(f"{t} 上次 {n} 行，本次 {m} 行" for t, n, m in lost)
        en = "; ".join(f"{t} had {n} rows and has {m}" for t, n, m in lost)
        raise PublishRefused(f"数据比上次少了 20% 以上（{zh}）；请核对，确认无误后再发布。", f"More than a fifth is missing ({en}): look, and confirm it if it is right.")


def _newest(connection: Connection) -> dict[str, Any] | None:
    """The newest published run with its facts; null where there is none."""
    r = schema.run
    row = connection.execute(select(r.c.run_id, r.c.facts).where(r.c.status == "published").order_by(r.c.run_id.desc()).limit(1)).first()
    return None if row is None else {"run_id": row.run_id, "facts": json.loads(row.facts)}


def _told(run_id: int, facts: dict[str, Any]) -> Published:
    return Published(run_id, **{n: facts[n] for n in (*_NUMBERS, "orphaned_n")})


def _begin(store: Store, result: Verification, facts: dict[str, Any], by: str) -> int:
    with store.writing() as connection:
        require_office(connection, by, "publish")
        run_id = int(connection.execute(select(func.coalesce(func.max(schema.run.c.run_id), 0))).scalar() or 0) + 1
        run = result.run
        row = {
            "run_id": run_id,
            "status": "running",
            "started_at": store.now(),
            "started_by": by,
            "as_of": str(run.get("as_of", "")),
            "tool_version": str(run.get("tool_version", "")),
            "rules_hash": digest([run.get("tool_version"), run.get("profile"), run.get("thresholds")]),
            "inputs_hash": digest([[s.get("table"), s.get("file"), s.get("sha256")] for s in run.get("inputs", [])]),
            "facts": canonical(facts),
        }
        connection.execute(insert(schema.run), row)
    return run_id


def _stage(store: Store, table: Table, rows: pd.DataFrame, run_id: int) -> None:
    key = "opened_run" if table is schema.finding else "run_id"
    names = [*map(str, rows.columns), key]
    for start in range(0, len(rows), CHUNK_N):
        piece = [(*row, run_id) for row in _records(rows.iloc[start : start + CHUNK_N])]
        began = time.monotonic()
        with store.writing() as connection:
            # compiled once a piece and handed to the driver as it is: one value at a time costs more than the writing
            compiled = insert(table).compile(dialect=connection.dialect, column_keys=names)
            if compiled.positiontup is None:
                connection.exec_driver_sql(str(compiled), [dict(zip(names, row, strict=True)) for row in piece])
            else:
                order = [names.index(name) for name in compiled.positiontup]
                connection.exec_driver_sql(str(compiled), [tuple([row[i] for i in order]) for row in piece])
        time.sleep(REST_RATIO * (time.monotonic() - began))


def _flip(store: Store, run_id: int, base: dict[str, Any] | None, by: str) -> None:
    """Show the run: everything is there already, one row turns."""
    with store.reading() as connection:
        header = dict(connection.execute(select(schema.run).where(schema.run.c.run_id == run_id)).mappings().one())
        streamed = connection.execution_options(yield_per=CHUNK_N)
        result_hash = hash_run(header, {t: _stored(streamed, t, run_id) for t in RUN_TABLES})
    with store.writing() as connection:
        newest = _newest(connection)
        if (newest or {}).get("run_id") != (base or {}).get("run_id"):
            raise CasebookBusy("发布期间另有一次发布已完成，请重新发布。", "Another run was published meanwhile: publish again.")
        role = require_office(connection, by, "publish")
        said = {"run_id": run_id, "result_hash": result_hash}
        (row,) = append(connection, [{"verb": "publish", "by": by, "office": role, "payload": said}], now=store.now())
        values = {"status": "published", "result_hash": result_hash, "published_at": row["at"], "published_seq": row["seq"]}
        connection.execute(update(schema.run).where(schema.run.c.run_id == run_id).values(**values))


def _stored(connection: Connection, table: str, run_id: int) -> Iterator[dict[str, Any]]:
    """The rows of a run as they are stored, a piece at a time."""
    result = connection.execute(text(STATEMENTS[table]), {"run_id": run_id})
    names = list(result.keys())
    for row in result:
        yield dict(zip(names, row, strict=True))


def _clean(store: Store) -> None:
    """Put away what runs left that broke off: nobody ever saw it."""
    r = schema.run
    with store.writing() as connection:
        connection.execute(update(r).where(r.c.status == "running").values(status="failed"))
    with store.reading() as connection:
        failed = list(connection.execute(select(r.c.run_id).where(r.c.status == "failed")).scalars())
    place: ColumnElement[Any] = literal_column("ctid" if store.dialect == "postgresql" else "rowid")
    for table in schema.STAGED:
        if table is schema.finding:
            continue  # a finding's name may stay: it is shown only once a published run speaks of it
        while failed:
            some = select(place).select_from(table).where(table.c.run_id.in_(failed)).limit(CHUNK_N)
            with store.writing() as connection:
                if not connection.execute(delete(table).where(place.in_(some))).rowcount:
                    break


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    """One publisher at a time, in whatever process; those who decide are not kept waiting."""
    refusal = CasebookBusy("另有一次发布正在进行，请稍后再试。", "Somebody else is publishing: try again later.")
    if isinstance(store.where, str):
        with store.reading() as connection:
            if not connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": PUBLISHING_LOCK}).scalar():
                raise refusal
            yield
        return
    import fcntl  # only where the casebook is a file; absent on Windows, where the service is not run

    with store.where.with_name(store.where.name + ".publishing").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise refusal from None
        yield
