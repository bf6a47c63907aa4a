"""`python -m benchmarks`: accuracy, then speed, and the results written."""

from __future__ import annotations

import subprocess
import sys

for name in ("accuracy", "speed"):
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}", "--write"], check=True)
