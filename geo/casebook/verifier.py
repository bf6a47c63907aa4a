"""Proves a casebook, or a bundle of one, with Python alone: nothing of doorplate and no other library is imported.

This file travels inside every bundle as `verify.py`. `python3 verify.py` proves the bundle it lies in, `python3 verify.py
FILE` a bundle or a casebook; `--head SEQ:HASH`, as printed on an exported list, asks whether the log still holds that head.

It says a second time, on purpose, what the code that writes the log says: what it proves does not lean on that code.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

BUNDLE = "doorplate-bundle/1"
MANIFEST = "manifest.json"
CASEBOOK = "town.casebook"
APPLICATION_ID = 0x44504342
MAX_COUNT_AGE_DAYS = 30

UNREADABLE = (sqlite3.Error, ValueError)
"""What reading a damaged file raises: SQLite's errors, and text, in a row or in SQLite's own message, that is no UTF-8."""

Row = Mapping[str, Any]
Read = Callable[..., Iterable[Row]]
"""`read(statement, **values)`: rows of one of STATEMENTS in the database at hand."""

CHAINED = (
    "seq", "decision_id", "finding_id", "version", "verb", "was", "status", "state", "seen_hash", "seen_run", "payload", "evidence_hash",
    "by", "office", "reason", "document", "at", "undoes", "prev_hash",
)  # fmt: skip
"""Columns of the log that a hash covers."""

LEADS_TO = {
    "plate_missing": "plate_missing", "plate_ordered": "plate_ordered", "plate_installed": "plate_installed", "number_proposed": "number_proposed",
    "not_to_be_numbered": "exempted", "confirm_dangling": "dangling_confirmed", "confirm_demolished": "demolished_confirmed",
    "entered_in_error": "error_confirmed", "still_standing": "standing_confirmed", "false_alarm": "false_alarm", "assign": None, "note": None,
    "confirm_link": "link_confirmed", "reject_link": "link_rejected", "request_cancellation": "cancellation_requested",
    "approve_cancellation": "cancellation_approved", "refuse_cancellation": "open", "move_plate": None, "undo": None,
}  # fmt: skip
"""Status each verb leads to; None keeps the status, but for undo, which brings back the one before what it undoes."""

STATEMENTS = {
    "meta": "SELECT * FROM meta ORDER BY k",
    "log": "SELECT * FROM decision ORDER BY seq",
    "cases": "SELECT * FROM casefile",
    "accounts": "SELECT * FROM account",
    "grants": "SELECT * FROM role_grant",
    "deadlines": "SELECT * FROM village_deadline",
    "exports": "SELECT * FROM export_log ORDER BY seq",
    "runs": "SELECT * FROM run ORDER BY run_id",
    "spans": """SELECT o.finding_id, o.run_id, o.change, f.opened_run FROM observation o JOIN run r ON r.run_id = o.run_id
                JOIN finding f ON f.finding_id = o.finding_id WHERE r.status = 'published' ORDER BY o.run_id""",
    "run_scope": "SELECT * FROM run_scope WHERE run_id = :run_id",
    "observation": """SELECT o.*, f.code, f.subject, f.opened_run FROM observation o JOIN finding f ON f.finding_id = o.finding_id
                      WHERE o.run_id = :run_id""",
    "occupancy": "SELECT * FROM occupancy WHERE run_id = :run_id",
    "house_name": "SELECT * FROM house_name WHERE run_id = :run_id",
    "object_seen": "SELECT * FROM object_seen WHERE run_id = :run_id",
    "lineage": "SELECT * FROM lineage WHERE run_id = :run_id",
}
RUN_TABLES = ("run_scope", "observation", "occupancy", "house_name", "object_seen", "lineage")
RUN_COLUMNS = ("run_id", "started_at", "started_by", "as_of", "tool_version", "rules_hash", "inputs_hash", "facts")


class Fault(NamedTuple):
    """Something a casebook does not hold: a code, where, and what to know about it in Chinese and English."""

    code: str
    where: str
    zh: str
    en: str


class Head(NamedTuple):
    """The newest row of a log."""

    seq: int
    hash: str


def check(read: Read, *, quick: bool = False) -> Iterator[Fault]:
    """Everything a casebook must hold of itself, as far as its rows tell.

    Parameters
    ----------
    read
        Gives the rows of one of STATEMENTS, from one moment.
    quick
        Leaves out the published runs, which are most of the rows.
    """
    meta = {str(row["k"]): str(row["v"]) for row in read("meta")}
    yield from _check_meta(meta)
    log = _Log(meta.get("genesis", ""))
    for row in read("log"):
        yield from log.take(row)
    yield from _check_cases(log, read("cases"))
    yield from _check_offices(log, read)
    yield from _check_spans(read("spans"))
    yield from _check_runs(log, read, quick=quick)


def hash_run(header: Row, tables: Mapping[str, Iterable[Row]]) -> str:
    """What a published run said, as one hash: the same in both databases and in any order of rows.

    Parameters
    ----------
    header
        The row of `run`; RUN_COLUMNS of it count.
    tables
        Rows of RUN_TABLES, as STATEMENTS select them: an observation with the code, subject and first run of its finding.
    """
    said: dict[str, Any] = {"run": {name: header[name] for name in RUN_COLUMNS}}
    for name in RUN_TABLES:
        digests = sorted(hashlib.sha256(canonical(dict(row)).encode()).digest() for row in tables[name])
        said[name] = hashlib.sha256(b"".join(digests)).hexdigest()
    return _sha256(said)


def link(row: Row) -> str:
    """The hash a row of the log must bear: SHA-256 of its canonical JSON."""
    return _sha256({name: row[name] for name in CHAINED})


def canonical(value: Any) -> str:
    """One text for one value: JSON with sorted keys, without spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _check_meta(meta: Mapping[str, str]) -> Iterator[Fault]:
    genesis = hashlib.sha256(f"doorplate casebook {meta.get('project_id')}".encode()).hexdigest()
    if meta.get("genesis") != genesis:
        yield Fault("meta_changed", "meta genesis", "案卷编号与起始值不符", "the project's id and the genesis do not belong together")
    if meta.get("clock") not in {"wall", "given"}:
        yield Fault("meta_changed", "meta clock", "时钟设置无法识别", "the setting of the clock is unknown")
    if meta.get("max_count_age_days") != str(MAX_COUNT_AGE_DAYS):
        yield Fault("meta_changed", "meta max_count_age_days", "人口数据期限被改动", "the age limit of counts was changed")


class _Log:
    """The log, read once from its first row: the chain, every step of every case, and what the other tables must say."""

    def __init__(self, genesis: str) -> None:
        self.head = Head(0, genesis)
        self.hashes: dict[int, str] = {}
        self.newest: dict[str, tuple[Row, _State]] = {}
        self.before: dict[int, tuple[str, _State]] = {}  # of a decision: its case, and where that stood before it
        self.undone: set[int] = set()
        self.office: list[Row] = []  # rows about no case: accounts, grants, deadlines, runs, exports

    def take(self, row: Row) -> Iterator[Fault]:
        """The next row of the log, and its faults."""
        seq = int(row["seq"])
        if seq != self.head.seq + 1:
            yield Fault("chain_gap", f"decision {self.head.seq + 1}", f"记录第 {self.head.seq + 1} 条缺失", f"row {self.head.seq + 1} of the log is missing")
        if row["prev_hash"] != self.head.hash:
            yield Fault("chain_break", f"decision {seq}", f"记录第 {seq} 条与前一条不衔接", f"row {seq} of the log does not follow the one before")
        if link(row) != row["hash"]:
            yield Fault("chain_changed", f"decision {seq}", f"记录第 {seq} 条被改动", f"row {seq} of the log was changed")
        self.head = Head(seq, str(row["hash"]))
        self.hashes[seq] = self.head.hash
        if row["finding_id"] is None:
            self.office.append(row)
            return
        try:
            yield from self._step(seq, row)
        except (LookupError, TypeError, ValueError, AttributeError):  # a damaged row: said above, and the cases are not followed through it
            yield Fault("wrong_step", f"decision {seq}", f"记录第 {seq} 条无法读懂", f"row {seq} of the log cannot be understood")

    def _step(self, seq: int, row: Row) -> Iterator[Fault]:
        finding_id, undoes = row["finding_id"], row["undoes"]
        last, state = self.newest.get(finding_id, (None, _OPEN))
        self.before[seq] = (finding_id, state)
        if row["version"] != (1 if last is None else last["version"] + 1):
            yield Fault("version_gap", f"decision {seq}", f"记录第 {seq} 条的版本号不连续", f"row {seq} of the log skips a version of its case")
        if undoes is None:
            after = _step(state, row)
        else:
            case, after = self.before.get(undoes, ("", _OPEN))
            if case != finding_id or undoes in self.undone:
                yield Fault("undo_of_nothing", f"decision {seq}", f"记录第 {seq} 条撤销的不是本案的有效决定", f"row {seq} undoes nothing of its case")
            self.undone.add(undoes)
        told = _State(row["status"], row["state"], row["seen_hash"], row["seen_run"])
        if row["was"] != state.status or told != after:
            zh = f"记录第 {seq} 条：{row['verb']} 不能得出这一状态"
            yield Fault("wrong_step", f"decision {seq}", zh, f"row {seq} of the log: {row['verb']} does not lead there")
        self.newest[finding_id] = (row, told)


class _State(NamedTuple):
    """Where a case stands: columns status, state (canonical JSON), seen_hash and seen_run."""

    status: str
    state: str
    seen_hash: str | None
    seen_run: int | None


_OPEN = _State("open", "{}", None, None)
_SILENT = frozenset({"exempted", "false_alarm"})
_LINKS = frozenset({"link_confirmed", "link_rejected"})
_LINK = ("building_id", "plate_id", "address_id")


def _step(state: _State, row: Row) -> _State:
    """Where a case stands after a decision that is no undo."""
    verb, payload = row["verb"], json.loads(row["payload"])
    to, rest = LEADS_TO.get(verb), json.loads(state.state)
    if verb == "assign":
        rest |= {"assigned_to": payload.get("to"), "assigned_village": payload.get("village"), "deadline": payload.get("deadline", rest.get("deadline"))}
    elif verb == "move_plate":
        rest |= {name: payload.get(name) for name in ("lon", "lat")}
    elif to is not None:
        rest |= {"assigned_to": None, "assigned_village": None, "until": payload.get("until") if to in _SILENT else None}
        rest |= {name: payload.get(name) if to in _LINKS else None for name in _LINK}
        rest |= {name: payload[name] for name in ("number", "photo", "lon", "lat") if name in payload}
    text = canonical({name: value for name, value in rest.items() if value is not None})
    if to is None:
        return state._replace(state=text)
    return _State(to, text, None, None) if to == "open" else _State(to, text, row["evidence_hash"], row["seen_run"])


def _check_cases(log: _Log, cases: Iterable[Row]) -> Iterator[Fault]:
    stored = {str(case["finding_id"]): case for case in cases}
    for finding_id in sorted(log.newest.keys() | stored.keys()):
        last, case = log.newest.get(finding_id), stored.get(finding_id)
        if last is None or case is None or _differs(case, *last):
            zh = f"案件 {finding_id} 的现状与记录不符"
            yield Fault("case_differs", f"casefile {finding_id}", zh, f"case {finding_id} is not what the log says")


def _differs(case: Row, last: Row, state: _State) -> bool:
    return (case["last_seq"], case["version"], _State(case["status"], case["state"], case["seen_hash"], case["seen_run"])) != (
        last["seq"], last["version"], state
    )  # fmt: skip


def _check_offices(log: _Log, read: Read) -> Iterator[Fault]:
    """Accounts, grants, deadlines and exported lists are what the log says, and heads that left are still in it."""
    said: dict[str, dict[Any, dict[str, Any]]] = {name: {} for name in ("accounts", "grants", "deadlines", "exports")}
    for row in log.office:
        try:
            _say(said, row, json.loads(row["payload"]))
        except (LookupError, TypeError, ValueError, AttributeError):
            seq = row["seq"]
            yield Fault("wrong_step", f"decision {seq}", f"记录第 {seq} 条无法读懂", f"row {seq} of the log cannot be understood")
    for name, key in (("accounts", "user_id"), ("grants", "grant_id"), ("deadlines", "seq"), ("exports", "seq")):
        stored = {row[key]: dict(row) for row in read(name)}
        for k in sorted(said[name].keys() | stored.keys(), key=str):
            if said[name].get(k) != stored.get(k):
                yield Fault("office_differs", f"{name} {k}", f"{name} 中 {k} 与记录不符", f"{name}: {k} is not what the log says")
    for seq, export in said["exports"].items():
        if log.hashes.get(export["head_seq"], "") != export["head_hash"] and export["head_seq"]:
            zh = f"第 {seq} 条导出清单上的链首与记录不符"
            yield Fault("anchor_lost", f"exports {seq}", zh, f"the log no longer holds the head printed on the list of row {seq}")


def _say(said: dict[str, dict[Any, dict[str, Any]]], row: Row, payload: dict[str, Any]) -> None:
    seq, verb = row["seq"], row["verb"]
    if verb in ("found", "open_account"):
        user = payload["user_id"]
        office = payload.get("office", "admin")
        said["accounts"][user] = {"user_id": user, "display": payload["display"], "office": office, "opened_seq": seq, "closed_seq": None}
        payload = {"grant_id": 1, "user_id": user, "role": "admin", "village_code": "*"}
    if verb in ("found", "grant"):
        said["grants"][payload["grant_id"]] = {**payload, "granted_by": row["by"], "granted_seq": seq, "revoked_seq": None}
    elif verb == "close_account":
        said["accounts"].get(payload["user_id"], {})["closed_seq"] = seq
    elif verb == "revoke":
        said["grants"].get(payload["grant_id"], {})["revoked_seq"] = seq
    elif verb == "set_deadline":
        said["deadlines"][seq] = {"seq": seq, **payload}
    elif verb == "export":
        said["exports"][seq] = {"seq": seq, **payload}


_FOLLOWS = {None: {"new"}, "new": {"changed", "fixed"}, "changed": {"changed", "fixed"}, "returned": {"changed", "fixed"}, "fixed": {"returned"}}


def _check_spans(rows: Iterable[Row]) -> Iterator[Fault]:
    """Every finding opens once, and between being fixed and coming back nothing is said of it."""
    last: dict[str, str] = {}
    for row in rows:
        finding_id, change = row["finding_id"], row["change"]
        before = last.get(finding_id)
        if change not in _FOLLOWS.get(before, set()) or row["opened_run"] > row["run_id"]:
            zh = f"问题 {finding_id} 在第 {row['run_id']} 次发布中的变化 {change} 不合前情"
            yield Fault("span_broken", f"observation {finding_id}", zh, f"finding {finding_id} cannot be {change} in run {row['run_id']} after {before}")
        last[finding_id] = change


def _check_runs(log: _Log, read: Read, *, quick: bool) -> Iterator[Fault]:
    """Every published run is the one the log published, and says what it said then."""
    published = {row["seq"]: row for row in log.office if row["verb"] == "publish"}
    for run in read("runs"):
        run_id = run["run_id"]
        if run["status"] != "published":
            continue
        row = published.pop(run["published_seq"], None)
        if row is None or row["at"] != run["published_at"] or not _names(row["payload"], run):
            yield Fault("run_differs", f"run {run_id}", f"第 {run_id} 次发布与记录不符", f"run {run_id} is not what the log published")
        if quick:
            continue
        if hash_run(run, {name: read(name, run_id=run_id) for name in RUN_TABLES}) != run["result_hash"]:
            yield Fault("run_changed", f"run {run_id}", f"第 {run_id} 次发布的内容被改动", f"what run {run_id} said was changed")
    for seq in sorted(published):
        yield Fault("run_lost", f"decision {seq}", f"记录第 {seq} 条发布的结果不存在", f"the run that row {seq} of the log published is missing")


def _names(payload: str, run: Row) -> bool:
    try:
        said = json.loads(payload)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("run_id") == run["run_id"] and said.get("result_hash") == run["result_hash"]


def check_file(path: Path, *, quick: bool = False, head: Head | None = None) -> list[Fault]:
    """Everything a casebook file must hold, read through a connection that cannot write.

    Parameters
    ----------
    path
        A casebook of SQLite; may be in use.
    quick
        Leaves out the published runs and the cross-check of every index.
    head
        A row the log must still hold.
    """
    try:
        with closing(connect(path)) as base:
            base.row_factory = sqlite3.Row
            base.execute("BEGIN")
            return list(_check_base(base, quick=quick, head=head))
    except UNREADABLE as error:
        return [_unreadable(path.name, error)]


def connect(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; also to a file that was closed properly on a medium where nothing can be written."""
    uri = path.resolve().as_uri()
    base = sqlite3.connect(f"{uri}?mode=ro", uri=True, isolation_level=None)
    try:
        base.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        base.close()
        pending = path.with_name(path.name + "-wal")
        if "unable to open" not in str(error) or (pending.exists() and pending.stat().st_size):
            raise
        return sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None)
    except UNREADABLE:
        base.close()
        raise
    return base


def _check_base(base: sqlite3.Connection, *, quick: bool, head: Head | None) -> Iterator[Fault]:
    if base.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        yield Fault("not_a_casebook", "header", "文件头不是案卷", "the header is not that of a casebook")
    for (said,) in base.execute("PRAGMA quick_check(20)" if quick else "PRAGMA integrity_check(20)"):
        if said != "ok":
            yield Fault("file_damaged", "pages", f"文件损坏：{said}", f"the file is damaged: {said}")
    for row in base.execute("PRAGMA foreign_key_check"):
        yield Fault("row_without_parent", str(row[0]), f"{row[0]} 有行所指不存在", f"a row of {row[0]} points at nothing")
    try:
        yield from check(lambda name, **values: base.execute(STATEMENTS[name], values), quick=quick)
        if head is not None:
            yield from _check_head(base, head)
    except (*UNREADABLE, LookupError, TypeError, AttributeError) as error:  # rows that cannot even be read
        yield _unreadable("rows", error)


def _check_head(base: sqlite3.Connection, head: Head) -> Iterator[Fault]:
    row = base.execute("SELECT hash FROM decision WHERE seq = ?", (head.seq,)).fetchone()
    if row is None or row[0] != head.hash:
        zh = f"记录中没有第 {head.seq} 条 {head.hash[:12]}…：末尾被截去，或历史被改写"
        yield Fault("head_lost", f"decision {head.seq}", zh, f"the log holds no row {head.seq} {head.hash[:12]}…: its end was cut off, or its past rewritten")


def _unreadable(where: str, error: Exception) -> Fault:
    return Fault("unreadable", where, f"{where} 无法读取（{error}）", f"{where} cannot be read ({error})")


def check_bundle(folder: Path, *, quick: bool = False, head: Head | None = None) -> list[Fault]:
    """Everything an unpacked bundle must hold: every file as the manifest lists it, no other, and the casebook with the head it names."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files, told = dict(manifest["files"]), Head(int(manifest["head"]["seq"]), str(manifest["head"]["hash"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [_unreadable(MANIFEST, error)]
    faults = []
    if manifest.get("bundle") != BUNDLE:
        faults.append(Fault("not_a_bundle", MANIFEST, f"不是 {BUNDLE} 格式", f"not of the format {BUNDLE}"))
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {MANIFEST}
    for name in sorted(there | files.keys()):
        if name not in files:
            faults.append(Fault("file_unlisted", name, f"{name} 不在清单中", f"{name} is not in the manifest"))
        elif name not in there:
            faults.append(Fault("file_missing", name, f"缺少文件 {name}", f"{name} is missing"))
        elif hash_file(folder / name) != files[name]["sha256"]:
            faults.append(Fault("file_changed", name, f"{name} 的内容与清单不符", f"{name} is not what the manifest lists"))
    if CASEBOOK in there:
        faults += check_file(folder / CASEBOOK, quick=quick, head=told)
        faults += check_file_head(folder / CASEBOOK, told)
        if head is not None:
            faults += [fault for fault in check_file(folder / CASEBOOK, quick=True, head=head) if fault.code == "head_lost"]
    return faults


def check_file_head(path: Path, told: Head) -> list[Fault]:
    """That a casebook ends with the row it is said to end with."""
    found = read_head(path)
    if found == told:
        return []
    zh = f"案卷末条为 {found.seq}，清单写的是 {told.seq}"
    return [Fault("head_differs", path.name, zh, f"the casebook ends with row {found.seq}, the manifest says {told.seq}")]


def read_head(path: Path) -> Head:
    """The newest row of a casebook file; seq 0 where the log is empty or cannot be read."""
    try:
        with closing(connect(path)) as base:
            row = base.execute("SELECT seq, hash FROM decision ORDER BY seq DESC LIMIT 1").fetchone()
            return Head(*(row or (0, base.execute("SELECT v FROM meta WHERE k = 'genesis'").fetchone()[0])))
    except (*UNREADABLE, LookupError, TypeError):
        return Head(0, "")


def hash_file(path: Path) -> str:
    """SHA-256 of a file. Never of a casebook that is in use here: closing it would drop the locks of SQLite."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def unpack(file: Path, folder: Path) -> None:
    """Unpack a bundle: the files of its manifest and nothing else, nowhere else, no larger than listed.

    Raises
    ------
    ValueError
        It is no bundle, or holds a file that its manifest does not list so.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            listed = {MANIFEST: archive.getinfo(MANIFEST).file_size, **{name: int(f["bytes"]) for name, f in manifest["files"].items()}}
            for entry in archive.infolist():
                _unpack_one(archive, entry, listed, folder)
    except (zipfile.BadZipFile, KeyError, TypeError, AttributeError, OSError, EOFError, NotImplementedError) as error:
        raise ValueError(f"{file.name}: {error}") from error


def _unpack_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, listed: Mapping[str, int], folder: Path) -> None:
    target = (folder / entry.filename).resolve()
    if entry.filename not in listed or entry.file_size != listed[entry.filename] or folder.resolve() not in target.parents:
        raise ValueError(f"{entry.filename} is not listed so in the manifest")
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("xb") as out:
        while block := source.read(1 << 20):
            out.write(block)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prove what is named on the command line; 0 where everything holds, 1 where something does not."""
    parser = argparse.ArgumentParser(description="核对案卷包或案卷。 Prove a bundle or a casebook of doorplate.")
    parser.add_argument("target", nargs="?", type=Path, default=Path(__file__).resolve().parent, help="案卷包、其解压目录或案卷文件 bundle, its folder, or casebook")
    parser.add_argument("--head", metavar="SEQ:HASH", help="清单上印的链首 head printed on an exported list")
    parser.add_argument("--quick", action="store_true", help="不核对已发布结果 leave out the published runs")
    given = parser.parse_args(arguments)
    head = None
    if given.head:
        seq, _, printed = given.head.partition(":")
        head = Head(int(seq), printed.strip())
    faults, told = _prove(given.target, quick=given.quick, head=head)
    lines = [f"{fault.code:<18} {fault.where}\n    {fault.zh}\n    {fault.en}" for fault in faults]
    lines.append(f"末条 head {told.seq}:{told.hash}")
    lines.append(f"发现 {len(faults)} 处不符 / {len(faults)} faults" if faults else "全部相符 / everything holds")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if faults else 0


def _prove(target: Path, *, quick: bool, head: Head | None) -> tuple[list[Fault], Head]:
    if target.is_dir():
        return check_bundle(target, quick=quick, head=head), read_head(target / CASEBOOK)
    if not target.is_file():
        return [Fault("file_missing", target.name, f"没有文件 {target.name}", f"there is no file {target.name}")], Head(0, "")
    if not zipfile.is_zipfile(target):
        return check_file(target, quick=quick, head=head), read_head(target)
    with tempfile.TemporaryDirectory() as folder:
        try:
            unpack(target, Path(folder))
        except ValueError as error:
            return [_unreadable(target.name, error)], Head(0, "")
        return check_bundle(Path(folder), quick=quick, head=head), read_head(Path(folder) / CASEBOOK)


if __name__ == "__main__":
    sys.exit(main())
