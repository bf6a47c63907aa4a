"""doorplate.toml: every key is known, or refused with the nearest one that is."""

import pytest

from geo.errors import ProjectError
from geo.read import read_settings
from geo.tables import Scope

FULL = """
as_of = "2026-06-30"
profile = "default"
scope = { province = "重庆市", county = "璧山区", town = "广普镇" }
[sources.plates]
file = ["a.csv", "b/*.csv"]
layer = "门牌"
encoding = "gb18030"
crs = "EPSG:4490"
datum_correction = "gcj02"
columns = { plate_id = "门牌编号", lon = "东经" }
values = { state = { "已挂" = "installed" } }
[sources.addresses]
file = "x.xlsx"
datum_correction = { dx_m = 1.2, dy_m = -0.8 }
[thresholds]
near_m = 9
"""


def test_everything_that_may_stand_there_is_read(tmp_path):
    (tmp_path / "doorplate.toml").write_text(FULL, encoding="utf-8-sig")
    settings = read_settings(tmp_path)
    plates = settings.source("plates")
    assert settings.as_of == "2026-06-30"
    assert settings.scope == Scope(province="重庆市", county="璧山区", town="广普镇")
    assert plates.files == ("a.csv", "b/*.csv")
    assert (plates.layer, plates.encoding, plates.crs, plates.datum_correction) == ("门牌", "gb18030", "EPSG:4490", "gcj02")
    assert plates.columns["lon"] == "东经"
    assert plates.values["state"] == {"已挂": "installed"}
    assert settings.source("addresses").datum_correction == (1.2, -0.8)
    assert settings.thresholds == {"near_m": 9}
    assert settings.source("villages").files == ()


def test_without_a_file_everything_is_found_out(tmp_path):
    assert read_settings(tmp_path).sources == {}


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("as_off = '2026-01-01'", "as_of"),
        ("[sources.plate]\nfile = 'a.csv'", "plates"),
        ("[sources.plates]\nfiel = 'a.csv'", "file"),
        ("[sources.plates]\ncolumns = { plateid = 'a' }", "plate_id"),
        ("[sources.plates]\nvalues = { stat = { a = 'installed' } }", "state"),
        ("[sources.plates]\nvalues = { state = { a = 'instaled' } }", "installed"),
        ("[sources.plates]\ndatum_correction = 'gcj-02'", "gcj02"),
        ("scope = { twon = 'a' }", "town"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path, text, near):
    (tmp_path / "doorplate.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError, match=rf"did you mean {near}\?"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    "text", ["as_of = ", "\x00", "scope = 'a'", "[sources.plates]\ncrs = 4490", "[sources.plates]\ndatum_correction = { dx = 1 }"]
)
def test_what_is_no_setting_is_refused(tmp_path, text):
    (tmp_path / "doorplate.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError):
        read_settings(tmp_path)


def test_a_toml_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "doorplate.toml").write_bytes('profile = "默认"'.encode("gb18030"))
    with pytest.raises(ProjectError, match="UTF-8"):
        read_settings(tmp_path)
