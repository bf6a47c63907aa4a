"""Nothing of a machine, of the network or of a person is in a tracked file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BINARY = {".parquet", ".gpkg", ".xlsx", ".png", ".zip", ".shp", ".dbf", ".shx", ".ico", ".woff2", ".mo", ".gz", ".xls"}


def list_tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout: tracked files cannot be told")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def search(pattern: str, *, without: tuple[str, ...] = ()) -> list[str]:
    hits = []
    for path in list_tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in BINARY or path == Path(__file__) or any(re.search(part, name) for part in without):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if found := re.search(pattern, line):
                hits.append(f"{name}:{number}: {found[0]}")
    return hits


def test_no_path_of_a_machine_is_written_down() -> None:
    assert search(r"(?<![\w.\-/])(/(work|tmp|root|home|farm|Users|mnt|opt)/[\w.\-]+|[A-Z]:\\\\?Users)") == []


def test_no_address_of_the_network_is_needed_to_run() -> None:
    cdn = r"https?://(cdn|unpkg|cdnjs|fonts\.g|code\.jquery|netdna|ajax\.google|[\w.]*\.tile\.|[\w.]*jsdelivr)[\w./\-]*"
    assert search(cdn, without=(r"\bvendor/", r"\.md$")) == []


def test_no_package_registry_is_named() -> None:
    registry = r"(pypi\.org|pythonhosted|files\.python|mirrors\.\w+|registry\.npmjs|index-url|find-links|trusted-host)"
    allowed = (r"^Makefile$", r"^docs/decisions/", r"\bvendor/")  # the options that keep the registry out of the lock are named there
    assert search(registry, without=allowed) == []
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_no_secret_is_tracked() -> None:
    secret = (
        r"(BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|(?i:password|secret|token|api_key)\s*[=:]\s*[\"'][\w\-+/]{12,}[\"'])"
    )
    assert search(secret, without=(r"\bvendor/",)) == []
    assert [p for p in list_tracked() if p.name in {"secrets.toml", ".env"}] == []


def test_no_identity_number_of_a_person_is_written_down() -> None:
    weights, digits = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
    number = r"(?<![\dA-Fa-f])[1-8]\d{5}(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX](?![\dA-Fa-f])"
    hits = search(number, without=(r"\bvendor/", r"\.lock$", r"^tests/read/"))
    real = [h for h in hits if digits[sum(w * int(d) for w, d in zip(weights, h[-18:-1], strict=True)) % 11] == h[-1]]
    assert real == []


def test_every_link_of_a_document_leads_somewhere() -> None:
    broken = []
    for page in (path for path in list_tracked() if path.suffix == ".md"):
        text = page.read_text(encoding="utf-8")
        for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]+)?\)", text):
            path = page.parent / target if target else page
            if not path.exists() or (anchor and f'<a id="{anchor[1:]}">' not in path.read_text(encoding="utf-8")):
                broken.append(f"{page.relative_to(ROOT)}: {target}{anchor}")
    assert broken == []


def test_every_tracked_data_file_has_its_origin_told() -> None:
    if not (ROOT / "data").is_dir():
        pytest.skip("no data folder")
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    folders = {p.relative_to(ROOT / "data").parts[0] for p in list_tracked() if (ROOT / "data") in p.parents}
    assert [name for name in sorted(folders) if name != "README.md" and name not in text] == []
