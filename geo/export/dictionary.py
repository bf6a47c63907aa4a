"""docs/data-dictionary.md: every table and column, printed from the declarations.

Run as `python -m geo.export.dictionary [--check] PATH`.
"""

from __future__ import annotations

from geo.export.document import format_table, run
from geo.outputs import METRICS, OUTPUTS, RUN
from geo.tables import INPUTS, PARTS, Column, Table

_KINDS = {
    "id": "编号 id",
    "text": "文本 text",
    "choice": "选项 choice",
    "bool": "是否 yes/no",
    "count": "计数 count",
    "number": "数 number",
    "ratio": "比值 0–1 ratio",
    "date": "日期 date",
    "ids": "编号列表 list of ids",
    "geometry": "几何 geometry",
}
_SHAPES = {"polygon": "面 Polygon, MultiPolygon", "point": "点 Point", "line": "线 LineString, MultiLineString"}
_NULLS = {"unknown": "不知道 unknown"}

_HEAD = """\
# 数据字典 · Data dictionary

本文由 `geo/tables.py` 与 `geo/outputs.py` 生成（`make docs`），请勿手改。
Printed from `geo/tables.py` and `geo/outputs.py` by `make docs`; do not edit.

- 编号一律是文本，前导零有意义。Ids are text; leading zeros matter.
- 日期为 ISO 日期；距离用米，面积用平方米，比值在 0 到 1 之间。ISO dates, metres, square metres, ratios from 0 to 1.
- 计数以浮点数保存：空值是“不知道”，从来不是零。Counts are stored as floats: null is unknown and never zero.
- 加粗的列必须有；其余列缺了就是“不知道”。**Bold** columns are required; any other may be missing and is then unknown.
"""

_RESULT = """\
## 结果文件夹 · The result folder

`doorplate verify 项目 --out 结果` 写出下列文件，要么全部写成，要么一个不写。已有的结果文件夹会被整体替换；其中不属于结果的文件保留不动；
不是结果的文件夹绝不覆盖。
`doorplate verify PROJECT --out OUT` writes the files below completely or not at all. An earlier result is replaced as a whole, files in it that
are not part of a result stay, and a folder that is no result is never overwritten.

相同的输入得到逐字节相同的文件。唯一的例外是 run.json 中的 `seconds` 与 `peak_memory_mb` 两项。
Equal inputs give equal bytes. The one exception are the entries `seconds` and `peak_memory_mb` of run.json.

几何用项目的工作坐标系（CGCS2000 三度带，米）。Geometry is in the working CRS of the project (the CGCS2000 3-degree zone, metres).

"""

_GPKG = """\
### findings.gpkg

QGIS 打开即按问题代码、状态分类着色，字段名为中文。图层：villages、buildings、addresses、plates、findings。
不含任何人数（以人数判定的问题只给标题）：它是会传给别人的文件。
QGIS draws it by code and status and shows Chinese column names without anybody choosing a style. It holds no count of persons (a
finding judged by one has its title only), because it is the file that is handed on.

### run.json

"""


def print_dictionary() -> str:
    """The data dictionary as Markdown, Chinese first."""
    parts = [_HEAD, "\n## 输入 · Inputs\n\n", *map(_print_table, INPUTS)]
    parts += ["### 地址要素 · Elements of an address\n\n", _print_parts(), _RESULT]
    parts += [_print_table(table, file=f"{table.name}.parquet") for table in OUTPUTS]
    parts += [_GPKG, _print_run(), "## 指标 · Metrics\n\n", _print_metrics()]
    return "".join(parts)


def _print_table(table: Table, *, file: str = "") -> str:
    rows = [_print_column(column) for column in table.columns]
    if table.geometry != "none":
        name = "**geometry**" if table.geometry_required else "geometry"
        rows.append((name, "几何", _SHAPES[table.geometry], "", "", "" if table.geometry_required else "无位置 no position"))
    head = ("列 column", "名称", "类型 type", "含义 meaning", "取值 values", "空值 null")
    return f"### {table.zh} · {file or table.name}\n\n{_upper(table.en)}.\n\n{format_table(head, rows)}\n"


def _print_column(column: Column) -> tuple[str, ...]:
    name = f"**{column.name}**" if column.required else column.name
    kind = _KINDS[column.kind] + (f" ({column.unit})" if column.unit else "")
    null = "" if column.required and column.null == "unknown" else _NULLS.get(column.null, column.null)
    return name, column.zh, kind, column.en, ", ".join(column.choices), null


def _print_parts() -> str:
    words = ", ".join(f"`{part}`" for part in PARTS)
    return f"{words}\n\n空值是“没有写”。Null means not written. `lane` 与 `sub_number` 有多个值时以 / 相连 join several values by `/`.\n\n"


def _print_run() -> str:
    return format_table(("项 entry", "名称", "含义 meaning"), [(key, zh, en) for key, (zh, en) in RUN.items()]) + "\n"


def _print_metrics() -> str:
    rows = [(m.name, m.zh, f"{m.n_zh} / {m.d_zh}", f"{m.n_en} / {m.d_en}") for m in METRICS]
    return format_table(("指标 metric", "名称", "分子 / 分母", "numerator / denominator"), rows)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


if __name__ == "__main__":
    run(print_dictionary())
