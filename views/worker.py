"""The process that reads files and runs the engine for the app: with limits of its own, so that a bad file fails alone.

    python -m views.worker --memory-mb 4096 --cpu-s 600 inspect TRIAL ROLE REPORT
    python -m views.worker --memory-mb 4096 --cpu-s 3600 verify PROJECT OUT

It tells its progress on stdout, one JSON object a line: {"step", "zh", "en", "n", "of"}; {"refused": {"zh", "en"}} before it
leaves with 2; {"done": true} at the end. Nothing of the data is told.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from geo.errors import DoorplateError

REFUSED, NO_MEMORY = 2, 3
NEAR = 0.85
"""Share of the address space at which an error is taken for a lack of it: a failed request is not counted in the peak."""
SHAPES_N = 4000
"""More shapes are thinned evenly for the small map; the counts are of all."""
_LAYER = {"buildings": "buildings", "buildings_previous": "buildings", "plates": "plates", "addresses": "addresses", "villages": "villages"}


@click.group()
@click.option("--memory-mb", type=int, required=True)
@click.option("--cpu-s", type=int, required=True)
def main(memory_mb: int, cpu_s: int) -> None:
    """Set the limits, then work."""
    sys.excepthook = _leave
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@main.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
def verify(project: Path, out: Path) -> None:
    """Verify a project into a result folder; an earlier result stays until the new one is complete."""
    with _told():
        from geo.pipeline import STEP_NAMES, STEPS
        from views.verify import verify_project

        names = ("read", "standardise", *STEPS, "write")

        def begin(step: str) -> None:
            zh, en = STEP_NAMES[step]
            _tell({"step": step, "zh": zh, "en": en, "n": names.index(step), "of": len(names)})

        verify_project(project, out, on_step=begin)


@main.command()
@click.argument("trial", type=click.Path(path_type=Path))
@click.argument("role")
@click.argument("report", type=click.Path(path_type=Path))
def inspect(trial: Path, role: str, report: Path) -> None:
    """Read one table among the others of its project and report what was understood."""
    with _told():
        from geo.profile import load_profile
        from geo.read import read
        from geo.standardise import standardise

        raw = read(
            trial,
            on_step=lambda table, n, of: _tell({"step": table, "zh": f"读取 {table}", "en": f"read {table}", "n": n - 1, "of": of + 2}),
        )
        profile = load_profile(raw.settings.profile, thresholds=raw.settings.thresholds, base=trial)
        _tell({"step": "standardise", "zh": "标准化", "en": "standardise", "n": len(raw.tables), "of": len(raw.tables) + 2})
        inputs = standardise(raw, profile=profile)
        report.mkdir(parents=True, exist_ok=True)
        for name in ("quarantine", "repairs"):
            table = getattr(inputs, name)
            table[table["table"] == role].reset_index(drop=True).astype("str").to_parquet(report / f"{name}.parquet")
        (report / "scene.json").write_text(json.dumps(_scene(inputs, role), ensure_ascii=False, allow_nan=False), encoding="utf-8")
        (report / "report.json").write_text(
            json.dumps(_report(raw, inputs, role, trial), ensure_ascii=False, allow_nan=False), encoding="utf-8"
        )


def _report(raw: Any, inputs: Any, role: str, trial: Path) -> dict[str, Any]:
    """What was understood of one role: its files, system, columns, rows and the other tables it was read with."""
    from geo.points import PAIR
    from geo.read import headers

    sources = inputs.sources[inputs.sources["table"] == role]
    layers = inputs.layers[inputs.layers["table"] == role]
    table = raw.tables[role]
    columns = [str(c) for c in table.columns if not str(c).startswith("_") and c not in ("geometry", *PAIR) and table[c].notna().any()]
    unread = inputs.repairs[(inputs.repairs["table"] == role) & inputs.repairs["why"].astype("str").str.startswith("column_not_read")]
    written: dict[str, str] = {}
    for name in sources["file"]:
        written |= headers(trial / str(name), role, raw.settings.source(role))
    return {
        "files": json.loads(sources.to_json(orient="records", force_ascii=False)),
        "layer": (json.loads(layers.to_json(orient="records", force_ascii=False)) or [None])[0],
        "crs": inputs.crs,
        "header_line": int(table["_row"].min()) - 1 if len(table) and sources["format"].isin(["csv", "xlsx", "xls"]).all() else None,
        "columns": {c: written.get(c, "") for c in columns} | {c: h for c, h in written.items() if c in ("lon", "lat", "x", "y")},
        "unread": sorted({str(v) for v in unread["before"].dropna()}),
        "geometry": "geometry" in table or set(PAIR) <= set(table),
        "accepted_n": int(sources["kept"].sum()),
        "refused_n": int(sources["quarantined"].sum()),
        "read_n": int(sources["rows_read"].sum()),
        "repaired_n": int((inputs.repairs["table"] == role).sum() - len(unread)),
        "delivered": sorted(inputs.delivered),
        "project": trial.name,
    }


def _scene(inputs: Any, role: str) -> dict[str, Any]:
    """The table on the villages, as a scene of the map; without places only the villages."""
    import geopandas as gpd

    from geo.points import as_shapes, points_of
    from layers.degrees import bounds, features, located

    villages = inputs.villages.assign(id=inputs.villages["village_code"].fillna(""), t=inputs.villages["name"])
    drawn = {"villages": features(located(villages), ["id", "t"])}
    table, layer = getattr(inputs, role), _LAYER.get(role)
    if role in ("plates", "addresses"):
        table = gpd.GeoDataFrame(table, geometry=as_shapes(points_of(table)), crs=inputs.crs)
    seen = located(table) if layer and layer != "villages" else None
    if seen is not None and len(seen):
        thinned = seen.iloc[:: -(-len(seen) // SHAPES_N)]
        drawn[str(layer)] = features(thinned.assign(id=thinned.iloc[:, 0].astype("str"), s="matched"), ["id", "s"])
    box = bounds(seen) if seen is not None and len(seen) else bounds(located(villages)) if len(located(villages)) else None
    return {"scope": "*", "bounds": box, "layers": {name: {"type": "FeatureCollection", "features": one} for name, one in drawn.items()}}


@contextmanager
def _told() -> Iterator[None]:
    """Turns the engine's errors and a lack of memory into a line and an exit code."""
    try:
        yield
    except DoorplateError as error:
        _tell({"refused": {"zh": error.zh, "en": error.en}})
        sys.exit(REFUSED)
    except MemoryError:
        os._exit(NO_MEMORY)  # there is no memory left to leave in order
    _tell({"done": True})


def _leave(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Libraries say a lack of memory in many ways: near the limit every unexpected error is one."""
    peak = next((int(line.split()[1]) >> 10 for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmPeak")), 0)
    if peak >= NEAR * (resource.getrlimit(resource.RLIMIT_AS)[0] >> 20):
        os._exit(NO_MEMORY)
    sys.__excepthook__(kind, error, trace)


def _tell(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
