"""The picture of the imports is the picture of the data flow, and a file without a declared place is refused."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("geo", "layers", "views")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "assets", "vendor"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def list_modules() -> list[Path]:
    return [ROOT / "app.py", *(p for name in PACKAGES for p in sorted((ROOT / name).rglob("*.py")))]


def list_imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


def test_every_contract_is_kept() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken" in done.stdout


def test_a_new_file_of_the_engine_without_a_declared_place_is_refused(copy: Path) -> None:
    (copy / "geo" / "undeclared.py").write_text('"""A step nobody declared."""\n', encoding="utf-8")
    done = lint_imports(copy)
    assert done.returncode != 0
    assert "geo.undeclared" in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "named"),
    [
        ("geo/tables.py", "import geo.export", "geo.tables -> geo.export"),
        ("geo/rule.py", "import geo.rules", "geo.rule -> geo.rules"),
        ("geo/read/__init__.py", "import geo.export", "geo.read -> geo.export"),
        ("geo/export/__init__.py", "import layers", "geo.export -> layers"),
        ("geo/profile.py", "import streamlit", "geo.profile -> streamlit"),
        ("geo/profile.py", "import folium", "geo.profile -> folium"),
        ("layers/__init__.py", "import views", "layers -> views"),
        ("layers/__init__.py", "import streamlit", "layers -> streamlit"),
    ],
)
def test_an_import_against_the_flow_is_refused(copy: Path, file: str, line: str, named: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    done = lint_imports(copy)
    assert done.returncode != 0
    assert named in " ".join(done.stdout.split())


def test_nothing_imports_the_app_and_the_app_only_what_lists_the_pages() -> None:
    assert [p for p in list_modules() if "app" in {name.split(".")[0] for name in list_imports(p)}] == []
    assert {name.split(".")[0] for name in list_imports(ROOT / "app.py")} <= {"__future__", "streamlit", "views"}


def test_every_package_is_listed_for_installation() -> None:
    found = {".".join(p.parent.relative_to(ROOT).parts) for name in PACKAGES for p in (ROOT / name).rglob("__init__.py")}
    listed = set(PROJECT["tool"]["setuptools"]["packages"])
    assert found == {name for name in listed if not name.startswith("data")}
    assert all((ROOT / name.replace(".", "/")).is_dir() for name in listed)


def plain_name(spec: str) -> str:
    """Name of a library without its version and extras: psycopg of psycopg[binary]==3.3.9."""
    return re.split(r"==|\[", spec)[0]


def test_every_imported_library_is_declared_and_every_declared_one_is_used() -> None:
    owners = packages_distributions()
    imported = {name.split(".")[0] for p in list_modules() for name in list_imports(p)} - set(PACKAGES) - sys.stdlib_module_names
    declared = {plain_name(spec) for spec in PROJECT["project"]["dependencies"]}
    used = {owner.lower().replace("_", "-") for name in imported for owner in owners[name]}
    assert used - declared == set()
    assert declared - used == {"httpx"}, "sign-in asks the provider through it (authlib), and declares it nowhere"


def test_every_library_of_the_tests_and_benchmarks_is_declared() -> None:
    owners = packages_distributions()
    own = {*PACKAGES, "app", "benchmarks", "tests"}
    paths = [p for name in ("tests", "benchmarks") for p in (ROOT / name).rglob("*.py")]
    imported = {name.split(".")[0] for p in paths for name in list_imports(p)} - own - sys.stdlib_module_names
    declared = {plain_name(spec) for spec in PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"]}
    assert {owner.lower().replace("_", "-") for name in imported for owner in owners.get(name, [name])} - declared == set()


def test_every_declared_version_is_the_locked_one() -> None:
    locked = {line.split(" ")[0] for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if "==" in line}
    declared = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"]
    assert [spec for spec in declared if "==" in spec and re.sub(r"\[.*\]", "", spec.lower()) not in locked] == []
