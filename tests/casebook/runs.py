"""Small results drawn in code, written as a folder that `publish` takes: no verification is run for them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point, box

from geo.export.parquet import write_parquet
from geo.export.result import RESULT
from geo.outputs import OUTPUTS
from geo.rules import RULES
from geo.tables import COUNTS, Table
from tests.casebook.filling import V1, V2

CRS = "EPSG:4544"
X, Y = 600_000.0, 3_275_000.0
CARDS = {rule.card.code: rule.card for rule in RULES}
ROWS_N = {"villages": 2, "population": 30, "streets": 3, "demolitions": 25, "buildings_previous": 30, "crosswalk": 2}
Rows = list[dict[str, Any]]


@dataclass
class Result:
    """What a run found: thirty houses in two villages with plate and address each, and the findings a test puts on them.

    House n is building Bn, plate Pn, address An with key `village|街||n`; its place is irregular, so that no shift of the
    grid maps it onto itself.
    """

    buildings: Rows = field(default_factory=list)
    plates: Rows = field(default_factory=list)
    addresses: Rows = field(default_factory=list)
    findings: Rows = field(default_factory=list)
    villages: list[str] = field(default_factory=lambda: [V1, V2])
    rows_n: dict[str, int] = field(default_factory=lambda: dict(ROWS_N))
    as_of: str = "2026-06-30"
    crs: str = CRS

    @classmethod
    def town(cls, houses_n: int = 30) -> Result:
        out, chance = cls(), np.random.default_rng(7)
        for n in range(houses_n):
            village = V1 if n < houses_n / 2 else V2
            x, y = 25.0 * (n % 6) + chance.uniform(0, 8), 30.0 * (n // 6) + chance.uniform(0, 8)
            w, d = chance.uniform(8, 13), chance.uniform(8, 13)
            out.buildings.append({"building_id": f"B{n}", "village_code": village, "at": (x, y, w, d)})
            out.plates.append({"plate_id": f"P{n}", "key": f"{village}|街||{n}", "village_code": village, "building_id": f"B{n}"})
            out.addresses.append({"address_id": f"A{n}", "key": f"{village}|街||{n}", "village_code": village, "building_id": f"B{n}", "count": (0, 0, 0, 0, 0)})
        return out

    def find(self, code: str, subject_id: str, said: str = "", **columns: Any) -> Result:
        """One more finding; its village is that of its object."""
        subject = columns.pop("subject", CARDS[code].subject)
        rows = {"building": self.buildings, "plate": self.plates, "address": self.addresses}.get(subject, [])
        village = next((r["village_code"] for r in rows if r[f"{subject}_id"] == subject_id), None)
        base = {"code": code, "subject": subject, "subject_id": subject_id, "village_code": village, "related": [], "certainty": "certain"}
        words = {"detail_zh": said or f"{subject_id} 待核", "detail_en": f"{subject_id} to be looked at"}
        self.findings.append({**base, **words, "office": CARDS[code].office, "severity": CARDS[code].severity, **columns})
        return self

    def without(self, *ids: str) -> Result:
        """The town lacking some objects, and every finding about them."""
        for rows, key in ((self.buildings, "building_id"), (self.plates, "plate_id"), (self.addresses, "address_id"), (self.findings, "subject_id")):
            rows[:] = [r for r in rows if r[key] not in ids]
        return self

    def change(self, object_id: str, **columns: Any) -> Result:
        """Other values for one object or, by its subject, one finding."""
        for rows, key in ((self.findings, "subject_id"), (self.buildings, "building_id"), (self.plates, "plate_id"), (self.addresses, "address_id")):
            for row in rows:
                if row[key] == object_id:
                    row.update({k: v for k, v in columns.items() if k in row})
        return self

    def rename(self, letter: str, new: str, *, words: bool = True) -> Result:
        """Every id of one kind under another: B7 -> <new>7, also in the findings."""
        def other(i: str) -> str:
            return f"{new}{i[len(letter) :]}" if i.startswith(letter) and i[len(letter) :].isdigit() else i

        for rows in (self.buildings, self.plates, self.addresses):
            for row in rows:
                row.update({k: other(v) for k, v in row.items() if k.endswith("_id")})
        for row in self.findings:
            row["detail_zh"] = row["detail_zh"].replace(row["subject_id"], other(row["subject_id"])) if words else row["detail_zh"]
            row["subject_id"], row["related"] = other(row["subject_id"]), [other(i) for i in row["related"]]
        return self

    def redraw(self, dx: float, dy: float, *, noise_m: float = 0.0, seed: int = 1) -> Result:
        """A new survey: every outline moved as a whole, and each by itself."""
        chance = np.random.default_rng(seed)
        for row in self.buildings:
            x, y, w, d = row["at"]
            row["at"] = (x + dx + chance.normal(0, noise_m), y + dy + chance.normal(0, noise_m), w, d)
        return self

    def write(self, folder: Path) -> Path:
        """The folder of this result, without a map."""
        folder.mkdir(parents=True, exist_ok=True)
        frames = self._frames()
        for table in OUTPUTS:
            write_parquet(_filled(table, frames.get(table.name, []), self.crs), folder / f"{table.name}.parquet", table=table)
        (folder / "findings.gpkg").write_bytes(b"")
        (folder / "run.json").write_text(json.dumps(self._run(), sort_keys=True), encoding="utf-8")
        return folder

    def _frames(self) -> dict[str, Rows]:
        places = {r["building_id"]: Point(X + r["at"][0], Y + r["at"][1]) for r in self.buildings}
        buildings = [{**r, "geometry": box(X + r["at"][0], Y + r["at"][1], X + r["at"][0] + r["at"][2], Y + r["at"][1] + r["at"][3])} for r in self.buildings]
        for row in buildings:
            row.pop("at")
        plates = [{**r, "geometry": places.get(r["building_id"])} for r in self.plates]
        addresses = [{k: v for k, v in r.items() if k != "count"} | {"geometry": places.get(r["building_id"])} for r in self.addresses]
        counted = [r for r in self.addresses if r.get("count") is not None]
        occupancy = [
            {"row": f"population:#{r['address_id']}", "scope": "house", "house": r["address_id"], "address_id": r["address_id"], "counted_on": pd.Timestamp("2026-06-20")}
            | dict(zip(COUNTS, r["count"], strict=True))
            for r in counted
        ]
        houses = [
            {"house": r["address_id"], "kind": "address", "name": r["address_id"], "village_code": r["village_code"], "needs_count": True, "counted": r.get("count") is not None}
            for r in self.addresses
        ]
        findings = [
            {**r, "finding_id": hashlib.sha256(f"{r['code']}\n{r['subject']}\n{r['subject_id']}".encode()).hexdigest()[:16], "geometry": Point(X, Y)} for r in self.findings
        ]
        villages = [{"village_code": v, "name": v, "geometry": box(X - 500, Y - 500, X + 500, Y + 500)} for v in self.villages]
        return {"buildings": buildings, "plates": plates, "addresses": addresses, "occupancy": occupancy, "houses": houses, "findings": findings, "villages": villages}

    def _run(self) -> dict[str, Any]:
        own = {"buildings": len(self.buildings), "plates": len(self.plates), "addresses": len(self.addresses)}
        inputs = [{"table": t, "file": f"{t}.csv", "sha256": "0" * 64, "kept": n} for t, n in (own | self.rows_n).items()]
        thresholds = {"fresh_days": 30}
        return {"result": RESULT, "tool_version": "test", "profile": "default", "as_of": self.as_of, "inputs": inputs, "thresholds": thresholds, "seconds": {"read": 1.0}}


def _filled(table: Table, rows: Rows, crs: str) -> pd.DataFrame:
    """The rows with every required column; what a test does not care for is plain."""
    plain = {"bool": False, "count": 0.0, "number": 0.0, "ratio": 0.0, "ids": []}
    data = {}
    for c in table.columns:
        default = (c.choices[0] if c.choices else plain.get(c.kind, "-")) if c.required and c.null == "unknown" else ([] if c.kind == "ids" else None)
        values = [r.get(c.name, default) for r in rows]
        data[c.name] = pd.Series(values, dtype="object" if c.kind == "ids" else ("float64" if c.kind in ("count", "number", "ratio") else None))
        if c.kind in ("id", "text", "choice"):
            data[c.name] = data[c.name].astype("str")
    frame = pd.DataFrame(data)
    if table.geometry == "none":
        return frame
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([r.get("geometry") for r in rows], crs=crs))
