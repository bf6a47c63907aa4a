"""What a file really is: told by its bytes, never by its name. Text is decoded strictly or refused."""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Sequence
from pathlib import Path

from geo.errors import SourceError
from geo.read.headers import clean_header, vocabulary
from geo.read.held import APPLICATION_ID, refusal, refuse_held
from geo.tables import INPUT

SUFFIXES = (".parquet", ".gpkg", ".geojson", ".json", ".shp", ".zip", ".kml", ".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls")
"""Endings a source of a project folder may have; the bytes decide how it is read."""
_ENCODINGS = ("gb18030", "big5")
_PLAUSIBLE = 0.4
_APART = 0.05
_HTML = re.compile(rb"^\s*<(!doctype\s+html|html|table|meta|head|body)\b", re.IGNORECASE)


def sniff(path: Path) -> str:
    """Format of a file by its content: parquet, gpkg, shp, zip, xlsx, xls, kml, geojson or csv.

    Raises
    ------
    SourceError
        The file is empty, or something that is never read: HTML, GDAL virtual files, archives other than zip, PDF, a casebook.
    """
    refuse_held(path)
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise SourceError(f"{path.name}：文件是空的（0 字节）", f"{path.name}: the file is empty (0 bytes)")
    if head[68:72] == APPLICATION_ID and head.startswith(b"SQLite format 3\x00"):
        raise refusal(path.name)
    for magic, kind in ((b"PAR1", "parquet"), (b"SQLite format 3\x00", "gpkg"), (b"\x00\x00\x27\x0a", "shp"), (b"\xd0\xcf\x11\xe0", "xls")):
        if head.startswith(magic):
            return kind
    if head.startswith(b"PK"):
        return "xlsx" if _holds_workbook(path) else "zip"
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    _refuse(path.name, text)
    if text.startswith(b"<"):
        return "kml"
    return "geojson" if text.startswith((b"{", b"[")) else "csv"


def decode(data: bytes, name: str, *, encoding: str | None = None, spare: float = 0.0) -> tuple[str, str]:
    """Text of some bytes and the encoding that reads them.

    A byte order mark decides, then strict UTF-8, then GB18030 against Big5 by the share of common characters and by known
    headers; a byte order mark that was itself decoded and encoded again is removed. Latin-1 is never tried: it reads
    everything and understands nothing.

    Parameters
    ----------
    spare
        Share of lines that may be unreadable (one line always may, above 0): they hold U+FFFD, and their rows are to be refused.

    Raises
    ------
    SourceError
        No encoding fits, or two fit equally well; `encoding` of doorplate.toml decides.
    """
    if encoding is not None:
        return _declared(data, name, encoding), encoding
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if data.startswith(mark):
            return _declared(data, name, "utf-16"), "utf-16"
    plain = data.removeprefix(codecs.BOM_UTF8)
    twice = "\ufeff".encode().decode("latin-1").encode()
    while plain.startswith((codecs.BOM_UTF8, twice)):
        plain = plain.removeprefix(codecs.BOM_UTF8).removeprefix(twice)
    utf8 = "utf-8" if len(plain) == len(data) else "utf-8-sig"
    try:
        return plain.decode("utf-8"), utf8
    except UnicodeDecodeError as e:
        at = e.start
    read = {kind: _reading(plain, kind, spare) for kind in (*_ENCODINGS, "utf-8")}
    fits = sorted(((_plausible(text, kind), kind, text) for kind, text in read.items() if text is not None), key=lambda f: (-f[0], f[1]))
    if not fits or fits[0][0] < _PLAUSIBLE:
        line = plain[:at].count(b"\n") + 1
        zh = f"{name} 第 {line} 行：不是 UTF-8，也不是 GB18030 或 Big5；请在 doorplate.toml 写明 encoding，或另存为 UTF-8"
        raise SourceError(zh, f"{name} line {line}: neither UTF-8 nor GB18030 nor Big5; name the encoding or save as UTF-8")
    if len(fits) > 1 and fits[0][0] - fits[1][0] < _APART:
        both = " / ".join(sorted(f[1] for f in fits[:2]))
        zh = f"{name}：按 {both} 都读得通，无法判断；请在 doorplate.toml 写明 encoding"
        raise SourceError(zh, f"{name}: reads as {both} alike; name the encoding in doorplate.toml")
    return fits[0][2], utf8 if fits[0][1] == "utf-8" else fits[0][1]


def decode_fields(values: Sequence[bytes], name: str, *, encoding: str | None = None, declared: str | None = None) -> str:
    """Encoding of the fields of a dbf: as ordered, else what reads every field, whatever its .cpg declares.

    Raises
    ------
    SourceError
        As `decode`.
    """
    sample = b"\n".join(values)
    if encoding is not None:
        return decode(sample, name, encoding=encoding)[1]
    try:
        sample.decode("ascii")
        return declared or "utf-8"
    except UnicodeDecodeError:
        pass
    if declared is not None and not declared.startswith(("iso8859", "latin", "cp1252")):
        try:
            sample.decode(declared)
            return declared
        except UnicodeDecodeError:
            pass
    return decode(sample, name)[1].removesuffix("-sig")


def _declared(data: bytes, name: str, encoding: str) -> str:
    try:
        return data.decode(encoding).lstrip("\ufeff")
    except LookupError as e:
        raise SourceError(f"{name}：没有名为 {encoding} 的编码", f"{name}: there is no encoding {encoding}") from e
    except UnicodeDecodeError as e:
        line = data[: e.start].count(b"\n") + 1
        raise SourceError(f"{name} 第 {line} 行：不能按 {encoding} 解码", f"{name} line {line}: not {encoding}") from e


def _reading(data: bytes, encoding: str, spare: float) -> str | None:
    """The text of some bytes; lines beyond reading replaced where they are few enough, None where they are not."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if not spare:
            return None
    # Line by line, because a broken byte takes the line's end for half of a character.
    lines = [line.decode(encoding, "replace") for line in data.split(b"\n")]
    unread = sum("\ufffd" in line for line in lines)
    return "\n".join(lines) if unread <= max(1.0, spare * len(lines)) else None


def _plausible(text: str, encoding: str) -> float:
    """Share of common characters among the Han of a text, more where its first lines hold known headers; 0-2."""
    han = [c for c in text[:200_000] if "\u3400" <= c <= "\u9fff" or c >= "\U00020000"]
    odd = sum(1 for c in text[:200_000] if "\ue000" <= c <= "\uf8ff" or c == "\ufffd")
    common = _common(encoding)
    share = sum(c in common for c in han) / max(len(han) + odd, 1)
    words = {clean_header(c) for c in re.split(r"\W+", text[:5000])}
    return share + min(len(words & _headers()), 5) / 5


@functools.cache
def _headers() -> frozenset[str]:
    return frozenset(w for role in INPUT for w in vocabulary(role) if not w.isascii())


@functools.cache
def _common(encoding: str) -> frozenset[str]:
    """The first, most frequent level of a character set: GB2312 level 1, Big5 level 1."""
    if encoding not in _ENCODINGS:
        return _common("gb18030") | _common("big5")
    if encoding == "gb18030":
        return frozenset(bytes((a, b)).decode("gb18030") for a in range(0xB0, 0xD8) for b in range(0xA1, 0xFF) if (a, b) < (0xD7, 0xFA))
    pairs = ((a, b) for a in range(0xA4, 0xC7) for b in (*range(0x40, 0x7F), *range(0xA1, 0xFF)) if (a, b) < (0xC6, 0x7F))
    return frozenset(bytes(p).decode("big5", "ignore") for p in pairs)


def _holds_workbook(path: Path) -> bool:
    """Whether the central directory of a zip names a workbook part; read without opening any member."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 1_000_000))
        tail = file.read()
    return b"xl/workbook." in tail or b"xl/worksheets/" in tail


def _refuse(name: str, text: bytes) -> None:
    if _HTML.match(text):
        zh = f"{name}：这是网页（HTML），不是表格；请在原系统或 Excel 中另存为 xlsx 或 csv"
        raise SourceError(zh, f"{name}: this is a web page (HTML), not a table; save it as xlsx or csv")
    virtual = (
        text.startswith((b"<VRTDataset", b"<OGRVRTDataSource", b"<OGRVRTLayer"))
        or b"<OGRVRTDataSource" in text[:512]
        or b"gdal_" in text[:512]
    )
    if virtual:
        zh = f"{name}：这是指向其他文件的虚拟数据源，不予读取；请提交数据本身"
        raise SourceError(zh, f"{name}: a virtual source that points to other files is never opened; hand in the data itself")
    if text.startswith((b"%PDF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")) or text[257:262] == b"ustar":
        zh = f"{name}：不支持的文件（PDF 或 zip 以外的压缩包）；可用：{' '.join(SUFFIXES)}"
        raise SourceError(zh, f"{name}: not a supported file (PDF, or an archive other than zip); supported: {' '.join(SUFFIXES)}")
