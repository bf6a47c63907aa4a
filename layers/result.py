"""Read a folder that `verify` wrote, once, completely or not at all."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from geo.errors import ResultError
from geo.export import open_result
from geo.tables import PARTS, Verification
from layers.degrees import bounds

EVERYWHERE = "*"
"""The scope of all villages together. A scope is otherwise a village code, "" for objects outside every village."""
KINDS = {"building": "buildings", "plate": "plates", "address": "addresses"}


@dataclass(frozen=True)
class Result:
    """One verified project: its folder, its name, its tables in the working CRS, and where each object is mentioned.

    Objects are found by (kind, id); kind is building, plate or address. It is never changed, so what is worked out of it is
    kept with it and shared by all readers.
    """

    folder: Path
    name: str
    tables: Verification

    @cached_property
    def villages(self) -> dict[str, str]:
        """Village code -> name, in order of the code; "" is there where objects or findings have none."""
        table = self.tables.villages
        codes = table["village_code"].fillna("").astype(str)
        names = table["name"].astype("str").where(table["name"].notna(), codes)
        # Two villages of one name are common in a district; a choice between equal words would be none.
        names = names.where(~names.duplicated(keep=False), names + "（" + codes + "）")
        named = dict(sorted(zip(codes, names, strict=True)))
        tables = (*(self.objects(kind) for kind in KINDS), self.tables.findings)
        if "" not in named and any(bool(table["village_code"].isna().any()) for table in tables):
            named[""] = ""
        return named

    @cached_property
    def frame(self) -> list[list[float]] | None:
        """South-west and north-east corner of the villages, else of the buildings, as [lat, lon] degrees; None where there is neither."""
        return bounds(self.tables.villages) or bounds(self.tables.buildings)

    @cached_property
    def positions(self) -> dict[str, pd.Index]:
        """Kind -> index of its ids, for looking rows up."""
        return {kind: pd.Index(self.objects(kind)[f"{kind}_id"].astype("str")) for kind in KINDS}

    @cached_property
    def mentions(self) -> pd.DataFrame:
        """One row per (finding, object it speaks of): kind, id, finding (position), in order of the findings.

        A related id is taken for the subject's own kind where such an object exists, else for every kind that has it.
        """
        found = self.tables.findings
        lists = [[] if ids is None or isinstance(ids, float) else [str(i) for i in ids] for ids in found["related"]]
        at = np.repeat(np.arange(len(found)), [len(ids) for ids in lists])
        named = pd.Index([i for ids in lists for i in ids], dtype="str")
        subject = found["subject"].astype("str").to_numpy()
        known = {kind: self.positions[kind].get_indexer(named) >= 0 for kind in KINDS}
        same = np.logical_or.reduce([known[kind] & (subject[at] == kind) for kind in KINDS])
        kept = {kind: known[kind] & (~same | (subject[at] == kind)) for kind in KINDS}
        both = pd.DataFrame(
            {
                "kind": np.concatenate([subject, *(np.full(int(rows.sum()), kind, dtype=object) for kind, rows in kept.items())]),
                "id": pd.Index(found["subject_id"].astype("str")).append([named[rows] for rows in kept.values()]),
                "finding": np.concatenate([np.arange(len(found)), *(at[rows] for rows in kept.values())]),
            }
        ).astype({"kind": "str", "id": "str"})
        # Sorted by ranks: texts are compared once per text, not once per row.
        kinds, ids = (pd.factorize(both[c], sort=True)[0] for c in ("kind", "id"))
        order = np.lexsort((ids, kinds, both["finding"].to_numpy()))
        ranks = np.column_stack([both["finding"].to_numpy(), kinds, ids])[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (ranks[1:] != ranks[:-1]).any(axis=1)
        return both.iloc[order[first]].reset_index(drop=True)

    @cached_property
    def captions(self) -> dict[str, pd.Series]:
        """Kind -> its ids and the text each object goes by: what is written; a building goes by its address or plate."""
        written = {}
        for kind in ("plate", "address"):
            table = self.objects(kind)
            text = table["text"].astype("str") if "text" in table else pd.Series(None, index=table.index, dtype="str")
            bare = text.isna().to_numpy()
            parts = table.loc[bare, [c for c in PARTS if c in table]].fillna("").astype("str")
            text[bare] = parts.sum(axis=1).astype("str") if len(parts.columns) and len(parts) else ""
            written[kind] = pd.Series(text.to_numpy(), index=self.positions[kind], dtype="str")
        linked = [
            pd.DataFrame({"id": self.objects(kind)["building_id"].to_numpy(), "t": written[kind].to_numpy(), "by": self.positions[kind]})
            for kind in ("address", "plate")
            if "building_id" in self.objects(kind)
        ]
        named = pd.concat([one.sort_values("by") for one in linked]).dropna(subset="id").drop_duplicates("id") if linked else None
        own = named.set_index("id")["t"] if named is not None else pd.Series(dtype="str")
        written["building"] = own.reindex(self.positions["building"]).fillna("")
        return written

    @cached_property
    def ends(self) -> dict[str, np.ndarray]:
        """Kind -> which object each link ends at, by its place in the table; -1 for none."""
        return {kind: self.positions[kind].get_indexer(pd.Index(self.tables.links[f"{kind}_id"].astype("str"))) for kind in KINDS}

    @cached_property
    def _linked(self) -> dict[str, Rows]:
        return {kind: rows_by(self.tables.links[f"{kind}_id"]) for kind in KINDS}

    @cached_property
    def _spoken(self) -> dict[str, Rows]:
        """Kind -> where the mentions of each of its ids stand."""
        kinds, ids = self.mentions["kind"].to_numpy(), self.mentions["id"]
        return {str(kind): rows_by(ids.where(kinds == kind)) for kind in sorted(set(kinds))}

    @cached_property
    def _found(self) -> Rows:
        return rows_by(self.tables.findings["finding_id"])

    @cached_property
    def kept(self) -> dict[Hashable, Any]:
        """What other modules worked out of this result and keep with it; each under a key of its own."""
        return {}

    def prepare(self) -> None:
        """Work out now what the first click would wait for."""
        _ = (self.villages, self.frame, self.captions, self._spoken, self._linked, self._found, self._rows, self.ends)

    def objects(self, kind: str) -> gpd.GeoDataFrame:
        """The table of one kind of object."""
        table: gpd.GeoDataFrame = getattr(self.tables, KINDS[kind])
        return table

    @cached_property
    def _rows(self) -> dict[str, dict[str, np.ndarray]]:
        tables = (*KINDS.values(), "findings", "villages")
        codes = {table: getattr(self.tables, table)["village_code"].fillna("").astype("str") for table in tables}
        return {table: {str(c): at for c, at in code.groupby(code).indices.items()} for table, code in codes.items()}

    def within(self, table: str, scope: str) -> gpd.GeoDataFrame:
        """Rows of buildings, plates, addresses, findings or villages in a scope, in their order.

        EVERYWHERE keeps all, "" those outside every village; a scope that does not exist has none.
        """
        frame: gpd.GeoDataFrame = getattr(self.tables, table)
        if scope == EVERYWHERE:
            return frame
        if table != "findings":
            return frame.iloc[self.rows(table, scope)]
        # Every run of a page asks for the findings of its village: the same rows serve all.
        if ("within", scope) not in self.kept:
            self.kept["within", scope] = frame.iloc[self.rows(table, scope)]
        return self.kept["within", scope]

    def rows(self, table: str, scope: str) -> np.ndarray:
        """Places of the rows of `within`."""
        if scope == EVERYWHERE:
            return np.arange(len(getattr(self.tables, table)))
        return self._rows[table].get(scope, np.zeros(0, dtype=np.intp))

    def count(self, table: str, scope: str) -> int:
        """How many rows of buildings, plates, addresses, findings or villages lie in a scope."""
        return len(getattr(self.tables, table)) if scope == EVERYWHERE else len(self._rows[table].get(scope, ()))

    def find(self, kind: str, ids: list[str]) -> gpd.GeoDataFrame:
        """Rows of the objects with those ids, in that order; ids that do not exist are absent."""
        at = self.positions[kind].get_indexer(pd.Index(ids, dtype="str"))
        return self.objects(kind).iloc[at[at >= 0]]

    def door(self, kind: str, one_id: str) -> tuple[str, str]:
        """(key, text) of a plate or address; the key is "" where the text names no door, both where there is no such object."""
        at = self.positions[kind].get_indexer(pd.Index([one_id], dtype="str"))[0]
        if at < 0:
            return "", ""
        key = self.objects(kind)["key"].iloc[at]
        return key if isinstance(key, str) else "", str(self.captions[kind].iloc[at])

    def links_at(self, kind: str, one_id: str) -> np.ndarray:
        """Where the links stand in which the object takes part, in the order of the table."""
        return self._linked[kind].of(one_id)

    def findings_of(self, kind: str, one_id: str) -> gpd.GeoDataFrame:
        """Every finding that speaks of the object, the most important first."""
        spoken = self._spoken.get(kind)
        at = spoken.of(one_id) if spoken else np.zeros(0, dtype=np.intp)
        return self.tables.findings.iloc[self.mentions["finding"].to_numpy()[at]]

    def holds(self, finding_ids: pd.Series) -> np.ndarray:
        """Which of the findings with those ids the result holds."""
        held: np.ndarray = self._found.keys.get_indexer(pd.Index(finding_ids.astype("str"))) >= 0
        return held

    def finding(self, finding_id: str) -> gpd.GeoDataFrame:
        """The row of one finding; none where the result does not hold it."""
        return self.tables.findings.iloc[self._found.of(finding_id)]

    def mentioned(self, position: int) -> list[tuple[str, str]]:
        """Every object the finding in that place of the table speaks of, as (kind, id)."""
        first, last = np.searchsorted(self.mentions["finding"].to_numpy(), [position, position + 1])
        rows = self.mentions.iloc[first:last]
        return list(zip(rows["kind"].tolist(), rows["id"].tolist(), strict=True))


@dataclass(frozen=True)
class Rows:
    """Where each key of a column stands: nothing is searched row by row, and nothing is held per key but its place."""

    keys: pd.Index
    order: np.ndarray
    starts: np.ndarray

    def of(self, key: str) -> np.ndarray:
        """Places of the rows with that key, in their order; none where nothing has it."""
        at = self.keys.get_loc(key) if key in self.keys else None
        return self.order[:0] if not isinstance(at, int) else self.order[self.starts[at] : self.starts[at + 1]]


def rows_by(column: pd.Series) -> Rows:
    """Where each key of a column of text stands; nulls stand nowhere."""
    codes, keys = pd.factorize(column.astype("str"))
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(keys) + 1))
    return Rows(pd.Index(keys), order, starts)


def find_results(root: Path) -> tuple[Path, ...]:
    """Folders with a result: `root` itself, or those directly in it, by name; none where nothing was written yet."""
    if (root / "run.json").is_file():
        return (root,)
    if not root.is_dir():
        return ()
    # Every run of a page looks here: reading the folder is several times cheaper than a glob.
    return tuple(sorted(folder for folder in root.iterdir() if (folder / "run.json").exists()))


def load(folder: Path) -> Result:
    """Read one result folder.

    Raises
    ------
    ResultError
        A file is absent or damaged: run `doorplate verify` again into this folder.
    """
    try:
        tables = open_result(folder)
    except (ValueError, KeyError, OSError, pa.ArrowException) as e:
        raise ResultError(
            f"{folder.name} 里的核对结果已损坏，请重新运行 doorplate verify",
            f"the result in {folder.name} is damaged; run doorplate verify again",
        ) from e
    return Result(folder, str(tables.run.get("project") or folder.resolve().name), tables)
