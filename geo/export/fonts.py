"""The Chinese font that printed sheets carry inside: found on the machine, or a clear refusal; never empty boxes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont, TTLibError

from geo.errors import FontError

VARIABLE = "DOORPLATE_FONT"
"""Environment variable that names a font file (.ttf, .otf, .ttc) where none of the usual ones is installed."""

_FAMILIES: tuple[tuple[str, str], ...] = (
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf"),
    ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"),
    ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"),
    ("SourceHanSansSC-Regular.otf", "SourceHanSansSC-Bold.otf"),
    ("SourceHanSansCN-Regular.otf", "SourceHanSansCN-Bold.otf"),
    ("SourceHanSans.ttc", "SourceHanSans.ttc"),
    ("msyh.ttc", "msyhbd.ttc"),
    ("msyh.ttf", "msyhbd.ttf"),
    ("wqy-microhei.ttc", "wqy-microhei.ttc"),
    ("wqy-zenhei.ttc", "wqy-zenhei.ttc"),
    ("simhei.ttf", "simhei.ttf"),
    ("PingFang.ttc", "PingFang.ttc"),
    ("Hiragino Sans GB.ttc", "Hiragino Sans GB.ttc"),
    ("NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc"),
    ("simsun.ttc", "simsun.ttc"),
    ("DroidSansFallbackFull.ttf", "DroidSansFallbackFull.ttf"),
)
"""Regular and bold file of each family, the most legible on paper first. Names as the makers deliver them."""

_NEEDED = "村组户门牌号栋幢附临签字备注图例"
_MAINLAND = ("SC", "CN", "GB", "YaHei", "SimSun", "SimHei", "Hei", "Micro")
"""What the name of a face says that draws characters the mainland way; a collection holds several."""


@dataclass(frozen=True)
class Face:
    """One face: its file, its number in a collection, and the code points it can draw."""

    path: Path
    number: int
    known: frozenset[int]


@dataclass(frozen=True)
class Fonts:
    """The regular and the bold face; the same face twice where a family has no bold one."""

    regular: Face
    bold: Face


def find_fonts() -> Fonts:
    """The first Chinese font of this machine, with its bold face.

    Raises
    ------
    FontError
        No Chinese font is installed, or the file named by DOORPLATE_FONT cannot be used: install fonts-noto-cjk, or name a file.
    """
    named = os.environ.get(VARIABLE)
    return _find(named or "", tuple(str(folder) for folder in _folders()))


def absent(texts: Iterable[str], face: Face) -> frozenset[str]:
    """Characters of the texts that the face cannot draw."""
    return frozenset(c for c in set().union(*texts) if ord(c) not in face.known and not c.isspace())


@cache
def _find(named: str, folders: tuple[str, ...]) -> Fonts:
    if named:
        face = _open(Path(named).expanduser())
        if face is None:
            raise FontError(
                f"{VARIABLE} 指定的字体 {Path(named).name} 打不开或不含中文，请换一个 .ttf/.otf/.ttc 字体文件",
                f"the font {Path(named).name} named by {VARIABLE} cannot be read or has no Chinese; name another .ttf/.otf/.ttc file",
            )
        return Fonts(face, face)
    there = _files(folders)
    for regular_name, bold_name in _FAMILIES:
        regular = _open(there[regular_name.lower()]) if regular_name.lower() in there else None
        if regular is not None:
            bold = _open(there[bold_name.lower()]) if bold_name.lower() in there else None
            return Fonts(regular, bold or regular)
    raise FontError(
        f"这台电脑上没有找到中文字体，无法生成 PDF。请安装 fonts-noto-cjk（或文泉驿、思源黑体），或用 {VARIABLE} 指明字体文件",
        f"no Chinese font was found on this machine, so no PDF can be made; install fonts-noto-cjk (or WenQuanYi, Source Han), or name a file in {VARIABLE}",
    )


def _folders() -> Iterator[Path]:
    home = Path.home()
    yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts")
    yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    for variable in ("WINDIR", "LOCALAPPDATA"):
        if base := os.environ.get(variable):
            yield Path(base) / ("Fonts" if variable == "WINDIR" else "Microsoft/Windows/Fonts")


def _files(folders: tuple[str, ...]) -> dict[str, Path]:
    """Font files by lower-case name; of equal names the first folder's, within it the first path, wins."""
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in {".ttf", ".otf", ".ttc"}):
            found.setdefault(path.name.lower(), path)
    return found


def _open(path: Path) -> Face | None:
    """The mainland face of a font file; None where it cannot be read or lacks the characters every sheet needs."""
    try:
        with path.open("rb") as file:  # lazily read, so everything asked of it is asked while it is open
            if path.suffix.lower() == ".ttc":
                faces = TTCollection(file, lazy=True).fonts
                number = next((i for i, face in enumerate(faces) if _is_mainland(face)), 0)
                face = faces[number]
            else:
                face, number = TTFont(file, lazy=True), 0
            known = frozenset(face.getBestCmap() or {})
    except (OSError, TTLibError):
        return None
    return Face(path, number, known) if all(ord(c) in known for c in _NEEDED) else None


def _is_mainland(face: TTFont) -> bool:
    name = face["name"].getDebugName(4) or ""
    return "Mono" not in name and any(word in name.split() or word in name for word in _MAINLAND)
