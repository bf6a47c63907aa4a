"""The result folder of a run: written completely or not at all, equal bytes for equal inputs."""

from __future__ import annotations

import ctypes
import json
import math
import os
import secrets
import shutil
import sqlite3
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyogrio.errors import DataLayerError, DataSourceError

from geo.errors import ResultError
from geo.export.geopackage import LAYERS, write_geopackage
from geo.export.parquet import read_parquet, tabulate, write_parquet, write_rows
from geo.outputs import OUTPUTS
from geo.rules import RULES
from geo.tables import Table, Verification

RESULT = "doorplate/1"
"""Value of `result` in run.json: what a folder is recognised by. The number grows when older readers would misread."""

FILES = (*(f"{table.name}.parquet" for table in OUTPUTS), "findings.gpkg", "run.json")
_SIDE_FILES = tuple(f"findings.gpkg{end}" for end in ("-wal", "-shm", "-journal"))


def write(verification: Verification, out: Path) -> None:
    """Write every table, the GeoPackage and run.json into `out`, completely or not at all.

    All files are finished beside `out` first and take its place in one step. All but `seconds` and `peak_memory_mb` in
    run.json depends on the inputs and the profile alone.

    Parameters
    ----------
    verification
        Result of a run, in the working CRS.
    out
        Folder to make. An existing one is replaced if it is empty or an earlier result; files in it that are not part
        of a result stay.

    Raises
    ------
    ResultError
        `out` is a file or a folder with something else in it: name another folder. Or it cannot be written: no space, no right.
    """
    out = Path(out).resolve()
    _check_free(out)
    try:
        earlier = _replace(verification, out)
    except (OSError, DataSourceError, DataLayerError, sqlite3.DatabaseError) as e:
        raise ResultError(
            f"无法写入 {out.name}（{e}）；原有结果未动。请检查磁盘空间和权限后重新运行",
            f"{out.name} cannot be written ({e}); an earlier result is as it was. Check space and rights, then run again",
        ) from e
    if earlier is not None:
        _keep_what_is_not_ours(earlier, out)


def open_result(out: Path) -> Verification:
    """What a run wrote, with the types it was computed in.

    Parameters
    ----------
    out
        Folder that `write` made.

    Raises
    ------
    ResultError
        The folder is not a complete result: run `doorplate verify` again.
    """
    out = Path(out)
    missing = [name for name in FILES if not (out / name).is_file()]
    if missing or not _is_result(out):
        what = ", ".join(missing) or "run.json"
        raise ResultError(
            f"{out.name} 不是完整的核对结果（缺少或无法识别 {what}），请重新运行 doorplate verify",
            f"{out.name} is not a complete result (missing or unknown: {what}); run doorplate verify again",
        )
    frames: dict[str, Any] = {t.name: read_parquet(out / f"{t.name}.parquet", table=t) for t in OUTPUTS}
    return Verification(**frames, run=json.loads((out / "run.json").read_text(encoding="utf-8")))


def _check_free(out: Path) -> None:
    if not out.exists() or (out.is_dir() and (_is_result(out) or not any(out.iterdir()))):
        return
    raise ResultError(
        f"{out.name} 已存在，且不是核对结果，不会覆盖；请另选一个文件夹",
        f"{out.name} exists and is not a result of doorplate, so it is left alone; name another folder",
    )


def _is_result(folder: Path) -> bool:
    try:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(run, dict) and run.get("result") == RESULT


def _replace(verification: Verification, out: Path) -> Path | None:
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.with_name(f".{out.name}.new-{secrets.token_hex(4)}")
    fresh.mkdir()
    try:
        _fill(verification, fresh)
        _sync(fresh)
        return _put_in_place(fresh, out)
    except BaseException:  # also when the user interrupts: nothing half-written is left behind
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _fill(verification: Verification, folder: Path) -> None:
    with ThreadPoolExecutor(1) as beside:  # Parquet is written without the interpreter, at the same time as the GeoPackage of the same rows
        written = [beside.submit(_write_others, verification, folder)]

        def tabulated(frame: pd.DataFrame, table: Table) -> pa.Table:
            rows = tabulate(frame, table)
            written.append(beside.submit(write_rows, rows, folder / f"{table.name}.parquet"))
            return rows

        write_geopackage(verification, folder / "findings.gpkg", cards=[rule.card for rule in RULES], tabulated=tabulated)
        for table in written:
            table.result()
    run = {**_to_json(verification.run), "result": RESULT}
    text = json.dumps(run, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")


def _write_others(verification: Verification, folder: Path) -> None:
    for table in OUTPUTS:
        if table.name not in LAYERS:
            write_parquet(getattr(verification, table.name), folder / f"{table.name}.parquet", table=table)


def _to_json(value: Any) -> Any:
    """Plain values for JSON: null for not known, days as ISO dates, numbers without their numpy type."""
    if isinstance(value, Mapping):
        return {str(k): _to_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted(_to_json(v) for v in value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if value is pd.NaT or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value


def _sync(folder: Path) -> None:
    # without this a power cut after the rename may leave a complete-looking folder of empty files
    for path in folder.iterdir():
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def _put_in_place(fresh: Path, out: Path) -> Path | None:
    """Make `fresh` be `out`; returns where the earlier folder is now, if there was one."""
    if not out.exists():
        fresh.rename(out)
        return None
    if _exchange(fresh, out):
        return fresh
    earlier = fresh.with_name(fresh.name.replace(".new-", ".old-"))
    out.rename(earlier)
    try:
        fresh.rename(out)
    except OSError:
        earlier.rename(out)
        raise
    return earlier


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step, so that at no moment neither is there; False where the system cannot (renameat2(2))."""
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return renameat2 is not None and renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def _keep_what_is_not_ours(earlier: Path, out: Path) -> None:
    try:
        for path in sorted(earlier.iterdir()):
            if path.name in FILES or path.name in _SIDE_FILES:
                path.unlink()
            else:
                path.rename(out / path.name)
        earlier.rmdir()
    except OSError as e:
        raise ResultError(
            f"新结果已写入 {out.name}，但其中不属于结果的文件未能全部移回（{e}），它们在 {earlier.name}",
            f"the new result is in {out.name}, but files that are not part of it could not all be moved back ({e}); they are in {earlier.name}",
        ) from e
