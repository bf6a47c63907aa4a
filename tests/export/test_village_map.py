"""The map of a village on paper: few sheets, well filled, readable, and nothing that only a colour tells."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.export.paper import A3, Made, Paper
from geo.export.village_frames import PLANE, SCALES, SMALLEST_PT, Frame, adjoining, lay_out, place_rows
from geo.export.village_labels import _spots
from geo.export.village_looks import LOOKS, draw_house
from geo.export.village_map import draw_maps
from geo.export.village_rows import VillageSheet, village_rows
from geo.export.village_sheet import write_village_pdf
from tests.export.village import PRINTED_ON, bare, needs, pages_of, told, village_of
from tests.town import CODE

SEED = 20_262


def sheet_of(spots: np.ndarray, lone: np.ndarray | None = None) -> VillageSheet:
    """A village of houses of 9 m at those places, in metres, and of plates that stand on none."""
    base = village_rows(village_of(len(spots)), CODE)
    shapes = shapely.box(spots[:, 0], spots[:, 1], spots[:, 0] + 9, spots[:, 1] + 9)
    buildings = base.buildings.set_geometry(list(shapes), crs=base.buildings.crs)
    middle = dict(zip(buildings["building_id"], spots + 4.5, strict=True))
    at = np.array([middle[b] for b in base.rows["building_id"]])
    rows = base.rows.assign(x=at[:, 0], y=at[:, 1])
    if lone is not None:
        more = pd.DataFrame({"plate_id": [f"L{i}" for i in range(len(lone))], "code": "dangling_plate", "number": "7号", "place": "", "plate": "up", "finding_id": [f"X{i}" for i in range(len(lone))], "x": lone[:, 0], "y": lone[:, 1]})
        rows = pd.concat([rows, more], ignore_index=True)
    return VillageSheet(base.code, base.name, base.town, rows, buildings, None)


@cache
def village(n: int, seed: int, clusters: int) -> VillageSheet:
    """Hamlets of houses along crooked rows, as a village is built: seeded."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 90 * np.sqrt(n), (clusters, 2)) * (1.0, 0.6)
    parts = []
    for k, centre in enumerate(centres):
        m = n // clusters + (k < n % clusters)
        side = int(np.ceil(np.sqrt(m)))
        grid = np.column_stack([np.arange(m) % side, np.arange(m) // side]) * (16.0, 22.0)
        parts.append(centre + grid + rng.normal(0, 1.5, (m, 2)))
    return sheet_of(np.vstack(parts) + np.array([600_000.0, 3_275_000.0]))


def grey(path: Path, *, page: int = 1, dpi: int = 100) -> np.ndarray:
    """A page as a copier sees it."""
    subprocess.run([needs("pdftoppm"), "-gray", "-r", str(dpi), "-f", str(page), "-l", str(page), "-singlefile", str(path), str(path.with_suffix(""))], check=True)
    head, pixels = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", found := path.with_suffix(".pgm").read_bytes()), found
    assert head
    return np.frombuffer(pixels, dtype=np.uint8, offset=head.end()).reshape(int(head[2]), int(head[1]))


@pytest.mark.parametrize("clusters", [1, 3])
@pytest.mark.parametrize("n", [100, 400])
def test_a_village_of_usual_size_is_a_few_sheets_filled_by_its_houses(n: int, clusters: int) -> None:
    sheet = village(n, SEED + n + clusters, clusters)
    frames = [f for f in lay_out(sheet) if f.number]
    assert len(frames) <= max(3, clusters)
    where = place_rows(sheet, lay_out(sheet))
    assert (where != "").all()
    for frame in frames:
        x, y = (sheet.rows[c].to_numpy() for c in ("x", "y"))
        own = frame.holds(x, y)
        assert own.any()
        used = max(np.ptp(x[own]) / (frame.extent[2] - frame.extent[0]), np.ptp(y[own]) / (frame.extent[3] - frame.extent[1]))
        assert used > 0.6 or frame.scale == SCALES[0], (frame, used)


def test_every_house_is_on_exactly_one_sheet_and_two_hamlets_far_apart_are_two_sheets_without_the_fields() -> None:
    rng = np.random.default_rng(SEED)
    grid = np.column_stack([np.arange(60) % 10, np.arange(60) // 10]) * 17.0
    sheet = sheet_of(np.vstack([grid + rng.normal(0, 1, grid.shape), grid + np.array([1_500.0, 900.0])]))
    frames = [f for f in lay_out(sheet) if f.number]
    held = np.array([f.holds(sheet.rows["x"].to_numpy(), sheet.rows["y"].to_numpy()) for f in frames])
    assert len(frames) == 2
    assert (held.sum(axis=0) == 1).all()
    assert {f.scale for f in frames} <= {500, 600, 750}


def test_a_sparse_sheet_is_cut_where_both_halves_gain_and_a_full_or_a_large_one_is_not() -> None:
    rng = np.random.default_rng(SEED)
    hamlet = np.column_stack([np.arange(30) % 6, np.arange(30) // 6]) * 19.0 + rng.normal(0, 1, (30, 2))
    ring = [hamlet + at for at in ((0, 0), (520, 330))]
    assert [f.scale for f in lay_out(sheet_of(np.vstack(ring))) if f.number] == [500, 500]
    close = [hamlet + at for at in ((0, 0), (260, 170))]
    assert [f.number for f in lay_out(sheet_of(np.vstack(close)))] == [1]
    lone = np.vstack([hamlet, [[520.0, 330.0]]])
    assert [f.number for f in lay_out(sheet_of(lone))] == [1]  # one house far off is no reason for a sheet of its own
    full = np.column_stack([np.arange(400) % 25, np.arange(400) // 25]) * 24.0
    assert [f.number for f in lay_out(sheet_of(full))] == [1]


def test_a_plate_far_from_every_house_is_on_the_overview_and_takes_no_sheet() -> None:
    grid = np.column_stack([np.arange(80) % 10, np.arange(80) // 10]) * 17.0
    near, far = sheet_of(grid), sheet_of(grid, lone=np.array([[900.0, 900.0]]))
    assert [f.number for f in lay_out(near)] == [1]
    frames = lay_out(far)
    assert [f.number for f in frames] == [0, 1]
    assert frames[1].scale == lay_out(near)[0].scale
    where = place_rows(far, frames)
    assert where.iloc[-1].startswith("0-")
    assert where.iloc[:-1].str.startswith("1-").all()


def test_of_two_sheets_each_names_the_other_on_the_side_where_it_lies(tmp_path: Path) -> None:
    size = (100.0, 100.0)
    west, east = Frame(1, 1000, 0, 0, size, (-np.inf, -np.inf, 95.0, np.inf)), Frame(2, 1000, 90, 0, size, (95.0, -np.inf, np.inf, np.inf))
    overview = Frame(0, 2000, 0, 0, size, PLANE)
    assert adjoining(west, [overview, west, east]) == [("E", 50.0, 2)]
    assert adjoining(east, [overview, west, east]) == [("W", 50.0, 1)]
    town = village_of(1500)
    write_village_pdf(town, CODE, tmp_path / "a.pdf", printed_on=PRINTED_ON)
    frames = lay_out(village_rows(town, CODE))
    assert len(frames) > 2
    for page, frame in enumerate(frames[1:], 2):
        text = bare(told(tmp_path / "a.pdf", page=page))
        assert adjoining(frame, frames)
        assert text.count("接图") == len(adjoining(frame, frames))
    assert "分幅总图" in told(tmp_path / "a.pdf", page=1)


@pytest.mark.parametrize("n", [1, 40, 400])
def test_no_text_is_smaller_than_the_sheet_says_and_paper_and_scale_are_stated(tmp_path: Path, n: int) -> None:
    paper = Paper(Made("图", PRINTED_ON), size_mm=A3)
    sheet = village_rows(village_of(n), CODE)
    draw_maps(paper, sheet, lay_out(sheet))
    paper.save(tmp_path / "a.pdf")
    assert paper.smallest_pt == SMALLEST_PT == 7.0
    text = bare(told(tmp_path / "a.pdf"))
    assert "最小字号7磅" in text
    assert "420×297毫米" in text or "297×420毫米" in text


def test_the_states_of_a_plate_can_be_told_apart_in_a_grey_copy(tmp_path: Path) -> None:
    paper = Paper(Made("图", PRINTED_ON), size_mm=A3)
    paper.page()
    for n, state in enumerate(LOOKS):
        x = 20.0 + 30.0 * n
        draw_house(paper, [(x, 20), (x + 20, 20), (x + 20, 40), (x, 40)], state)
    paper.save(tmp_path / "a.pdf")
    copy, mm = grey(tmp_path / "a.pdf", dpi=200), 200 / 25.4
    ink, edge = {}, {}
    for n, state in enumerate(LOOKS):
        x = 20.0 + 30.0 * n
        ink[state] = float((copy[int(23 * mm) : int(37 * mm), int((x + 3) * mm) : int((x + 17) * mm)] < 185).mean())
        edge[state] = float((copy[int(19.7 * mm) : int(20.4 * mm), int(x * mm) : int((x + 20) * mm)].min(axis=0) < 110).mean())
    assert ink["numbered"] == 0.0
    assert ink["none"] > ink["damaged"] + 0.03 > 0.06
    assert edge["numbered"] > 0.97 > 0.9 > edge["damaged"]


def test_black_text_after_a_window_that_ended_in_black_is_black(tmp_path: Path) -> None:
    paper = Paper(Made("图", PRINTED_ON), size_mm=A3)
    paper.page()
    paper.box(10, 10, 5, 5, fill="#fdfcf8", colour=None)
    with paper.window(20, 20, 100, 100):
        paper.disc(60, 60, 3, fill="#1b1b1b", colour=None)
        paper.line(30, 30, 50, 30, dash_mm=2.0, width_mm=1.0)
    paper.text(200, 100, "图例", 40, bold=True)
    paper.line(200, 150, 250, 150, width_mm=1.0)
    paper.save(tmp_path / "a.pdf")
    copy, mm = grey(tmp_path / "a.pdf"), 100 / 25.4
    assert copy[int(85 * mm) : int(102 * mm), int(200 * mm) : int(230 * mm)].min() < 60
    assert (copy[int(149 * mm) : int(151 * mm), int(201 * mm) : int(249 * mm)].min(axis=0) < 128).all()


def test_the_heading_of_the_legend_is_black_on_every_sheet(tmp_path: Path) -> None:
    town = village_of(1500)
    write_village_pdf(town, CODE, tmp_path / "a.pdf", printed_on=PRINTED_ON)
    for page, frame in enumerate(lay_out(village_rows(town, CODE)), 1):
        copy, mm = grey(tmp_path / "a.pdf", page=page), 100 / 25.4
        x = 12 + frame.size_mm[0] + 4
        assert copy[int(15 * mm) : int(19.5 * mm), int(x * mm) : int((x + 8) * mm)].min() < 80, page


def test_sheets_that_stand_and_sheets_that_lie_have_their_foot_on_the_page(tmp_path: Path) -> None:
    tall = sheet_of(np.column_stack([np.tile([0.0, 30.0], 30), np.repeat(np.arange(30) * 20.0, 2)]))
    frames = lay_out(tall)
    assert frames[0].upright
    paper = Paper(Made("图", PRINTED_ON), size_mm=A3)
    draw_maps(paper, tall, frames)
    paper.page(upright=False)
    paper.save(tmp_path / "a.pdf")
    assert pages_of(tmp_path / "a.pdf") == 2
    assert all(bare(f"第 {n} 页 / 共 2 页") in bare(told(tmp_path / "a.pdf", page=n)) for n in (1, 2))


def test_the_name_of_a_street_runs_along_its_doors_and_that_of_a_group_stands_upright() -> None:
    doors = np.column_stack([np.arange(10) * 8.0, -np.arange(10) * 8.0])  # on paper y grows downwards: a street to the north-east
    ((x, y, slope),) = _spots(doors, along=True)
    assert (round(slope), round(x), round(y)) == (45, 36, -36)
    ((_, _, level),) = _spots(doors, along=False)
    assert level == 0.0
    assert len(list(_spots(np.column_stack([np.arange(40) * 8.0, np.zeros(40)]), along=True))) == 3


def test_streets_are_named_on_the_map_and_indexed_with_their_cells(tmp_path: Path) -> None:
    write_village_pdf(village_of(60), CODE, tmp_path / "a.pdf", printed_on=PRINTED_ON)
    text = told(tmp_path / "a.pdf", page=1)
    assert "街巷索引" in text
    assert text.count("民主街") >= 2
