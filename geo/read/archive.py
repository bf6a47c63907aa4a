"""Zip archives: checked before a byte is unpacked, members written under names of ours."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from geo.errors import SourceError

MEMBERS_N = 200
UNPACKED_BYTES = 2_000_000_000
RATIO = 100.0
_RATIO_FROM_BYTES = 10_000_000
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def check_archive(path: Path) -> list[zipfile.ZipInfo]:
    """Members of a zip file that may be unpacked.

    Raises
    ------
    SourceError
        Damaged, encrypted, more than 200 members or 2 GB, packed more than a hundredfold, or names that leave the folder.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as e:
        raise SourceError(
            f"{path.name}：压缩包损坏或不完整；请重新导出", f"{path.name}: the zip is damaged or cut off; export it again"
        ) from e
    size, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    checks = (
        (len(members) > MEMBERS_N, f"超过 {MEMBERS_N} 个文件", f"more than {MEMBERS_N} members"),
        (size > UNPACKED_BYTES, "解压后超过 2 GB", "more than 2 GB unpacked"),
        (size > _RATIO_FROM_BYTES and size > RATIO * max(packed, 1), f"压缩比超过 {RATIO:.0f}", f"packed more than {RATIO:.0f} to 1"),
        (any(m.flag_bits & 1 for m in members), "有密码", "it is encrypted"),
        (any(_leaves(m.filename) for m in members), "成员路径不安全", "a member's name leaves the folder"),
    )
    for bad, zh, en in checks:
        if bad:
            raise SourceError(f"{path.name}：压缩包不予读取：{zh}", f"{path.name}: the zip is refused: {en}")
    return [m for m in members if not m.is_dir()]


def member_name(member: zipfile.ZipInfo) -> str:
    """Name of a member; without the UTF-8 flag the bytes of a Chinese name are GB18030, not cp437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def unpack_shapefile(path: Path, folder: Path, layer: str | None) -> tuple[Path, str]:
    """The shapefile of a zip, unpacked into `folder` under names of ours, and the name it had.

    Raises
    ------
    SourceError
        No shapefile, or several and `layer` names none of them.
    """
    members = {member_name(m): m for m in check_archive(path)}
    found = sorted(n for n in members if n.lower().endswith(".shp") and not _hidden(n))
    chosen = [n for n in found if Path(n).stem == layer] if layer else found
    if len(chosen) != 1:
        names = ", ".join(Path(n).stem for n in found)
        zh = f"{path.name}：压缩包中有 {len(found)} 个 shapefile（{names}）；请在 doorplate.toml 用 layer 指定一个"
        raise SourceError(zh, f"{path.name}: the zip holds {len(found)} shapefiles ({names}); name one as layer in doorplate.toml")
    stem = chosen[0][:-4].lower()
    left = UNPACKED_BYTES
    with zipfile.ZipFile(path) as archive:
        for name, member in sorted(members.items()):
            suffix = Path(name).suffix.lower()
            if suffix in _SHAPEFILE and name[: -len(suffix)].lower() == stem:
                left = _copy(archive, member, folder / f"layer{suffix}", left, path.name)
    return folder / "layer.shp", Path(chosen[0]).stem


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int, name: str) -> int:
    try:
        with archive.open(member) as source, target.open("wb") as out:
            while block := source.read(1 << 20):
                left -= len(block)
                if left < 0:
                    raise SourceError(f"{name}：解压后超过 2 GB", f"{name}: more than 2 GB unpacked")
                out.write(block)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as e:
        raise SourceError(f"{name}：压缩包损坏：{target.suffix}", f"{name}: the zip is damaged at its {target.suffix}") from e
    return left


def _leaves(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ".." in plain.split("/") or ":" in plain.split("/")[0]


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
