"""One process that decides and reads layers with GDAL beside it, then dies: `python -m tests.durability.beside CASEBOOK LAYER READS VICTIM`.

VICTIM is what the reads open: `layer` the GeoPackage, as the product does; `casebook` the casebook itself, past the guard,
which is the accident this is all about. Each acknowledged decision is one line on standard output; at the end it kills itself.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path

import fiona
import geopandas
import pyogrio

from geo.casebook import open_casebook
from geo.read.held import refuse_held
from tests.durability.towns import finding_ids, note

READERS = (
    lambda path: geopandas.read_file(path),
    lambda path: pyogrio.read_dataframe(path),
    lambda path: len(fiona.open(path)),
    lambda path: sqlite3.connect(path).execute("SELECT count(*) FROM plates").fetchone(),
)


def main(casebook: Path, layer: Path, reads: int, victim: str) -> None:
    """Decide, read after every tenth part, decide on, die."""
    book = open_casebook(casebook)
    ids = finding_ids(10)
    versions = {i: book.case(i).version for i in ids}
    decisions_n = 100
    for n in range(decisions_n):
        finding_id = ids[n % len(ids)]
        receipt = book.decide(note(finding_id, versions[finding_id]))
        versions[finding_id] = receipt.version
        sys.stdout.write(f"{receipt.seq} {receipt.hash}\n")
        sys.stdout.flush()
        if victim == "layer":
            for turn in range(reads * n // decisions_n, reads * (n + 1) // decisions_n):
                refuse_held(layer)
                READERS[turn % len(READERS)](layer)
        elif n == 19:
            _read_past_the_guard(casebook)
    os.kill(os.getpid(), signal.SIGKILL)


def _read_past_the_guard(casebook: Path) -> None:
    try:
        pyogrio.read_dataframe(casebook, layer="decision", read_geometry=False)
    except pyogrio.errors.DataSourceError as error:
        sys.stderr.write(f"{error}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
