"""Persons never enter: columns about persons are recognised, dropped and counted; rows per person become counts.

A column is judged as a whole, by the words of its header and by the share of valid values: single record numbers pass
the checksum of an identity number by chance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.columns import as_arrow
from geo.read.headers import clean_header
from geo.read.ledger import Ledger
from geo.read.texts import Flags, Letters, changed, matching
from geo.tables import COUNTS

_WORDS: Mapping[str, tuple[str, ...]] = {
    "identity": ("身份证", "证件号", "证件类型", "公民身份", "身份号", "sfz", "zjhm", "idcard", "idnumber", "护照"),
    "phone": ("电话", "手机", "联系方式", "phone", "mobile", "lxdh", "sjhm"),
    "name": (
        "姓名",
        "户主",
        "产权人",
        "权利人",
        "申请人",
        "联系人",
        "登记人",
        "办理人",
        "经办人",
        "所有人",
        "业主",
        "房主",
        "居住人",
        "曾用名字",
        "xm",
    ),
    "person": (
        "出生",
        "生日",
        "性别",
        "民族",
        "与户主关系",
        "户号",
        "婚姻",
        "文化程度",
        "学历",
        "职业",
        "籍贯",
        "年龄",
        "csrq",
        "xb",
        "银行卡",
        "房产证",
        "不动产权证",
    ),
}
_ID_SHARE = 0.5
_ID_SHARE_NAMED = 0.1
_SAMPLE_N = 2000
_ID18 = r"^[1-9]\p{Nd}{5}(?:19|20)\p{Nd}{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\p{Nd}|3[01])\p{Nd}{3}[\p{Nd}Xx]$"
_NUMBER = r"^(?:1[3-9]\p{Nd}{9}|0\p{Nd}{2,3}[-－—]\p{Nd}{7,8})$"
_PHONE = r"(?<!\d)1[3-9]\d{9}(?!\d)"
_LANDLINE = r"(?<!\d)0\d{2,3}[-－—]\d{7,8}(?!\d)"
_ID_INSIDE = r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dXx])"
_INSIDE = re.compile(f"{_ID_INSIDE}|{_PHONE}|{_LANDLINE}")
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK = "10X98765432"
_GROUP = ("人员类型", "人口类型", "人员类别", "人口类别", "人口性质", "人员性质", "居住类型", "rylx", "rklb")
_ABSENT, _FLOATING = ("户在人不", "空挂", "人户分离"), ("流动", "暂住", "租住", "外来", "寄住")
_REGISTERED, _RESIDENT = ("户籍", "户口", "常口", "登记"), ("实有", "常住", "现住", "居住", "实住", "在住")


def person_column(header: str, values: pd.Series, *, code: bool = False) -> str | None:
    """What a column tells about persons: identity, phone, name or person; None if nothing.

    An identity or phone column is told by half of its values alone, or by a tenth together with its header; a name only
    by its header, because hamlets are called like people. A column of codes (`code`) is no list of phone numbers, though
    eleven digits that begin with the 13 to 15 of a province look like them.
    """
    plain = clean_header(header)
    word = next((kind for kind, words in _WORDS.items() if any(w == plain if w.isascii() else w in plain for w in words)), None)
    sample = values.iloc[np.flatnonzero(values.notna())[:_SAMPLE_N]].str.strip()
    if not len(sample):
        return word
    if valid_identity(sample).mean() >= (_ID_SHARE_NAMED if word else _ID_SHARE):
        return "identity"
    if not code and _written(sample, _NUMBER, range(11, 14)).mean() >= _ID_SHARE:
        return "phone"
    return word


def valid_identity(values: pd.Series) -> pd.Series:
    """Which texts are well-formed identity numbers: 18 characters, a date, and the MOD 11-2 check character."""
    out = pd.Series(_written(values, _ID18, range(18, 19)), index=values.index)
    if out.any():
        digits = np.array([[ord(c) - 48 for c in v[:17]] for v in values[out]])
        check = np.array(list(_CHECK))[digits @ _WEIGHTS % 11]
        out[out] = check == values[out].str[17].str.upper().to_numpy()
    return out


def drop_persons(texts: pd.DataFrame, columns: Mapping[str, int], role: str, ledger: Ledger) -> dict[str, int]:
    """The columns that may be read; those about persons are left out and reported by their number of cells only.

    Parameters
    ----------
    texts
        All columns of the file, headers as delivered.
    columns
        Canonical column -> position.
    """
    dropped = {}
    codes = {p for c, p in columns.items() if c.endswith(("_id", "_code"))}
    for position, header in enumerate(texts.columns):
        kind = person_column(str(header), texts.iloc[:, position], code=position in codes)
        if kind is not None and not _harmless(position, columns, kind):
            dropped[position] = kind
            cells = int(texts.iloc[:, position].notna().sum())
            ledger.repair(
                role,
                "*",
                None,
                None,
                None,
                f"person_column: 个人信息列（{kind}）未读入，{cells} 格 / a column about persons was not read, {cells} cells",
            )
    return {c: p for c, p in columns.items() if p not in dropped}


def mask_persons(frame: pd.DataFrame, role: str, ledger: Ledger) -> pd.DataFrame:
    """The frame with phone and identity numbers cut out of its texts; how many cells is reported, never which value."""
    out = frame.copy(deep=False)
    for column in (c for c in ("text", "old", "new", "name", "document") if c in out):
        long = matching(out[column], r"[0-9]{7}", _figures, 7)
        found = long.copy()
        found[long] = [_INSIDE.search(str(t)) is not None for t in out.loc[long, column]]
        if found.any():
            out[column] = changed(out[column], found, lambda t: _INSIDE.sub("", t))
            n = int(found.sum())
            ledger.repair(
                role,
                "*",
                column,
                None,
                None,
                f"person_value: 文字中的电话或证件号已删去，{n} 格 / phone or identity numbers cut out, {n} cells",
            )
    return out


def count_persons(frame: pd.DataFrame, texts: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Counts per address of a population file with one row per person; other files unchanged.

    What a person counts as is read from a column of kinds: 流动 is floating and lives there, 户在人不在 is registered and absent,
    户籍 is registered (and lives there if the file knows absent ones at all). Without such a column the headers decide: 户籍 or
    户口 means registered, anything else living there. Kinds the file does not tell stay unknown.
    """
    about = [str(h) for i, h in enumerate(texts.columns) if person_column(str(h), texts.iloc[:, i]) in ("identity", "name")]
    if not about or any(c in frame for c in COUNTS):
        return frame
    keys = [c for c in ("address_id", "text", "counted_on") if c in frame]
    members = _members(frame.index, texts)
    told = sorted(kind for kind, rows in members.items() if rows.any())
    counted = frame.assign(**{kind: members[kind].astype("int64") for kind in told})
    grouped = counted.groupby([*keys, "_source"], dropna=False, sort=True)
    out = pd.concat([grouped[told].sum(), grouped["_row"].min()], axis=1).reset_index()
    why = f"persons_counted: {len(frame)} 行按人登记，已汇总为 {len(out)} 个地址 / {len(frame)} rows per person became counts of {len(out)} addresses"
    ledger.repair("population", "*", None, None, None, why)
    return out.astype(dict.fromkeys(told, "str"))[[*keys, *told, "_source", "_row"]]


def _written(values: pd.Series, pattern: str, lengths: range) -> npt.NDArray[np.bool_]:
    """Which texts match a pattern; only those of its lengths are asked, as most columns have none and the pattern is dear to compile."""
    signs = pc.utf8_length(as_arrow(values))
    out = np.asarray(pc.fill_null(pc.is_in(signs, pa.array(lengths, signs.type)), False), dtype=bool)
    if out.any():
        out[out] = matching(values[out], pattern)
    return out


def _figures(letters: Letters) -> Flags:
    return letters - ord("0") < 10  # what lies below them comes out above


def _members(index: pd.Index, texts: pd.DataFrame) -> dict[str, npt.NDArray[np.bool_]]:
    """Count column -> which persons count there."""
    words = "".join(map(str, texts.columns))
    group = next((i for i, h in enumerate(texts.columns) if clean_header(str(h)) in _GROUP), None)
    said = texts.iloc[:, group] if group is not None else pd.Series("", index=index, dtype="str")
    absent, floating, registered, resident = (matching(said, "|".join(w)) for w in (_ABSENT, _FLOATING, _REGISTERED, _RESIDENT))
    registered = (registered & ~floating) | absent
    silent = ~(absent | floating | registered | resident)
    home = "户籍" in words or "户口" in words
    present = resident | floating | (registered & ~absent & bool(absent.any()))
    return {
        "absent_n": absent,
        "floating_n": floating,
        "registered_n": registered | (silent & home),
        "resident_n": (present & ~absent) | (silent & (not home)),
    }


def _harmless(position: int, columns: Mapping[str, int], kind: str) -> bool:
    """A column we read on purpose, whose header merely holds one of the words and whose values are no numbers of persons."""
    return kind in ("name", "person") and position in columns.values()
