"""A disk that can lose power: every write and every sync of SQLite noted, and the disk as a cut at any moment leaves it.

The recorder is a VFS of SQLite written here with ctypes: the library that Python itself has loaded is asked for its own VFS,
and a copy of that VFS notes each call before passing it on. So nothing has to be compiled or installed (an LD_PRELOAD shim
needs a compiler, strace needs the right to trace, FUSE needs root, apsw brings a second SQLite that is not the one in use),
the code under test runs unchanged, and exactly its calls are seen, in their order, also from several threads.

Two disks are modelled. On the *strict* one, only what was synced is there after the cut. On the *random* one, every 512-byte
sector written, every change of length and every change of the directory since the last sync is there or not, by lot.
"""

from __future__ import annotations

import ctypes
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_void_p, memmove, pointer, sizeof, string_at
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECTOR = 512
_MAIN_JOURNAL, _SUPER_JOURNAL, _WAL = 0x800, 0x4000, 0x80000
_OK, _FULL, _CANTOPEN = 0, 13, 14
_READWRITE = 0x2


@dataclass(frozen=True)
class Event:
    """One thing that happened: create, delete, write, length, sync (a file), sync_folder, or a mark of the test."""

    what: str
    name: str
    inode: int = 0
    offset: int = 0
    data: bytes = b""


@dataclass
class Recording:
    """What happened to the files of one folder, in order."""

    folder: Path
    events: list[Event] = field(default_factory=list)
    full: bool = False
    """While set, every write is answered as SQLite's own VFS answers where no space is left."""
    closed: bool = False
    """While set, no file can be opened or made for writing: a folder without that right."""

    def mark(self, what: str, name: str) -> None:
        """Note something the test did, such as the answer a person saw."""
        self.events.append(Event(what, name))


@contextmanager
def record(folder: Path) -> Iterator[Recording]:
    """Note all that SQLite does to files in `folder`, by every connection opened inside the block."""
    recording = Recording(folder.resolve())
    shim = _Shim(recording)
    shim.register()
    try:
        yield recording
    finally:
        shim.unregister()


def cuts(
    recording: Recording, at: list[int], *, seed: int, model: str, wanted: Callable[[int, list[Event], dict[str, bytes]], None]
) -> None:
    """Call `wanted(cut, what happened before, files)` for every cut: an index into the events, the event itself not done."""
    disk, lot, remaining = _Disk(), random.Random(seed), sorted(set(at))
    for number, event in enumerate([*recording.events, Event("end", "")]):
        while remaining and remaining[0] == number:
            remaining.pop(0)
            wanted(number, recording.events[:number], disk.strict() if model == "strict" else disk.random(lot))
        disk.do(event)


@dataclass
class _File:
    """One inode: what is safe, and what was asked for since."""

    safe: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)


class _Disk:
    def __init__(self) -> None:
        self.inodes: dict[int, _File] = {}
        self.safe_names: dict[str, int] = {}
        self.pending_names: list[Event] = []

    def do(self, event: Event) -> None:
        if event.what in ("create", "delete"):
            if event.what == "create":
                self.inodes[event.inode] = _File()
            self.pending_names.append(event)
        elif event.what in ("write", "length"):
            self.inodes[event.inode].pending.append(event)
        elif event.what == "sync":
            file = self.inodes[event.inode]
            _apply(file.safe, file.pending)
            file.pending = []
        elif event.what == "sync_folder":
            self.safe_names, self.pending_names = _renamed(self.safe_names, self.pending_names), []

    def strict(self) -> dict[str, bytes]:
        return {name: bytes(self.inodes[inode].safe) for name, inode in self.safe_names.items()}

    def random(self, lot: random.Random) -> dict[str, bytes]:
        names = _renamed(self.safe_names, [e for e in self.pending_names if lot.random() < 0.5])
        out = {}
        for name, inode in sorted(names.items()):
            file = self.inodes[inode]
            survivors = [part for e in file.pending for part in _sectors(e) if lot.random() < 0.5]
            content = bytearray(file.safe)
            _apply(content, survivors)
            out[name] = bytes(content)
        return out


def _sectors(event: Event) -> Iterator[Event]:
    if event.what == "length":
        yield event
        return
    start, end = event.offset, event.offset + len(event.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield Event("write", event.name, event.inode, start, event.data[start - event.offset : stop - event.offset])
        start = stop


def _apply(content: bytearray, pending: list[Event]) -> None:
    for event in pending:
        if event.what == "length":
            del content[event.offset :]
            content.extend(bytes(event.offset - len(content)))
            continue
        if len(content) < event.offset:
            content.extend(bytes(event.offset - len(content)))
        content[event.offset : event.offset + len(event.data)] = event.data


def _renamed(names: dict[str, int], pending: list[Event]) -> dict[str, int]:
    out = dict(names)
    for event in pending:
        if event.what == "create":
            out[event.name] = event.inode
        else:
            out.pop(event.name, None)
    return out


class _Vfs(ctypes.Structure):
    pass


class _Methods(ctypes.Structure):
    pass


class _OpenFile(ctypes.Structure):
    _fields_ = [("methods", POINTER(_Methods))]


# paths travel as addresses: SQLite keeps the pointer and reads the parameters of the URI behind the name
_OPEN = ctypes.CFUNCTYPE(c_int, POINTER(_Vfs), c_void_p, POINTER(_OpenFile), c_int, POINTER(c_int))
_DELETE = ctypes.CFUNCTYPE(c_int, POINTER(_Vfs), c_void_p, c_int)
_CLOSE = ctypes.CFUNCTYPE(c_int, POINTER(_OpenFile))
_WRITE = ctypes.CFUNCTYPE(c_int, POINTER(_OpenFile), c_void_p, c_int, c_int64)
_LENGTH = ctypes.CFUNCTYPE(c_int, POINTER(_OpenFile), c_int64)
_SYNC = ctypes.CFUNCTYPE(c_int, POINTER(_OpenFile), c_int)

# sqlite3.h: struct sqlite3_vfs (version 3) and struct sqlite3_io_methods (version 3)
_Vfs._fields_ = [
    ("version", c_int), ("file_size", c_int), ("path_max", c_int), ("next", POINTER(_Vfs)), ("name", c_char_p), ("data", c_void_p),
    ("open", _OPEN), ("delete", _DELETE),
    *((f"other{i}", c_void_p) for i in range(14)),
]  # fmt: skip
_Methods._fields_ = [
    ("version", c_int), ("close", _CLOSE), ("read", c_void_p), ("write", _WRITE), ("length", _LENGTH), ("sync", _SYNC),
    *((f"other{i}", c_void_p) for i in range(13)),
]  # fmt: skip


class _Shim:
    """A copy of the default VFS that notes the calls of one folder; files keep the structure of the VFS it copies."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.library = load_library()
        self.library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        self.original = self.library.sqlite3_vfs_find(None)
        self.vfs = _Vfs()
        memmove(byref(self.vfs), self.original, sizeof(_Vfs))
        self.vfs.name = b"recorded"
        self.vfs.next = POINTER(_Vfs)()
        self.vfs.open, self.vfs.delete = _OPEN(self._open), _DELETE(self._delete)
        self.tables: dict[int, tuple[Any, Any]] = {}
        self.files: dict[int, tuple[str, int, bool, Any]] = {}
        self.names: dict[str, int] = {}
        self.inodes_n = 0

    def register(self) -> None:
        if self.library.sqlite3_vfs_register(byref(self.vfs), 1) != _OK:
            raise RuntimeError("SQLite refused the recording VFS")

    def unregister(self) -> None:
        self.library.sqlite3_vfs_register(self.original, 1)
        self.library.sqlite3_vfs_unregister(byref(self.vfs))
        _KEEP.append(self)  # connections that are still open call into it until they close

    def _open(self, _vfs: Any, path: int | None, file: Any, flags: int, out: Any) -> int:
        name = self._ours(path)
        if name is not None and self.recording.closed and flags & _READWRITE:
            return _CANTOPEN
        new = name is not None and not (self.recording.folder / name).exists()
        code = self.original.contents.open(self.original, path, file, flags, out)
        if code != _OK or name is None:
            return int(code)
        if new or name not in self.names:
            self.inodes_n += 1
            self.names[name] = self.inodes_n
            self.recording.events.append(Event("create", name, self.inodes_n))
        synced_at_first = new and bool(flags & (_MAIN_JOURNAL | _SUPER_JOURNAL | _WAL))
        before = file.contents.methods
        key = ctypes.addressof(before.contents)
        if key not in self.tables:
            self.tables[key] = self._table(before)
        self.files[ctypes.addressof(file.contents)] = (name, self.names[name], synced_at_first, before.contents)
        file.contents.methods = pointer(self.tables[key][0])
        return _OK

    def _table(self, before: Any) -> tuple[Any, Any]:
        table = _Methods()
        memmove(byref(table), before, sizeof(_Methods))
        table.close, table.write = _CLOSE(self._close), _WRITE(self._write)
        table.length, table.sync = _LENGTH(self._length), _SYNC(self._sync)
        return table, before

    def _close(self, file: Any) -> int:
        _, _, _, methods = self.files.pop(ctypes.addressof(file.contents))
        return int(methods.close(file))

    def _write(self, file: Any, data: int, size: int, offset: int) -> int:
        name, inode, _, methods = self.files[ctypes.addressof(file.contents)]
        if self.recording.full:
            return _FULL
        self.recording.events.append(Event("write", name, inode, offset, string_at(data, size)))
        return int(methods.write(file, data, size, offset))

    def _length(self, file: Any, size: int) -> int:
        name, inode, _, methods = self.files[ctypes.addressof(file.contents)]
        self.recording.events.append(Event("length", name, inode, size))
        return int(methods.length(file, size))

    def _sync(self, file: Any, flags: int) -> int:
        address = ctypes.addressof(file.contents)
        name, inode, folder_too, methods = self.files[address]
        code = int(methods.sync(file, flags))
        self.recording.events.append(Event("sync", name, inode))
        if folder_too:  # as os_unix.c does: the first sync of a new journal or log makes its name safe
            self.recording.events.append(Event("sync_folder", ""))
            self.files[address] = (name, inode, False, methods)
        return code

    def _delete(self, _vfs: Any, path: int, sync_folder: int) -> int:
        name = self._ours(path)
        code = int(self.original.contents.delete(self.original, path, sync_folder))
        if name is not None and code == _OK:
            self.recording.events.append(Event("delete", name, self.names.pop(name, 0)))
            if sync_folder:
                self.recording.events.append(Event("sync_folder", ""))
        return code

    def _ours(self, path: int | None) -> str | None:
        where = Path(string_at(path).decode()) if path else None
        return where.name if where is not None and where.parent == self.recording.folder else None


_KEEP: list[_Shim] = []


def load_library() -> ctypes.CDLL:
    """The SQLite that Python's own sqlite3 module uses: another copy in the process would see nothing of it."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    loaded = dict.fromkeys(line.split(maxsplit=5)[-1] for line in maps if "sqlite3" in line.rpartition("/")[2])
    wanted = sqlite3.connect(":memory:").execute("SELECT sqlite_source_id()").fetchone()[0].encode()
    for path in loaded:
        library = ctypes.CDLL(path)
        if not hasattr(library, "sqlite3_sourceid") or ".libs/" in path:
            continue
        library.sqlite3_sourceid.restype = c_char_p
        if library.sqlite3_sourceid() == wanted:
            return library
    raise RuntimeError("the SQLite of this Python exports no functions, so its writes cannot be recorded")

