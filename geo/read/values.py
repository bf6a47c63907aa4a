"""Texts become typed columns, each distinct text looked at once. Unknown is null, never zero; nothing is silent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from geo.columns import all_null, as_arrow, as_column
from geo.read.ledger import Ledger
from geo.read.texts import Flags, Letters, changed, matching
from geo.read.words import BOOLS, CHOICES
from geo.tables import Column, Table

OPEN_END = pd.Timestamp("2200-01-01")
"""What 长期 or 9999-12-31 becomes as a last day: known, and never reached."""
_COUNT_MAX = 100_000
_TEXT_MAX_N = 500
_INVISIBLE = re.compile(r"[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]+")
_HIDDEN = r"[\x00-\x1f\x7f\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}\x{2066}-\x{2069}\x{feff}\x{ad}]"
_UNCLEAN = rf"^[\pZ\x{{85}}]|[\pZ\x{{85}}]$|{_HIDDEN}"
"""A text with invisible signs in it or blanks around it."""
_UNPLAIN_ID = r"^=|[^!-&(-~\x{4e00}-\x{9fff}]"
"""An id with other signs than ASCII and Han, with blanks or apostrophes, or with the = of a guard against Excel before it."""
_FLOAT_ID = re.compile(r"[+-]?\d+(?:\.\d+)?[eE]\+?\d+|\d+\.0+")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2})?")
_THOUSANDS = re.compile(r"[+]?\d{1,3}(?:,\d{3})+")
_UNIT = re.compile(r"[人户层个家口幢栋间套f]$")
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5}
_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_COMPACT = re.compile(r"((?:18|19|20|21)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_ENDLESS = ("长期", "永久", "长期有效", "永久有效", "无期限", "99991231")
_BLANK = ("", "-", "--", "—", "/", "\\", "无", "空", "null", "none", "nan", "n/a", "nil", "不详", "未知", "暂无", "<na>", "nat")


def type_table(frame: pd.DataFrame, table: Table, values: Mapping[str, Mapping[str, str]], ledger: Ledger) -> pd.DataFrame:
    """Every declared column of a table, typed; all-null where the source has none. Same index as `frame`.

    Parameters
    ----------
    frame
        Texts with canonical columns, `_source`, `_row` and `_key`: the cleaned id where the table has one.
    values
        Column -> delivered word -> choice, from doorplate.toml; wins over our own words.

    Returns
    -------
    pandas.DataFrame
        Texts `str`, counts and numbers `float64`, bools `boolean`, dates `datetime64[ns]`. A cell that is no count, number or
        date is null here and listed in the quarantine; a word that is no known choice is null and listed in the repairs.
    """
    out: dict[str, pd.Series] = {}
    for column in table.columns:
        texts = frame.get(column.name)
        if texts is None:
            out[column.name] = _empty(column, frame.index)
        elif column.name == table.id:
            out[column.name] = frame["_key"]
        else:
            out[column.name] = _typed(column, table.name, frame, texts, values.get(column.name, {}), ledger)
    return pd.DataFrame(out, index=frame.index, copy=False)


def clean_ids(texts: pd.Series) -> pd.Series:
    """Ids as they are compared: NFKC, without blanks around, invisible signs or Excel's guards ('0012, ="0012"); zeros stay."""
    unplain = matching(texts, _UNPLAIN_ID, _beside_ids) | (texts == "").to_numpy()
    return changed(texts, unplain, _plain_id)


def float_like(ids: pd.Series) -> pd.Series:
    """Which ids went through a floating-point number: 5.00227E+17, 50011.0."""
    return pd.Series(matching(ids, rf"^(?:{_FLOAT_ID.pattern})$", _of_numbers), index=ids.index)


def excel_dates(texts: pd.Series) -> pd.Series:
    """Which texts are a day, as Excel makes it of the number 1-2."""
    return pd.Series(matching(texts, rf"^(?:{_ISO_DAY.pattern})$", lambda a: a == ord("-")), index=texts.index)


def parse_count(text: str) -> int | None:
    """A whole number of things written in Arabic digits, any width, with or without thousands and unit; None otherwise."""
    plain = _UNIT.sub("", _plain(text).replace("，", ",").replace(" ", "").lower())
    plain = plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain
    if not re.fullmatch(r"\d{1,9}(?:\.0+)?", plain):
        return None
    number = int(plain.split(".")[0])
    return number if number <= _COUNT_MAX else None


def propose_count(text: str) -> int | None:
    """What a text that is no count most likely means (三, 约5); only ever shown, never used."""
    plain = _plain(text)
    if plain and all(c in _DIGITS or c == "十" for c in plain):
        tens, _, ones = plain.rpartition("十")
        tail = int("".join(str(_DIGITS[c]) for c in ones)) if ones else 0
        return tail if "十" not in plain else (_DIGITS.get(tens, 1) if tens else 1) * 10 + tail
    digits = re.findall(r"\d+", plain)
    return int(digits[0]) if len(digits) == 1 and "." not in plain and "-" not in plain and len(digits[0]) < 6 else None


def parse_date(text: str) -> pd.Timestamp | None:
    """A day in any unambiguous notation (year first, or eight digits); None otherwise. 长期 is the open end."""
    plain = _plain(text)
    if plain in _ENDLESS or plain.startswith("9999"):
        return OPEN_END
    found = _DATE.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if found is None or not 1850 <= int(found[1]) <= 2200:
        return None
    try:
        return pd.Timestamp(year=int(found[1]), month=int(found[2]), day=int(found[3] or 1))
    except ValueError:
        return None


def _typed(column: Column, table: str, frame: pd.DataFrame, texts: pd.Series, words: Mapping[str, str], ledger: Ledger) -> pd.Series:
    if column.kind == "id" or (column.kind == "text" and column.name.endswith(("_id", "_code"))):
        return _ids(column, table, frame, texts, ledger)
    if column.kind == "text":
        return _texts(column, table, frame, texts, ledger)
    if column.kind == "choice":
        known = {**CHOICES[table, column.name], **{_word(a): b for a, b in words.items()}}
        return _words(column, table, frame, texts, known, ledger, kind="str")
    if column.kind == "bool":
        known_bool = {**BOOLS[column.name], **{_word(a): b.lower() in ("true", "1", "yes", "是") for a, b in words.items()}}
        return _words(column, table, frame, texts, known_bool, ledger, kind="boolean")
    if column.kind == "date":
        return _dates(column, table, frame, texts, ledger)
    return _numbers(column, table, frame, texts, ledger)


def _ids(column: Column, table: str, frame: pd.DataFrame, texts: pd.Series, ledger: Ledger) -> pd.Series:
    out = clean_ids(texts)
    bad = float_like(out) if column.kind != "id" else pd.Series(False, index=texts.index)
    if bad.any():
        why = "code_in_scientific_notation: 编码已变成浮点数，不能使用 / the code went through a floating-point number"
        ledger.repair(table, frame.loc[bad, "_key"].array, column.name, texts[bad].array, None, why)
        out = out.mask(bad)
    return out


def _texts(column: Column, table: str, frame: pd.DataFrame, texts: pd.Series, ledger: Ledger) -> pd.Series:
    unclean = matching(texts, _UNCLEAN, _neither_han_nor_ascii)
    out, hidden = changed(texts, unclean, lambda t: _INVISIBLE.sub("", t).strip() or None), unclean.copy()
    hidden[unclean] = matching(texts[unclean], _HIDDEN)
    if hidden.any():
        why = "control_characters: 已删去不可见的控制字符 / invisible control characters removed"
        ledger.repair(table, frame.loc[hidden, "_key"].array, column.name, None, out[hidden].array, why)
    long = _longer(out, _TEXT_MAX_N)
    if long.any():
        why = f"text_too_long: 超过 {_TEXT_MAX_N} 字，不能使用 / longer than {_TEXT_MAX_N} characters"
        ledger.repair(table, frame.loc[long, "_key"].array, column.name, out[long].str[:40].array, None, why)
        out = out.mask(long)
    return out


def _words(
    column: Column,
    table: str,
    frame: pd.DataFrame,
    texts: pd.Series,
    known: Mapping[str, Any],
    ledger: Ledger,
    *,
    kind: Literal["str", "boolean"],
) -> pd.Series:
    codes, plain = pd.factorize(texts)
    words = [_word(str(t)) for t in plain]
    unknown = np.array([*(w not in known and w not in _BLANK for w in words), False], dtype=bool)[codes]
    if unknown.any():
        why = "value_unknown: 取值不认识，按未知处理；可在 doorplate.toml 的 values 中写明 / unknown word, taken as unknown; map it in doorplate.toml"
        ledger.repair(table, frame.loc[unknown, "_key"].array, column.name, texts[unknown].array, None, why)
    found = pd.Series([*(known.get(w) for w in words), None], dtype=kind)
    return found.take(codes).set_axis(texts.index)


def _dates(column: Column, table: str, frame: pd.DataFrame, texts: pd.Series, ledger: Ledger) -> pd.Series:
    codes, plain = pd.factorize(texts)
    days = _days(plain)
    # Excel serials (days since 1899-12-30) only where the whole column holds them: 45448 alone could be anything.
    if len(plain) and all(re.fullmatch(r"[2-6]\d{4}(?:\.\d+)?", str(t)) for t in plain):
        days = np.array([pd.Timestamp("1899-12-30") + pd.Timedelta(days=int(float(str(t)))) for t in plain], dtype="datetime64[ns]")
        ledger.repair(
            table, "*", column.name, None, None, "excel_serial: 整列为 Excel 日期序号，已换算 / the whole column holds Excel day numbers"
        )
    bad = _unreadable(plain, np.isnat(days))[codes]
    if bad.any():
        fix = "请写成 2024-06-05；日月次序不明的不猜 / write 2024-06-05; an order of day and month is never guessed"
        ledger.refuse(table, frame[bad], "date_bad", column.name, texts[bad].array, fix)
    return pd.Series(np.append(days, np.datetime64("NaT", "ns"))[codes], index=texts.index)


def _days(texts: pd.Index) -> npt.NDArray[np.datetime64]:
    """The day of each text, NaT where it is none; days written like 2024-06-05 all at once."""
    written, out = pd.Series(texts), np.full(len(texts), np.datetime64("NaT", "ns"))
    plain = matching(written, r"^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$")
    out[plain] = pd.to_datetime(written[plain], format="%Y-%m-%d", errors="coerce").to_numpy("datetime64[ns]")
    out[~plain] = pd.Series([parse_date(str(t)) for t in written[~plain]], dtype="datetime64[ns]").to_numpy()
    return out


def _unreadable(texts: pd.Index, missing: Flags) -> Flags:
    """Which texts say something that was not understood; behind the last one there is room for null, which never does."""
    out = np.append(missing, False)
    out[:-1][missing] = [_word(str(t)) not in _BLANK for t in texts[missing]]
    return out


def _numbers(column: Column, table: str, frame: pd.DataFrame, texts: pd.Series, ledger: Ledger) -> pd.Series:
    codes, plain = pd.factorize(texts)
    parse: Callable[[str], float | None] = {"count": parse_count, "ratio": _ratio}.get(column.kind, _number)
    numbers = [parse(str(t)) for t in plain]
    out = np.array([*(np.nan if n is None else float(n) for n in numbers), np.nan])[codes]
    bad = _unreadable(plain, np.array([n is None for n in numbers], dtype=bool))[codes]
    if bad.any():
        code = "count_bad" if column.kind == "count" else "number_bad"
        proposed = [propose_count(str(t)) if column.kind == "count" else None for t in plain]
        fix = np.array(
            [_asked(p) for p in proposed],
            dtype=object,
        )
        ledger.refuse(table, frame[bad], code, column.name, texts[bad].array, pd.Series(fix[codes[bad]], dtype="str"))
    if column.name in ("floors_n", "height_m") and (out == 0).any():
        zero = out == 0
        ledger.repair(
            table,
            frame.loc[zero, "_key"].array,
            column.name,
            "0",
            None,
            "zero_is_unknown: 没有 0 层或 0 米的建筑 / no building has 0 storeys or 0 m",
        )
        out = np.where(zero, np.nan, out)
    return pd.Series(out, index=texts.index, dtype="float64")


def _asked(proposed: int | None) -> str:
    zh, en = ("", "") if proposed is None else (f"，是否为 {proposed}", f", perhaps {proposed}")
    return f"应为数字{zh}；空白表示未知 / a number is expected{en}; blank means unknown"


def _number(text: str) -> float | None:
    plain = _plain(text).replace("，", ",").rstrip("m米 ")
    try:
        number = float(plain.replace(",", "") if _THOUSANDS.fullmatch(plain.split(".")[0]) else plain)
    except ValueError:
        return None
    return number if np.isfinite(number) and number >= 0 else None


def _ratio(text: str) -> float | None:
    plain = _plain(text)
    number = _number(plain.rstrip("%"))
    if number is None:
        return None
    number = number / 100 if plain.endswith("%") or 1 < number <= 100 else number
    return number if number <= 1 else None


def _neither_han_nor_ascii(letters: Letters) -> Flags:
    """Bytes of other signs than those of ASCII above the blank and U+4000 to U+9FFF."""
    return (letters - ord("!") > ord("~") - ord("!")) & (letters - 0x80 >= 0x40) & (letters - 0xE4 >= 6)


def _beside_ids(letters: Letters) -> Flags:
    """Bytes of other signs than those of ASCII above the blank, and its apostrophe and =."""
    return (letters - ord("!") > ord("~") - ord("!")) | (letters == ord("'")) | (letters == ord("="))


def _of_numbers(letters: Letters) -> Flags:
    return (letters == ord(".")) | (letters | 0x20 == ord("e"))


def _plain_id(text: str) -> str | None:
    return _plain(text).removeprefix("=").strip("'\"").strip() or None


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()


def _word(text: str) -> str:
    return _plain(text).lower()


def _longer(texts: pd.Series, signs_n: int) -> Flags:
    """Which texts have more signs; a text of that many bytes or fewer has not, and need not be counted."""
    out = np.asarray(pc.fill_null(pc.greater(pc.binary_length(as_arrow(texts)), signs_n), False), dtype=bool)
    out[out] = texts[out].str.len().to_numpy() > signs_n
    return out


def _empty(column: Column, index: pd.Index) -> pd.Series:
    kind = {"bool": "boolean", "date": "datetime64[ns]", "count": "float64", "number": "float64", "ratio": "float64"}.get(column.kind)
    if kind is None:
        return as_column(all_null(len(index)), index)
    return pd.Series(pd.NaT if kind == "datetime64[ns]" else pd.NA if kind == "boolean" else np.nan, index=index, dtype=kind)
