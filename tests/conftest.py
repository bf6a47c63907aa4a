"""What every test run says about itself, and how properties are searched: the same way each time."""

from __future__ import annotations

import fiona
import geopandas
import pandas as pd
import pyogrio
import shapely
from hypothesis import HealthCheck, settings

settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")


def pytest_report_header() -> str:
    libraries = f"geopandas {geopandas.__version__}, pandas {pd.__version__}, shapely {shapely.__version__} (GEOS {shapely.geos_version_string})"
    return f"{libraries}, pyogrio GDAL {pyogrio.__gdal_version_string__}, fiona GDAL {fiona.__gdal_version__}"
