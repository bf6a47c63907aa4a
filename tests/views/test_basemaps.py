"""A map under the map states its datum and needs no network; whatever would point at the wrong house is refused."""

from __future__ import annotations

import gzip
import sqlite3
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from views import basemaps, tiles
from views.tiles import tile_id

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


def make_mbtiles(path: Path, cells: dict[tuple[int, int, int], bytes], form: str = "png") -> Path:
    """Tiles by (zoom, column, row from the north)."""
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
    base.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
    base.execute("INSERT INTO metadata VALUES ('format', ?)", (form,))
    base.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", [(z, x, (1 << z) - 1 - y, data) for (z, x, y), data in cells.items()])
    base.commit()
    base.close()
    return path


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    """Entries (tile id, offset, length, run)."""
    columns = zip(*entries, strict=True)
    ids, offsets, lengths, runs = (list(c) for c in columns)
    steps = [b - a for a, b in zip([0, *ids[:-1]], ids, strict=True)]
    numbers = [len(entries), *steps, *runs, *lengths, *(o + 1 for o in offsets)]
    return gzip.compress(b"".join(map(varint, numbers)))


def make_pmtiles(path: Path, cells: dict[tuple[int, int, int], bytes], kind: int = 2, *, leaf: bool = False) -> Path:
    """A PMTiles 3 file, with one leaf directory where asked."""
    named = sorted((tile_id(*at), data) for at, data in cells.items())
    entries, data = [], b""
    for number, one in named:
        entries.append((number, len(data), len(one), 1))
        data += one
    inner = directory(entries)
    root = directory([(entries[0][0], 0, len(inner), 0)]) if leaf else inner
    leaves = inner if leaf else b""
    at = 127 + len(root)
    header = b"PMTiles\x03" + struct.pack("<8Q", 127, len(root), at, 0, at, len(leaves), at + len(leaves), len(data)) + bytes(24)
    zooms = [z for z, _, _ in cells]
    path.write_bytes(header + bytes([1, 2, 1, kind, min(zooms), max(zooms)]) + bytes(25) + root + leaves + data)
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOORPLATE_PROJECT", str(tmp_path))
    monkeypatch.delenv("DOORPLATE_NETWORK", raising=False)
    return tmp_path


def configure(project: Path, **keys: str) -> basemaps.Basemap:
    lines = [f'{k} = "{v}"' for k, v in keys.items()]
    (project / basemaps.NAME).write_text("[one]\n" + "\n".join(lines), encoding="utf-8")
    (one,) = basemaps.basemaps()
    return one


def test_without_a_file_there_is_no_map_under_the_map(project: Path) -> None:
    assert basemaps.basemaps() == ()
    assert basemaps.tile("one", 0, 0, 0) is None


def test_mbtiles_count_rows_from_the_south_and_we_from_the_north(project: Path) -> None:
    make_mbtiles(project / "m.mbtiles", {(3, 6, 2): PNG})
    assert not configure(project, kind="mbtiles", file="m.mbtiles", datum="CGCS2000").refused
    assert basemaps.tile("one", 3, 6, 2) == (PNG, "image/png")
    assert basemaps.tile("one", 3, 6, 5) is None
    assert tiles.zooms(project / "m.mbtiles") == (3, 3)


@pytest.mark.parametrize("leaf", [False, True])
def test_pmtiles_are_read_through_their_directories(project: Path, leaf: bool) -> None:
    cells = {(2, x, y): PNG + bytes([x, y]) for x in range(4) for y in range(4)}
    make_pmtiles(project / "m.pmtiles", cells, leaf=leaf)
    assert not configure(project, kind="pmtiles", file="m.pmtiles", datum="WGS84").refused
    for at, content in cells.items():
        assert basemaps.tile("one", *at) == (content, "image/png")
    assert basemaps.tile("one", 3, 0, 0) is None
    assert basemaps.tile("one", 2, 9, 0) is None


def test_numbers_of_tiles_follow_the_specification() -> None:
    assert tile_id(12, 3423, 1763) == 19_078_479
    assert sorted(tile_id(3, x, y) for x in range(8) for y in range(8)) == list(range(21, 85))


@pytest.mark.parametrize(("datum", "word"), [("GCJ-02", "火星"), ("gcj02", "火星"), ("BD-09", "百度"), ("BD09MC", "百度"), ("", "datum"), ("Xian80", "datum")])
def test_a_map_in_another_datum_is_refused_with_the_reason(project: Path, datum: str, word: str) -> None:
    make_mbtiles(project / "m.mbtiles", {(0, 0, 0): PNG})
    one = configure(project, kind="mbtiles", file="m.mbtiles", datum=datum)
    assert one.refused
    assert word in one.zh
    assert basemaps.tile("one", 0, 0, 0) is None, "refused is not drawn either"


def test_vector_tiles_broken_files_and_files_elsewhere_are_refused(project: Path) -> None:
    make_mbtiles(project / "v.mbtiles", {(0, 0, 0): b"\x1f\x8b"}, "pbf")
    make_pmtiles(project / "v.pmtiles", {(0, 0, 0): b"mvt"}, kind=1)
    (project / "x.mbtiles").write_bytes(b"no database")
    (project / "x.pmtiles").write_bytes(b"PMTiles\x02")
    for name, word in (("v.mbtiles", "矢量"), ("v.pmtiles", "矢量"), ("x.mbtiles", "完好"), ("x.pmtiles", "完好"), ("../x.mbtiles", "不在"), ("/etc/hosts", "不在")):
        one = configure(project, kind="pmtiles" if name.endswith("pmtiles") else "mbtiles", file=name, datum="WGS84")
        assert word in one.zh, name


def test_unknown_keys_and_broken_toml_are_told(project: Path) -> None:
    assert "shift" in configure(project, kind="mbtiles", file="m", datum="WGS84", shift="1").zh
    (project / basemaps.NAME).write_text("[one", encoding="utf-8")
    (one,) = basemaps.basemaps()
    assert one.refused
    assert "TOML" in one.zh


def test_tianditu_is_refused_offline_and_without_its_key(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"kind": "tianditu", "datum": "CGCS2000", "layer": "vec"}
    monkeypatch.delenv("TIANDITU_KEY", raising=False)
    assert "DOORPLATE_NETWORK" in configure(project, **told).zh
    monkeypatch.setenv("DOORPLATE_NETWORK", "allow")
    assert "TIANDITU_KEY" in configure(project, **told).zh
    monkeypatch.setenv("TIANDITU_KEY", "secret")
    assert not configure(project, **told).refused
    assert "layer" in configure(project, **{**told, "layer": "x"}).zh
    assert "host" in configure(project, **told, host="file:///etc").zh


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    """A map service on this machine, and what it was asked."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(PNG if "TILEROW=1" in self.path else b"<html>no</html>")

        def log_message(self, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_the_server_asks_tianditu_itself_with_the_key_of_the_environment(
    project: Path, monkeypatch: pytest.MonkeyPatch, service: tuple[str, list[str]]
) -> None:
    host, asked = service
    monkeypatch.setenv("DOORPLATE_NETWORK", "allow")
    monkeypatch.setenv("TIANDITU_KEY", "secret")
    configure(project, kind="tianditu", datum="CGCS2000", layer="img", host=host)
    assert basemaps.tile("one", 4, 12, 1) == (PNG, "image/png")
    assert basemaps.tile("one", 4, 12, 7) is None, "a page instead of a picture is no tile"
    said = {k: v[0] for k, v in parse_qs(urlsplit(asked[0]).query).items()}
    assert (said["tk"], said["LAYER"], said["TILEMATRIX"], said["TILECOL"], said["TILEROW"]) == ("secret", "img", "4", "12", "1")
    assert urlsplit(asked[0]).path == "/img_w/wmts"
