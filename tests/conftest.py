"""What every test run says about itself, and how properties are searched: the same way each time."""

from __future__ import annotations

import os

import fiona
import geopandas
import pandas as pd
import pyogrio
import shapely
from hypothesis import HealthCheck, settings

# Pages are tested as one office at one computer, unless a test says otherwise; servers started by tests inherit it.
os.environ.setdefault("DOORPLATE_SIGN_IN", "single")
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")


def pytest_report_header() -> str:
    libraries = f"geopandas {geopandas.__version__}, pandas {pd.__version__}, shapely {shapely.__version__} (GEOS {shapely.geos_version_string})"
    return f"{libraries}, pyogrio GDAL {pyogrio.__gdal_version_string__}, fiona GDAL {fiona.__gdal_version__}"
