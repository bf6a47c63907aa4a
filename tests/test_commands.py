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


def run(checkout: Path, script: str) -> subprocess.CompletedProcess[str]:
    where = {"PATH": str(checkout.parent / "bin"), "HOME": str(checkout)}
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


def test_a_finished_environment_is_left_alone_until_the_lock_changes(bare: Path) -> None:
    add_tool(bare, "python3", f'case "$2" in venv) echo remade; exit 9;; esac; exec "{sys.executable}" "$@"')
    assert run(bare, ".ci/install").returncode == 9
    script = (bare / ".ci" / "install").read_text(encoding="utf-8")
    stamp = re.search(r"^stamp=.*?^\s+requirements\.lock[^\n]*$", script, re.MULTILINE | re.DOTALL)
    assert stamp is not None
    version = f'python=python3; version="{sys.version_info.major}.{sys.version_info.minor}"'
    note = f'{version}\n{stamp[0]}\nmkdir -p .venv/bin\necho "$stamp" > .venv/installed\n'
    (bare.parent / "bin" / "mkdir").symlink_to(str(shutil.which("mkdir")))
    (bare / "note.sh").write_text(note, encoding="utf-8")
    assert run(bare, "note.sh").returncode == 0
    add_tool(bare, "python", "exit 0")
    (bare / ".venv" / "bin" / "python").symlink_to(bare.parent / "bin" / "python")
    assert run(bare, ".ci/install").returncode == 0
    with (bare / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write("# changed\n")
    assert run(bare, ".ci/install").returncode == 9


def test_missing_browser_packages_are_named_and_do_not_stop_the_tests(bare: Path) -> None:
    done = run(bare, ".ci/browser")
    assert done.returncode == 0
    assert "chromium" in done.stderr
