"""Bring Leaflet into the repository from its npm package, once, by hand: `python -m layers.vendor`. Never at run time.

`npm pack` fetches one tarball and runs no script. Every file is recorded with its SHA-256 in MANIFEST.json, which a
test compares with what lies in the folder; the licence travels along.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

ASSETS = Path(__file__).resolve().parent / "assets"
VENDOR = ASSETS / "vendor"
WANTED: Mapping[str, Mapping[str, str]] = {
    "leaflet@1.9.4": {
        "dist/leaflet.js": "leaflet.js",
        "dist/leaflet.css": "leaflet.css",
        "dist/images/layers.png": "images/layers.png",
        "dist/images/layers-2x.png": "images/layers-2x.png",
        "dist/images/marker-icon.png": "images/marker-icon.png",
        "LICENSE": "LICENSES/leaflet.txt",
    },
}
"""Package and version -> path in its tarball -> path in assets/vendor."""


def vendor(target: Path = VENDOR) -> dict[str, dict[str, object]]:
    """Fetch every wanted file into `target` and write its MANIFEST.json; returns the manifest.

    Raises
    ------
    KeyError
        A wanted file is not in the package; the version has moved it.
    """
    manifest: dict[str, dict[str, object]] = {}
    for package, files in WANTED.items():
        for path, content in _packed(package, set(files)):
            kept = target / files[path]
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(content)
            manifest[files[path]] = {"from": package, "path": path, "sha256": digest(content), "bytes": len(content)}
        if missing := set(files) - {str(m["path"]) for m in manifest.values() if m["from"] == package}:
            raise KeyError(f"{package} has no {', '.join(sorted(missing))}")
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    (target / "MANIFEST.json").write_text(text, encoding="utf-8")
    return manifest


def digest(content: bytes) -> str:
    """SHA-256 of the bytes, as hex."""
    return hashlib.sha256(content).hexdigest()


def _packed(package: str, wanted: set[str]) -> Iterator[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603, S607  fixed words, by hand
        with tarfile.open(Path(folder) / run.stdout.split()[-1]) as archive:
            for member in archive.getmembers():
                path = member.name.partition("/")[2]
                source = archive.extractfile(member) if path in wanted else None
                if source is not None:
                    # The last line names a source map that is not shipped: browsers would ask for it.
                    yield path, b"\n".join(n for n in source.read().split(b"\n") if not n.startswith(b"//# sourceMappingURL="))


if __name__ == "__main__":
    sys.stdout.write(f"{len(vendor())} files in {VENDOR.relative_to(Path.cwd())}\n")
