"""A file is what its bytes say; text is decoded strictly or refused."""

import pytest

from geo.errors import SourceError
from geo.read.sniff import decode, sniff

GOOD = "门牌编号,门牌号,经度,纬度\n001,长安路１号,106.2,29.6\n002,和平街五号,106.2,29.6\n"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PAR1....", "parquet"),
        (b"SQLite format 3\x00....", "gpkg"),
        (b"\x00\x00\x27\x0a....", "shp"),
        (b"\xd0\xcf\x11\xe0....", "xls"),
        (b'\xef\xbb\xbf{"type": "FeatureCollection"}', "geojson"),
        (b'<?xml version="1.0"?><kml/>', "kml"),
        ("门牌编号,门牌号\n".encode("gb18030"), "csv"),
    ],
)
def test_the_bytes_decide_whatever_the_name(tmp_path, data, kind):
    path = tmp_path / "plates.geojson"
    path.write_bytes(data)
    assert sniff(path) == kind


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"<html><table><tr><td>1", "HTML"),
        (b"\n<!DOCTYPE html><body>", "HTML"),
        (b"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource>", "virtual"),
        (b"<VRTDataset rasterXSize='1'>", "virtual"),
        (b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}', "virtual"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"x" * 257 + b"ustar\x00", "archive"),
    ],
)
def test_what_is_never_read_is_refused_with_what_to_do(tmp_path, data, word):
    path = tmp_path / "plates.geojson"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=word) as e:
        sniff(path)
    assert "plates.geojson" in e.value.zh


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_the_encodings_of_offices_are_told_apart(encoding, told):
    assert decode(GOOD.encode(encoding), "a.csv") == (GOOD, told)


def test_big5_is_not_taken_for_gb18030_though_it_decodes_without_error():
    text = "門牌編號,門牌號,經度\n001,長安路三段二號,121.5\n002,中山北路五十號,121.5\n003,信義區松高路,121.5\n"
    assert text.encode("big5").decode("gb18030") != text
    assert decode(text.encode("big5"), "a.csv") == (text, "big5")


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf\xef\xbb\xbf", b"\xc3\xaf\xc2\xbb\xc2\xbf", b"\xef\xbb\xbf\xc3\xaf\xc2\xbb\xc2\xbf"])
def test_a_byte_order_mark_that_was_encoded_again_disappears(mark):
    assert decode(mark + GOOD.encode(), "a.csv")[0] == GOOD


def test_a_gbk_file_with_a_utf8_byte_order_mark_keeps_its_first_header():
    assert decode(b"\xef\xbb\xbf" + GOOD.encode("gb18030"), "a.csv")[0] == GOOD


def test_rare_characters_outside_gbk_survive():
    text = "门牌号,备注\n𠮷祥路１号,长安路二号\n"
    assert decode(text.encode("gb18030"), "a.csv")[0] == text


def test_bytes_that_are_no_text_are_refused_with_their_line():
    with pytest.raises(SourceError, match="line 2"):
        decode(b"a,b\n\xff\xfe\xfa\x81\x30\xff,1\n", "a.csv")


def test_the_named_encoding_wins_and_must_fit():
    assert decode("é".encode("latin-1"), "a.csv", encoding="latin-1")[0] == "é"
    with pytest.raises(SourceError, match="not utf-8"):
        decode(GOOD.encode("gb18030"), "a.csv", encoding="utf-8")
    with pytest.raises(SourceError, match="no encoding klingon"):
        decode(b"a", "a.csv", encoding="klingon")
