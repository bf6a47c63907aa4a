"""The two commands of the README are what they say, and a machine that lacks something is told what to do."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("bash", "cat", "dirname", "find", "id", "rm")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout on a machine with a shell and nothing else: no apt-get, no sudo, no Python."""
    checkout, tools = tmp_path / "checkout", tmp_path / "bin"
    shutil.copytree(ROOT / ".ci", checkout / ".ci")
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, checkout / name)
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(str(shutil.which(name)))
    return checkout


def add_tool(checkout: Path, name: str, script: str) -> None:
    path = checkout.parent / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def run(checkout: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    where = {"PATH": str(checkout.parent / "bin"), "HOME": str(checkout), **variables}
    return subprocess.run(["bash", script], cwd=checkout, env=where, capture_output=True, text=True, check=False, timeout=60)


def test_ci_runs_exactly_the_test_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("make app", "make test"):
        assert re.search(rf"^{command} ", readme, re.MULTILINE)
        assert re.search(rf"^{command.removeprefix('make ')}:.*##", makefile, re.MULTILINE)
    assert re.search(r"^exec make test\b", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)


def test_make_alone_lists_every_target_with_its_line() -> None:
    if shutil.which("make") is None:
        pytest.skip("no make on this machine")
    listed = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    assert {line.split()[0] for line in listed.splitlines() if "·" in line} == set(phony[1].split())


def test_a_taken_port_gives_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, str(ROOT / ".ci" / "port.py"), str(port)]
        found = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert found != port
    assert 0 < found < 65536


def test_a_machine_without_a_fitting_python_is_told_which_one_it_needs(bare: Path) -> None:
    add_tool(bare, "python3", "exit 1")  # what an older Python answers to the question for its version
    done = run(bare, ".ci/install")
    assert done.returncode == 1
    assert "Python 3.11" in done.stderr
    assert "python3-venv" in done.stderr
    assert not (bare / ".venv").exists()


def test_a_python_without_venv_is_told_which_package_is_missing(bare: Path) -> None:
    add_tool(bare, "python3", f'case "$2" in *ensurepip*) exit 1;; esac; exec "{sys.executable}" "$@"')
    done = run(bare, ".ci/install")
    assert done.returncode == 1
    assert f"sudo apt-get install python{sys.version_info.major}.{sys.version_info.minor}-venv" in done.stderr
    assert not (bare / ".venv").exists()


def test_the_environment_is_made_anew_when_the_lock_changes_and_only_then(bare: Path) -> None:
    # a Python whose venv holds a stand-in that notes what pip is asked for
    make = 'mkdir -p "$3/bin"; cp "$STAND_IN" "$3/bin/python"; echo venv >> "$NOTES"; exit 0'
    add_tool(bare, "python3", f'case "$2" in venv) {make};; esac; exec "{sys.executable}" "$@"')
    add_tool(bare, "stand-in", 'echo "$@" >> "$NOTES"')
    for name in ("mkdir", "cp"):
        (bare.parent / "bin" / name).symlink_to(str(shutil.which(name)))
    notes = bare / "notes"

    def install() -> list[str]:
        notes.write_text("", encoding="utf-8")
        done = run(bare, ".ci/install", STAND_IN=str(bare.parent / "bin" / "stand-in"), NOTES=str(notes))
        assert done.returncode == 0, done.stderr
        return notes.read_text(encoding="utf-8").splitlines()

    first = install()
    assert first[0] == "venv"
    assert "--require-hashes" in first[1]
    assert first[2].endswith("--no-deps --no-build-isolation -e .")
    assert install() == []
    (bare / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    assert install() == first[2:]
    with (bare / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    assert install() == first


def test_missing_browser_packages_are_named_and_do_not_stop_the_tests(bare: Path) -> None:
    done = run(bare, ".ci/browser")
    assert done.returncode == 0
    assert "chromium" in done.stderr
