"""The spatial index of a GeoPackage layer, packed at once: an R-tree of full nodes as SQLite stores it.

GDAL reads every row it has just written again and puts one box after the other into a tree: half the time of a layer. All
boxes are known here, so they are sorted into tiles (Leutenegger et al., STR: a simple and efficient algorithm for R-tree
packing, 1997) and the nodes are written as they are kept; https://www.sqlite.org/rtree.html, section "Shadow Tables".
"""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from string import Template

import numpy as np
import numpy.typing as npt

CELLS_N = 51
"""Most boxes in a node of SQLite."""
PART_N = 100_000
"""Rows handed to the database at a time, so that their text stays small in memory."""
_CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])

_EXTENSIONS = """
CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT,column_name TEXT,extension_name TEXT NOT NULL,definition TEXT NOT NULL,
scope TEXT NOT NULL,CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))
"""
_EXTENSION = """
INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')
"""
_INDEX = Template('CREATE VIRTUAL TABLE "rtree_${layer}_geom" USING rtree(id, minx, maxx, miny, maxy)')
_NODES = Template('INSERT OR REPLACE INTO "rtree_${layer}_geom_node" VALUES (?, ?)')
_PARENTS = Template('INSERT INTO "rtree_${layer}_geom_parent" VALUES (?, ?)')
_ROWS = Template('INSERT INTO "rtree_${layer}_geom_rowid" SELECT key + ?, value FROM json_each(?) WHERE value > 0')

# what keeps the index true when somebody edits the layer: GeoPackage 1.4, annex F.3
_TRIGGERS = (
    """
CREATE TRIGGER "rtree_${layer}_geom_insert" AFTER INSERT ON "${layer}"
WHEN (NEW."geom" NOT NULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN
INSERT OR REPLACE INTO "rtree_${layer}_geom"
VALUES (NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
""",
    """
CREATE TRIGGER "rtree_${layer}_geom_update6" AFTER UPDATE OF "geom" ON "${layer}"
WHEN OLD."fid" = NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) AND (OLD."geom" NOTNULL AND NOT ST_IsEmpty(OLD."geom")) BEGIN
UPDATE "rtree_${layer}_geom" SET minx = ST_MinX(NEW."geom"), maxx = ST_MaxX(NEW."geom"), miny = ST_MinY(NEW."geom"), maxy = ST_MaxY(NEW."geom")
WHERE id = NEW."fid"; END;
""",
    """
CREATE TRIGGER "rtree_${layer}_geom_update7" AFTER UPDATE OF "geom" ON "${layer}"
WHEN OLD."fid" = NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) AND (OLD."geom" ISNULL OR ST_IsEmpty(OLD."geom")) BEGIN
INSERT INTO "rtree_${layer}_geom"
VALUES (NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
""",
    """
CREATE TRIGGER "rtree_${layer}_geom_update2" AFTER UPDATE OF "geom" ON "${layer}"
WHEN OLD."fid" = NEW."fid" AND (NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom")) BEGIN
DELETE FROM "rtree_${layer}_geom" WHERE id = OLD."fid"; END;
""",
    """
CREATE TRIGGER "rtree_${layer}_geom_update5" AFTER UPDATE ON "${layer}"
WHEN OLD."fid" != NEW."fid" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom")) BEGIN
DELETE FROM "rtree_${layer}_geom" WHERE id = OLD."fid";
INSERT OR REPLACE INTO "rtree_${layer}_geom"
VALUES (NEW."fid", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
""",
    """
CREATE TRIGGER "rtree_${layer}_geom_update4" AFTER UPDATE ON "${layer}"
WHEN OLD."fid" != NEW."fid" AND (NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom")) BEGIN
DELETE FROM "rtree_${layer}_geom" WHERE id IN (OLD."fid", NEW."fid"); END;
""",
    """
CREATE TRIGGER "rtree_${layer}_geom_delete" AFTER DELETE ON "${layer}" WHEN OLD."geom" NOT NULL BEGIN
DELETE FROM "rtree_${layer}_geom" WHERE id = OLD."fid"; END;
""",
)


def can_pack() -> bool:
    """Whether the SQLite of this Python knows R-trees and JSON; every usual build does."""
    with closing(sqlite3.connect(":memory:")) as db:
        try:
            db.execute(_INDEX.substitute(layer="any"))
            db.execute("SELECT key FROM json_each('[1]')")
        except sqlite3.OperationalError:
            return False
    return True


def write_spatial_index(db: sqlite3.Connection, layer: str, bounds: npt.NDArray[np.float64]) -> None:
    """Give a layer without spatial index one, as the GeoPackage extension `gpkg_rtree_index` has it.

    Parameters
    ----------
    db
        The GeoPackage, in a transaction.
    layer
        Name of the layer; its geometry column is `geom`, its rows are numbered from 1 on in column `fid`.
    bounds
        Of each row in turn: min x, min y, max x, max y; NaN where it has no shape.
    """
    db.execute(_INDEX.substitute(layer=layer))
    node_of_row = np.zeros(len(bounds), dtype=np.int64)
    there = np.flatnonzero(~np.isnan(bounds[:, 0]))
    if len(there):
        levels = _pack(there + 1, _outward(bounds[there]))
        node_of_row[there] = levels[0].node_of_entry
        for level in levels:
            db.executemany(_NODES.substitute(layer=layer), zip(level.numbers.tolist(), level.nodes, strict=True))
        for level in levels[1:]:
            db.executemany(_PARENTS.substitute(layer=layer), zip(level.entries.tolist(), level.node_of_entry.tolist(), strict=True))
    for first in range(0, len(bounds), PART_N):
        db.execute(_ROWS.substitute(layer=layer), (first + 1, json.dumps(node_of_row[first : first + PART_N].tolist())))
    db.execute(_EXTENSIONS)
    db.execute(_EXTENSION, (layer,))
    for trigger in _TRIGGERS:
        db.execute(Template(trigger).substitute(layer=layer))


@dataclass(frozen=True)
class _Level:
    """Nodes of one height: number and content of each, and in which of them each entry of the level below lies."""

    numbers: npt.NDArray[np.int64]
    nodes: npt.NDArray[np.uint8]
    entries: npt.NDArray[np.int64]
    node_of_entry: npt.NDArray[np.int64]


def _pack(entries: npt.NDArray[np.int64], boxes: npt.NDArray[np.float32]) -> list[_Level]:
    """Levels of the tree from the leaves to the root, which is node 1."""
    levels: list[_Level] = []
    last = 1
    while not levels or len(levels[-1].numbers) > 1:
        order, begins = _tiles(boxes)
        sizes = np.diff(begins, append=len(order))
        numbers = np.ones(1, dtype=np.int64) if len(begins) == 1 else last + 1 + np.arange(len(begins))
        node_of_entry = np.empty(len(order), dtype=np.int64)
        node_of_entry[order] = np.repeat(numbers, sizes)
        boxes = boxes[order]
        depth = len(levels) if len(begins) == 1 else 0
        levels.append(_Level(numbers, _nodes(entries[order], boxes, begins, sizes, depth), entries, node_of_entry))
        low, high = np.minimum.reduceat(boxes, begins), np.maximum.reduceat(boxes, begins)
        entries, boxes, last = numbers, np.where([True, False, True, False], low, high), last + len(numbers)
    return levels


def _tiles(boxes: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
    """Order of the boxes in which neighbours in space are neighbours, and where in it each node begins: strips from west to east, each cut from south to north."""
    n = len(boxes)
    nodes_n = math.ceil(n / CELLS_N)
    strips_n = math.ceil(math.sqrt(nodes_n))
    x, y = boxes[:, 0] + boxes[:, 1], boxes[:, 2] + boxes[:, 3]
    strip = np.empty(n, dtype=np.int64)
    strip[np.argsort(x, kind="stable")] = np.arange(n) // (CELLS_N * math.ceil(nodes_n / strips_n))
    # evenly filled: a node may not be nearly empty
    return np.lexsort((y, strip)), np.arange(nodes_n) * n // nodes_n


def _nodes(
    entries: npt.NDArray[np.int64], boxes: npt.NDArray[np.float32], begins: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64], depth: int
) -> npt.NDArray[np.uint8]:
    """Nodes as they are stored, a row each: height of the tree (at the root), number of cells, cells."""
    cells = np.zeros((len(begins), CELLS_N), dtype=_CELL)
    node = np.repeat(np.arange(len(begins)), sizes)
    place = np.arange(len(entries)) - begins[node]
    cells["id"][node, place] = entries
    cells["box"][node, place] = boxes
    head = np.column_stack([np.full(len(begins), depth), sizes]).astype(">u2")
    return np.hstack([head.view(np.uint8), cells.view(np.uint8).reshape(len(begins), -1)])


def _outward(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Boxes in the order and precision of the index (min x, max x, min y, max y), never smaller than the shape."""
    exact = bounds[:, [0, 2, 1, 3]]
    boxes = exact.astype(np.float32)
    outside = np.float32(np.inf) * np.array([-1, 1, -1, 1], dtype=np.float32)
    short = np.where([True, False, True, False], boxes > exact, boxes < exact)
    return np.where(short, np.nextafter(boxes, outside), boxes)
