"""A PostgreSQL that is really started for a test session: Debian's own server, as a user without rights, unix socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg

OWNER = "doorplate"


def find_binaries() -> Path | None:
    """Folder of the newest server installed, null where there is none (`.ci/postgres` installs it)."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    return next((f for f in [*folders, *([Path(on_path).resolve().parent] if on_path else [])] if (f / "initdb").exists()), None)


def find_memory() -> Path | None:
    """A folder in memory with room for a server, null where there is none: these tests ask what is kept, not whether a disk keeps it."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30 else None


class Cluster:
    """One server of its own in a new folder below the system's temporary one; `stop` takes everything away."""

    def __init__(self, binaries: Path, *, settings: dict[str, str] | None = None) -> None:
        self.binaries = binaries
        _sweep(binaries)
        # not pytest's folder: PostgreSQL refuses root, and nobody cannot reach what only root may enter
        self.folder = Path(tempfile.mkdtemp(prefix="doorplate-pg-", dir=find_memory()))
        (self.folder / "owner").write_text(str(os.getpid()), encoding="utf-8")
        self.user = "nobody" if os.geteuid() == 0 else None
        if self.user is not None:
            nobody = pwd.getpwnam(self.user)
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self.settings = {"listen_addresses": "", "unix_socket_directories": str(self.folder), "fsync": "off", "max_connections": "120", "full_page_writes": "off", "shared_buffers": "32MB", **(settings or {})}
        self._run("initdb", "-D", str(self.data), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = " ".join(f"-c {k}='{v}'" for k, v in self.settings.items())
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "30", "-l", str(self.folder / "log"), "-o", options, "start")

    def halt(self, mode: str = "fast") -> None:
        """Stop the server: `fast` in order, `immediate` as if the machine died."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "30", "-m", mode, "stop")

    def stop(self) -> None:
        """Stop the server and take its folder away."""
        self.halt("immediate")
        shutil.rmtree(self.folder)

    def create_database(self, template: str | None = None) -> str:
        """URL of a new database, empty or a copy of the one at another URL that nobody has open."""
        name = "book_" + uuid4().hex[:12]
        source = template.rsplit("@/", 1)[1].split("?")[0] if template is not None else "template0"
        create = psycopg.sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(psycopg.sql.Identifier(name), psycopg.sql.Identifier(source))
        with psycopg.connect(host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True) as connection:
            connection.execute(create)
        return f"postgresql://{OWNER}@/{name}?host={self.folder}"

    def drop_database(self, url: str) -> None:
        """Take a database away, whoever still has it open."""
        drop = psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(psycopg.sql.Identifier(url.rsplit("@/", 1)[1].split("?")[0]))
        with psycopg.connect(host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True) as connection:
            connection.execute(drop)

    def _run(self, program: str, *arguments: str) -> None:
        options = _as_user(self.user)
        command = [str(self.binaries / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, timeout=60, check=False, **options) if program != "pg_ctl" else None
        if done is None:  # the server keeps the pipes of who started it: pg_ctl writes to a file instead
            with (self.folder / "ctl").open("w") as out:
                done = subprocess.run(command, stdout=out, stderr=out, cwd=self.folder, timeout=60, check=False, **options)
        if done.returncode:
            told = done.stderr or (self.folder / "ctl").read_text(encoding="utf-8")
            raise RuntimeError(f"{program}: {told}")


def _as_user(user: str | None) -> dict[str, object]:
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user is not None else {}


def _sweep(binaries: Path) -> None:
    """Take away servers of test sessions that were killed before they could do it themselves."""
    for owner in (find_memory() or Path(tempfile.gettempdir())).glob("doorplate-pg-*/owner"):
        if owner.stat().st_uid != os.geteuid() or Path("/proc", owner.read_text(encoding="utf-8")).exists():
            continue
        user = "nobody" if os.geteuid() == 0 else None
        command = [str(binaries / "pg_ctl"), "-D", str(owner.parent / "data"), "-m", "immediate", "stop"]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=owner.parent, timeout=60, check=False, **_as_user(user))
        shutil.rmtree(owner.parent, ignore_errors=True)
