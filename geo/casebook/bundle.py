"""One file that holds all of a project's decisions and can be proved anywhere with Python alone."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from geo.casebook import verifier
from geo.casebook.backup import copy, put_safely, writing_copies
from geo.casebook.book import Casebook
from geo.casebook.fsck import fsck
from geo.casebook.verifier import BUNDLE, CASEBOOK, MANIFEST, check_bundle, connect, hash_file, read_head
from geo.errors import CasebookDamaged, ResultError
from geo.export.result import FILES

SUFFIX = ".dpv.zip"
RESULT = "result"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip needs a time; the moment of a bundle is in its manifest
_README = """门楼牌核对 案卷包 · a bundle of doorplate

town.casebook   案卷：全部决定（只增不改，逐条链接） / every decision, append-only, chained
result/         最近一次核对结果，findings.gpkg 可用 QGIS 打开 / result of a run; findings.gpkg opens in QGIS
anchors.txt     历次导出清单上印的链首 / heads printed on every list that left
manifest.json   文件清单与校验值 / every file with its SHA-256
verify.py       核验程序，只需 Python 3.9 以上 / proves all this with Python 3.9 or newer, nothing else

核验 / prove:   python3 verify.py
对照清单 / a head on paper:   python3 verify.py --head 序号:链值
恢复 / restore: doorplate restore 本文件 新文件夹

本包自相一致并不证明末尾未被整体重写；请与他部门手中清单上的链首对照。
That a bundle agrees with itself does not show that its end was not rewritten as a whole: compare a head another office holds.
"""
_ANCHORS = """
SELECT e.seq, d.at, e.kind, e.scope, e.rows_n, e.head_seq, e.head_hash, e.sha256 FROM export_log e JOIN decision d ON d.seq = e.seq ORDER BY e.seq
"""
_RUNS = "SELECT run_id, published_at, as_of, tool_version, rules_hash, inputs_hash, result_hash FROM run WHERE status = 'published' ORDER BY run_id"


def bundle(book: Casebook, result_folder: Path | None, file: Path) -> Path:
    """Write a bundle: casebook, manifest, result with findings.gpkg, anchors and verifier in one file.

    It holds the counts of persons that the casebook and the result hold: it goes to whoever may see them, nobody else.

    Parameters
    ----------
    book
        Open; people may go on deciding, the bundle is of one moment.
    result_folder
        A result of `doorplate verify`; null leaves it out.
    file
        The file, `*.dpv.zip`; of a folder, `<name>_<day>.dpv.zip` in it.

    Returns
    -------
    The bundle: proved before it got its name; written completely or not at all.

    Raises
    ------
    CasebookDamaged
        The copy does not hold what it must.
    ResultError
        The folder is no complete result.
    CasebookFull, CasebookReadOnly
        The file cannot be written.
    """
    now = datetime.fromisoformat(book.store.now())
    name = book.store.where.stem if isinstance(book.store.where, Path) else "casebook"
    target = Path(file) / f"{name}_{now:%Y%m%d}{SUFFIX}" if Path(file).is_dir() else Path(file)
    with writing_copies(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".bundle-") as work:
            folder = Path(work) / "bundle"
            _gather(book, result_folder, folder, made_at=now.isoformat())
            if faults := [*check_bundle(folder), *fsck(folder / CASEBOOK, quick=True)]:
                raise CasebookDamaged(
                    f"案卷包未通过核验（{len(faults)} 处，如：{faults[0].zh}），未写出。", f"The bundle does not hold ({len(faults)} faults, such as: {faults[0].en})."
                )
            part = Path(work) / "part"
            pack(folder, part)
            put_safely(part, target)
    return target


def _gather(book: Casebook, result_folder: Path | None, folder: Path, *, made_at: str) -> None:
    folder.mkdir()
    copy(book, folder / CASEBOOK)
    if result_folder is not None:
        missing = [name for name in FILES if not (result_folder / name).is_file()]
        if missing:
            listed = ", ".join(missing)
            raise ResultError(f"{result_folder.name} 不是完整的核对结果（缺少 {listed}）", f"{result_folder.name} is not a complete result (missing {listed})")
        (folder / RESULT).mkdir()
        for name in FILES:
            shutil.copyfile(result_folder / name, folder / RESULT / name)
    shutil.copyfile(verifier.__file__, folder / "verify.py")
    (folder / "README.txt").write_text(_README, encoding="utf-8")
    with closing(connect(folder / CASEBOOK)) as base:
        base.row_factory = sqlite3.Row
        (folder / "anchors.txt").write_text(_anchors(base, folder), encoding="utf-8")
        facts = _facts(base, folder, made_at=made_at)
    text = json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _anchors(base: sqlite3.Connection, folder: Path) -> str:
    """Every head that left with a list, oldest first, and the newest of all."""
    lines = [
        f"{row['head_seq']}:{row['head_hash']}  {row['at'][:16].replace('T', ' ')}  {row['kind']}  {row['scope']}  {row['rows_n']} 行 rows  sha256 {row['sha256']}"
        for row in base.execute(_ANCHORS)
    ]
    head = read_head(folder / CASEBOOK)
    return "\n".join([*lines, f"{head.seq}:{head.hash}  末条 newest"]) + "\n"


def _facts(base: sqlite3.Connection, folder: Path, *, made_at: str) -> dict[str, Any]:
    head = read_head(folder / CASEBOOK)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {
        "bundle": BUNDLE,
        "made_at": made_at,
        "tables_version": base.execute("SELECT version_num FROM alembic_version").fetchone()[0],
        "project_id": base.execute("SELECT v FROM meta WHERE k = 'project_id'").fetchone()[0],
        "head": {"seq": head.seq, "hash": head.hash},
        "runs": [dict(row) for row in base.execute(_RUNS)],
        "files": {p.relative_to(folder).as_posix(): {"sha256": hash_file(p), "bytes": p.stat().st_size} for p in files},
    }


def pack(folder: Path, file: Path) -> None:
    """All files of a folder in one archive: equal files give equal bytes."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.file_size = os.path.getsize(path)  # noqa: PTH202 - tells the archive whether it needs 64-bit sizes
            with path.open("rb") as source, archive.open(entry, "w") as out:
                shutil.copyfileobj(source, out, 1 << 20)
