"""A new delivery of one table: put aside, looked at beside the other tables, taken over on a word. Nothing is overwritten.

A trial is a folder `.trials/<n>` in the project: hard links to the tables in use, the new file in the place of the old
one, and doorplate.toml as it would be. Taking it over moves the replaced files to `replaced/` under a dated name and adds
a line to `deliveries.jsonl`. A run reads a folder of such links too, so that nothing changes under its hands.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from geo.errors import ProjectError
from geo.read import read_settings
from geo.read.settings import NAME as SETTINGS
from geo.read.sniff import SUFFIXES
from geo.tables import INPUT
from views.toml import write_toml

DROP_RATIO = 0.2
"""A delivery with this share fewer rows than the last one of its table is taken over only when somebody says so (intake.md)."""
INBOX, KEPT, TRIALS, LOG = "inbox", "replaced", ".trials", "deliveries.jsonl"
FREE_TIMES = 3
"""Space that must be free: this many times the file."""
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_ALSO = {"addresses": ("addresses", "register")}


@dataclass(frozen=True)
class Trial:
    """A delivery put aside: its folder, the table it is for, the name it came under, and the new file."""

    folder: Path
    role: str
    came_as: str
    file: Path

    @property
    def report(self) -> Path:
        """Folder of what the worker understood."""
        return self.folder.with_name(self.folder.name + ".report")


@dataclass(frozen=True)
class Drop:
    """How many rows the last delivery of a table had (None: not known) and the new one has."""

    before_n: int | None
    now_n: int

    @property
    def ratio(self) -> float:
        """Share of rows that are gone; 0 where there are more, or where nothing is known."""
        return max(0.0, 1 - self.now_n / self.before_n) if self.before_n else 0.0

    @property
    def asks(self) -> bool:
        """Whether somebody must say that this is right."""
        return self.ratio > DROP_RATIO


def inbox(project: Path) -> list[Path]:
    """Files somebody laid into the project's inbox, by name; links out of it are not followed."""
    where = project / INBOX
    found = where.iterdir() if where.is_dir() else []
    return sorted(p for p in found if p.is_file() and not p.is_symlink() and p.suffix.lower() in SUFFIXES)


def files_of(project: Path, role: str) -> list[Path]:
    """The files in use for a table: those doorplate.toml names, else the one called like the table, with all its parts."""
    named = read_settings(project).source(role).files
    found = sorted(p for n in named for p in project.glob(n)) if named else _called(project, role)
    parts = [q for p in found for q in _parts(p)]
    return list(dict.fromkeys(parts))


def put_aside(project: Path, role: str, name: str, content: bytes | Path, changes: dict[str, Any]) -> Trial:
    """Lay a delivery beside the tables in use, under a name of ours.

    Parameters
    ----------
    project
        Project folder.
    role
        Table it is for, of INPUT.
    name
        Name it came under; only its ending is used, the rest is told.
    content
        What was uploaded, or a file of the inbox.
    changes
        What doorplate.toml shall say of this table instead: encoding, crs, layer, columns; a value of None takes a key away.

    Raises
    ------
    ProjectError
        The ending is not one of a table, or there is no space.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        known = "、".join(SUFFIXES)
        raise ProjectError(
            f"不支持 {suffix or '没有扩展名的'} 文件；可用：{known}",
            f"{suffix or 'no ending'} is not supported; there are: {', '.join(SUFFIXES)}",
        )
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    if shutil.disk_usage(project).free < FREE_TIMES * size:
        raise ProjectError("磁盘空间不足，请先清理再接入", "there is not enough space on the disk; free some first")
    folder = project / TRIALS / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    old = set(files_of(project, role))
    _link(folder, (p for p in _in_use(project) if p not in old))
    file = folder / f"{role}{suffix}"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        shutil.copyfile(content, file)
    if suffix == ".shp" and isinstance(content, Path):
        for part in _parts(content)[1:]:
            shutil.copyfile(part, file.with_suffix(part.suffix.lower()))
    write_toml(folder / SETTINGS, _changed(project, role, changes))
    return Trial(folder, role, Path(name).name, file)


def take_over(project: Path, trial: Trial, *, by: str, report: dict[str, Any], drop: Drop, confirmed: bool, now: datetime | None = None) -> list[str]:
    """Make the delivery the table in use; returns the names the replaced files are kept under.

    `now` is the time that is noted, where it is not the machine's.

    Raises
    ------
    ProjectError
        The rows fell by more than a fifth and nobody confirmed it.
    """
    if drop.asks and not confirmed:
        raise ProjectError("行数比上次少两成以上，须先确认", "a fifth of the rows is gone; somebody has to confirm that first")
    now = now or datetime.now().astimezone()
    kept = [_keep(project, old, now) for old in files_of(project, trial.role)]
    if (project / SETTINGS).is_file():
        kept.append(_keep(project, project / SETTINGS, now))
    for part in _parts(trial.file):
        part.rename(project / part.name)
    (trial.folder / SETTINGS).rename(project / SETTINGS)
    line = {
        "at": now.isoformat(timespec="seconds"), "by": by, "role": trial.role, "came_as": trial.came_as, "file": trial.file.name,
        "sha256": [one["sha256"] for one in report["files"]], "rows_read": report["read_n"], "accepted": report["accepted_n"],
        "refused": report["refused_n"], "rows_before": drop.before_n, "drop_confirmed": bool(drop.asks and confirmed), "kept_as": kept,
    }  # fmt: skip
    with (project / LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")
        log.flush()
        os.fsync(log.fileno())
    drop_trial(trial)
    return kept


def drop_trial(trial: Trial) -> None:
    """Forget a delivery that was put aside; the tables in use are untouched."""
    shutil.rmtree(trial.folder, ignore_errors=True)
    shutil.rmtree(trial.report, ignore_errors=True)


def deliveries(project: Path) -> list[dict[str, Any]]:
    """Every delivery that was taken over, the newest first."""
    path = project / LOG
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [json.loads(line) for line in reversed(lines) if line.strip()]


def drop(project: Path, role: str, now_n: int, inputs: Iterable[dict[str, Any]]) -> Drop:
    """The new number of rows against the last delivery of the table, else against the last run's record of its inputs."""
    last = next((int(one["rows_read"]) for one in deliveries(project) if one["role"] == role), None)
    counted = [int(one["rows_read"]) for one in inputs if one.get("table") == role]
    return Drop(last if last is not None else sum(counted) if counted else None, now_n)


def run_folder(project: Path) -> Path:
    """A folder of links to the tables in use, for one run; the caller removes it."""
    folder = project / TRIALS / f"run-{secrets.token_hex(4)}" / project.resolve().name
    _link(folder, _in_use(project))
    if (project / SETTINGS).is_file():
        shutil.copyfile(project / SETTINGS, folder / SETTINGS)
    return folder


def settings_text(project: Path) -> dict[str, Any]:
    """doorplate.toml as it stands; {} where there is none."""
    path = project / SETTINGS
    return tomllib.loads(path.read_text(encoding="utf-8-sig")) if path.is_file() else {}


def save_settings(project: Path, told: dict[str, Any]) -> None:
    """Write doorplate.toml; the former one is kept under a dated name."""
    path = project / SETTINGS
    if path.is_file():
        _keep(project, path, datetime.now().astimezone())
    write_toml(path, told)


def _changed(project: Path, role: str, changes: dict[str, Any]) -> dict[str, Any]:
    told = settings_text(project)
    source = dict(told.get("sources", {}).get(role, {}))
    source.pop("file", None)
    source = {k: v for k, v in {**source, **changes}.items() if v not in (None, "", {})}
    sources = {k: v for k, v in {**told.get("sources", {}), role: source}.items() if v}
    told.pop("sources", None)
    return {**told, "sources": sources} if sources else told


def _called(project: Path, role: str) -> list[Path]:
    names = _ALSO.get(role, (role,))
    return sorted(p for p in project.iterdir() if p.is_file() and p.stem.lower() in names and p.suffix.lower() in SUFFIXES)


def _parts(file: Path) -> list[Path]:
    """A file, and where it is a shapefile the parts beside it."""
    if file.suffix.lower() != ".shp":
        return [file]
    beside = [p for p in file.parent.iterdir() if p.stem == file.stem and p.suffix.lower() in _SHAPEFILE and p != file]
    return [file, *sorted(beside)]


def _in_use(project: Path) -> list[Path]:
    every = [p for role in INPUT for p in files_of(project, role)]
    profiles = sorted(project.glob("*.toml"))
    return list(dict.fromkeys([*every, *(p for p in profiles if p.name != SETTINGS)]))


def _link(folder: Path, files: Iterable[Path]) -> None:
    folder.mkdir(parents=True)
    for file in files:
        try:
            os.link(file, folder / file.name)
        except OSError:  # another file system, or one without links
            shutil.copyfile(file, folder / file.name)


def _keep(project: Path, file: Path, now: datetime) -> str:
    where = project / KEPT
    where.mkdir(exist_ok=True)
    plain = re.sub(r"[^\w.\-]", "_", file.name)
    target = where / f"{now:%Y%m%d-%H%M%S}_{plain}"
    number = 1
    while target.exists():
        number += 1
        target = where / f"{now:%Y%m%d-%H%M%S}-{number}_{plain}"
    file.rename(target)
    return target.relative_to(project).as_posix()
