"""CSV and Excel as offices write them."""

import datetime as dt
import zipfile

import openpyxl
import pytest
import xlsxwriter

from geo.errors import SourceError

HEADER = "门牌编号,门牌号,安装状态,经度,纬度\n"


def texts(folder, column="text"):
    return folder.read().tables["plates"][column].tolist()


def workbook(folder, rows, *, name="plates.xlsx", sheet="门牌", hidden=False):
    path = folder.path / name
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet(sheet)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, dt.date):
                page.write_datetime(r, c, value, book.add_format({"num_format": "yyyy-mm-dd"}))
            elif value is not None:
                page.write(r, c, value)
    if hidden:
        book.add_worksheet("说明").activate()
        page.hide()
    book.close()
    return path


def test_codes_keep_their_zeros_and_their_eighteen_digits(folder):
    folder.plates("00050011,长安路1号,已安装,106.2,29.6\n500227100001001001,长安路2号,已安装,106.2,29.6\n")
    assert texts(folder, "plate_id") == ["00050011", "500227100001001001"]


def test_only_an_empty_cell_is_missing(folder):
    folder.plates("1,NA,已安装,106.2,29.6\n2,null,,106.2,29.6\n3,,None,106.2,29.6\n")
    assert texts(folder)[:2] == ["NA", "null"]
    assert folder.read().tables["plates"]["text"].isna().tolist() == [False, False, True]


def test_a_row_with_an_unquoted_comma_is_refused_and_the_rest_kept(folder):
    folder.plates("1,长安路1号,已安装,106.2,29.6\n2,长安路2号,附1号,已安装,106.2,29.6\n3,长安路3号,已安装,106.2,29.6\n")
    raw = folder.read()
    assert raw.tables["plates"]["plate_id"].tolist() == ["1", "3"]
    assert raw.quarantine[["row", "code"]].values.tolist() == [[3, "row_ragged"]]
    assert raw.sources.loc[0, ["rows_read", "kept", "quarantined"]].tolist() == [3, 2, 1]


def test_a_table_whose_every_row_is_longer_than_its_header_is_refused(folder):
    folder.plates("1,长安路1号,已安装,106.2,29.6,x\n2,长安路2号,已安装,106.2,29.6,y\n")
    with pytest.raises(SourceError, match="header has 5 columns and every row has 6"):
        folder.read()


def test_an_unclosed_quote_names_the_line_it_opens_in(folder):
    folder.plates('1,长安路1号,已安装,106.2,29.6\n2,"长安路2号,已安装,106.2,29.6\n3,长安路3号,已安装,106.2,29.6\n')
    with pytest.raises(SourceError, match="from line 3"):
        folder.read()


def test_quoted_commas_and_line_breaks_belong_to_the_text(folder):
    folder.plates('1,"长安路1号,后门\n二楼",已安装,106.2,29.6\n2,长安路2号,已安装,106.2,29.6\n')
    raw = folder.read()
    assert raw.tables["plates"]["text"].tolist() == ["长安路1号,后门\n二楼", "长安路2号"]
    assert raw.tables["plates"]["_row"].tolist() == [2, 4]  # lines of the file, as a person finds them


def test_a_row_with_a_nul_byte_is_refused(folder):
    folder.plates("1,长安路\x001号,已安装,106.2,29.6\n2,长安路2号,已安装,106.2,29.6\n")
    raw = folder.read()
    assert raw.quarantine["code"].tolist() == ["nul_bytes"]
    assert len(raw.tables["plates"]) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_line_of_broken_bytes_is_refused_and_the_rest_kept(folder, encoding):
    rows = [f"P{i},长安路{i}号,已安装,106.2,29.6\n".encode(encoding) for i in range(150)]
    rows[77] = b"P77,\xff\xff\xfa,,106.2,29.6\n"
    folder.bytes("plates.csv", HEADER.encode(encoding) + b"".join(rows))
    raw = folder.read()
    assert raw.quarantine[["row", "code"]].values.tolist() == [[79, "text_unreadable"]]
    assert len(raw.tables["plates"]) == 149
    assert raw.tables["plates"]["text"].iloc[-1] == "长安路149号"


def test_a_header_that_occurs_twice_is_refused_with_its_name(folder):
    folder.text("plates.csv", "门牌编号,门牌号,门牌号 \n1,a,b\n")
    with pytest.raises(SourceError, match="duplicate headers: 门牌号"):
        folder.read()


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_other_delimiters_are_found(folder, delimiter):
    folder.plates("1,长安路1号,已安装,106.2,29.6\n".replace(",", delimiter), header=HEADER.replace(",", delimiter))
    assert texts(folder) == ["长安路1号"]


def test_titles_above_and_totals_below_are_no_data(folder):
    rows = "广普镇门牌清单,,,,\n填表日期：2026年6月,,,,\n" + HEADER + "1,长安路1号,已安装,106.2,29.6\n,,,,\n合 计,1,,,\n"
    folder.text("plates.csv", rows)
    raw = folder.read()
    assert raw.tables["plates"]["text"].tolist() == ["长安路1号"]
    assert raw.sources.loc[0, "rows_read"] == 1
    assert raw.repairs["why"].str.startswith("total_row").sum() == 1


def test_a_title_of_merged_cells_and_a_header_of_two_rows(folder):
    path = folder.path / "population.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet()
    page.merge_range(0, 0, 0, 3, "广普镇人口统计表")
    page.merge_range(1, 0, 2, 0, "地址编码")
    page.merge_range(1, 1, 1, 2, "人口")
    page.write_row(2, 1, ["户籍人口", "流动人口"])
    page.merge_range(1, 3, 2, 3, "统计日期")
    page.write_row(3, 0, ["A1", 3, 1, "2026-06-01"])
    page.write_row(5, 0, ["A2", 0, 2, "2026-06-01"])
    page.write_row(6, 0, ["合计", 3, 3])
    book.close()
    raw = folder.read()
    assert raw.tables["population"][["address_id", "registered_n", "floating_n", "counted_on"]].values.tolist() == [
        ["A1", "3", "1", "2026-06-01"],
        ["A2", "0", "2", "2026-06-01"],
    ]
    assert raw.tables["population"]["_row"].tolist() == [4, 6]


def test_a_village_merged_over_its_rows_is_filled_down(folder):
    path = folder.path / "plates.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet()
    page.write_row(0, 0, ["村居", "门牌编号", "门牌号"])
    page.merge_range(1, 0, 3, 0, "双河社区")
    for i in range(3):
        page.write_row(1 + i, 1, [f"P{i}", f"长安路{i + 1}号"])
    book.close()
    assert folder.read().tables["plates"]["village_code"].tolist() == ["双河社区"] * 3


def test_numbers_of_a_sheet_are_whole_where_they_are(folder):
    workbook(folder, [["门牌编号", "门牌号", "经度", "纬度"], [50011, 12, 106.25, 29.5], [50012, "12-1", 106.25, 29.5]])
    raw = folder.read()
    assert raw.tables["plates"]["plate_id"].tolist() == ["50011", "50012"]
    assert raw.tables["plates"]["text"].tolist() == ["12", "12-1"]


def test_a_code_kept_as_a_number_of_sixteen_digits_is_refused(folder):
    workbook(folder, [["门牌编号", "门牌号"], [500227100001001001, "长安路1号"], ["500227100001001002", "长安路2号"]])
    inputs = folder.standardise()
    assert inputs.quarantine["code"].tolist() == ["code_in_scientific_notation"]
    assert inputs.plates["plate_id"].tolist() == ["500227100001001002"]


def test_a_number_that_excel_made_a_date_of_is_refused_with_a_proposal(folder):
    workbook(folder, [["门牌编号", "门牌号"], ["P1", dt.date(2024, 1, 2)], ["P2", "1-3"]])
    inputs = folder.standardise()
    assert inputs.quarantine["code"].tolist() == ["number_turned_into_date"]
    assert "1-2" in inputs.quarantine["fix"].iloc[0]
    assert inputs.plates["text"].tolist() == ["1-3"]


def test_a_formula_nobody_computed_refuses_its_row(folder):
    book = openpyxl.Workbook()
    for row in (["门牌编号", "门牌号"], ["P1", '=CONCATENATE("长安路",1,"号")'], ["P2", "长安路2号"]):
        book.active.append(row)
    book.save(folder.path / "plates.xlsx")
    raw = folder.read()
    assert raw.quarantine[["row", "code"]].values.tolist() == [[2, "formula_without_value"]]
    assert raw.sources.loc[0, ["rows_read", "kept", "quarantined"]].tolist() == [2, 1, 1]


def test_the_formulas_looked_for_are_those_of_the_sheet_that_is_read(folder):
    book = openpyxl.Workbook()
    book.active.title = "计算"
    book.active.append(["=1+1"])
    page = book.create_sheet("门 & 牌", 0)  # first in the book, second among its parts
    for row in (["门牌编号", "门牌号"], ["P1", "长安路1号"], ["P2", "=A1"]):
        page.append(row)
    book.save(folder.path / "plates.xlsx")
    raw = folder.read()
    assert raw.tables["plates"]["plate_id"].tolist() == ["P1"]
    assert raw.quarantine["row"].tolist() == [3]


def test_the_only_sheet_with_data_is_read_even_if_hidden(folder):
    workbook(folder, [["门牌编号", "门牌号"], ["P1", "长安路1号"]], hidden=True)
    raw = folder.read()
    assert raw.sources.loc[0, "layer"] == "门牌"
    assert len(raw.tables["plates"]) == 1


def test_of_two_sheets_with_data_the_user_names_one(folder):
    book = openpyxl.Workbook()
    for title in ("一村", "二村"):
        page = book.create_sheet(title)
        page.append(["门牌编号", "门牌号"])
        page.append([title, "长安路1号"])
    book.save(folder.path / "plates.xlsx")
    with pytest.raises(SourceError, match="一村, 二村"):
        folder.read()
    folder.text("doorplate.toml", '[sources.plates]\nlayer = "二村"\n')
    assert folder.read().tables["plates"]["plate_id"].tolist() == ["二村"]


def test_a_workbook_that_unpacks_a_hundredfold_is_not_opened(folder):
    with zipfile.ZipFile(folder.path / "plates.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", "<row/>" * 5_000_000)
    with pytest.raises(SourceError, match="packed more than 100"):
        folder.read()


def test_a_damaged_workbook_is_named(folder):
    whole = workbook(folder, [["门牌编号", "门牌号"], ["P1", "长安路1号"]]).read_bytes()
    folder.bytes("plates.xlsx", whole[: len(whole) // 2])
    with pytest.raises(SourceError, match=r"plates\.xlsx"):
        folder.read()


def test_a_web_page_called_xls_says_what_to_do(folder):
    folder.text("plates.xls", "<html><body><table><tr><td>门牌号</td></tr></table>")
    with pytest.raises(SourceError, match="save it as xlsx or csv"):
        folder.read()


def test_a_sheet_without_known_headers_names_the_headers_it_needs(folder):
    folder.text("plates.csv", "甲,乙,丙\n1,2,3\n")
    with pytest.raises(SourceError, match=r"plate_id.*doorplate\.toml"):
        folder.read()


def test_a_missing_required_column_is_named_with_the_way_out(folder):
    folder.text("plates.csv", "门牌号,安装状态,经度\n长安路1号,已安装,106.2\n")
    with pytest.raises(SourceError, match=r"门牌编号 \(plate_id\)"):
        folder.read()


def test_a_header_alone_is_an_empty_table(folder):
    folder.plates("")
    inputs = folder.standardise()
    assert inputs.plates.empty
    assert "plates" in inputs.delivered
