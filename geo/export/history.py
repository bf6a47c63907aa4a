"""What earlier runs counted: the tallies of every run, kept beside the newest result, so that a trend can be shown.

A result folder holds one run; the next one takes its place, but files that are not part of a result stay. A run that
was never remembered is absent from the trend: unknown, not zero. Runs of the casebook carry what became of findings, not
the tallies, so they cannot draw this line.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import ResultError
from geo.export.parquet import read_parquet
from geo.outputs import METRICS, OUTPUT
from geo.ranking import OF_PEOPLE, TOTAL
from geo.suppression import hidden, total_hidden

FILE = "history.csv"
COLUMNS = ("as_of", "digest", "village_code", "metric", "n", "d")


def remember(folder: Path, *, as_of: str) -> bool:
    """Note the tallies of the run that is in the folder; looked at again, the newest run is not noted twice.

    Parameters
    ----------
    folder
        Result folder.
    as_of
        The day the run means by today, ISO. Runs of one day are all kept, in the order in which they were noted: data are
        delivered, mended and verified again within a day, and a project may be of one day for ever.

    Returns
    -------
    Whether the run was new.

    Raises
    ------
    ResultError
        The folder cannot be written to.
    """
    known = history(folder)
    digest = run_digest(folder)
    if len(known) and (known["digest"].iloc[-1], known["as_of"].iloc[-1]) == (digest, as_of):
        return False
    tallies = read_parquet(folder / "tallies.parquet", table=OUTPUT["tallies"])
    parts = [
        pd.DataFrame(
            {"village_code": tallies["village_code"].fillna(""), "metric": m.name, "n": tallies[f"{m.name}_n"], "d": tallies[f"{m.name}_d"]}
        )
        for m in METRICS
        if f"{m.name}_n" in tallies
    ]
    new = pd.concat(parts).dropna(subset=["n", "d"]).assign(as_of=as_of, digest=digest)
    _replace(pd.concat([known, new[list(COLUMNS)]], ignore_index=True), folder / FILE)
    return True


def history(folder: Path) -> pd.DataFrame:
    """Every run remembered: COLUMNS, in the order in which runs were noted. None remembered: no rows."""
    path = folder / FILE
    if not path.is_file():
        return pd.DataFrame({c: pd.Series(dtype="float64" if c in ("n", "d") else "str") for c in COLUMNS})
    types = {c: "float64" if c in ("n", "d") else "str" for c in COLUMNS}
    return pd.read_csv(path, dtype=types, keep_default_na=False, na_values={"n": [""], "d": [""]})


def run_digest(folder: Path) -> str:
    """What a run is known by: the first digits of the digest of its tallies and buildings."""
    digest = hashlib.sha256()
    for name in ("tallies.parquet", "buildings.parquet"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]


def trend(known: pd.DataFrame, metric: str, *, village_code: str) -> pd.DataFrame:
    """One metric of one village (or `total`) over the runs: as_of, of_day (1 for the first run of a day), n, d, ratio; oldest first.

    ratio is null where d is zero. Of people, a run in which the village was withheld has no numbers either.
    """
    runs = known[known["metric"] == metric].assign(noted=_noted(known))
    rows = runs[runs["village_code"] == village_code].sort_values(["as_of", "noted"])
    out = rows[["as_of", "n", "d"]].assign(ratio=rows["n"] / rows["d"].where(rows["d"] > 0))
    if metric in OF_PEOPLE:
        out.loc[[_concealed(runs[runs["noted"] == one], village_code) for one in rows["noted"]], ["n", "d", "ratio"]] = np.nan
    out.insert(1, "of_day", out.groupby("as_of").cumcount() + 1)
    return out.reset_index(drop=True)


def _noted(known: pd.DataFrame) -> pd.Series:
    """Which run each row is of, counted from the first that was noted: a run that says what an earlier one said is one of its own."""
    begins = (known[["as_of", "digest"]] != known[["as_of", "digest"]].shift()).any(axis=1)
    return begins.cumsum()


def run_name(as_of: str, of_day: int, language: str) -> str:
    """What a run is called in a trend: its day, and which of that day's runs it is from the second on."""
    if of_day == 1:
        return as_of
    return f"{as_of} 第{of_day}次" if language == "zh" else f"{as_of}, run {of_day}"


def _concealed(run: pd.DataFrame, village_code: str) -> bool:
    villages = run[run["village_code"] != TOTAL].set_index("village_code")
    if village_code == TOTAL:
        return total_hidden(villages["n"], villages["d"])
    return bool(hidden(villages["n"], villages["d"])[village_code])


def _replace(table: pd.DataFrame, path: Path) -> None:
    """Write beside, then rename: a reader sees the old table or the new one, never half of it."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        table.sort_values(["as_of", "metric", "village_code"], kind="stable").to_csv(fresh, index=False, lineterminator="\n")
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as e:
        fresh.unlink(missing_ok=True)
        raise ResultError(f"历史统计无法写入（{e}）", f"the history of tallies cannot be written ({e})") from e
