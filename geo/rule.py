"""What a finding is: the card that explains it, the evidence it may look at, and the rule that raises it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import pandas as pd

from geo.columns import among, lists_at, positions
from geo.tables import INPUT

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.columns import Packed
    from geo.profile import Profile
    from geo.tables import Inputs

Subject = Literal["building", "plate", "address", "village", "layer", "row"]
Severity = Literal["error", "warning", "notice"]
Office = Literal["civil_affairs", "police", "surveyor", "village", "data"]

UNCLAIMED_N = 0.5
"""Expected number of undecided doors from which a building is more likely than not somebody's, and nothing is said of it."""


@dataclass(frozen=True)
class Card:
    """Everything a person must know of one kind of finding.

    detail_zh and detail_en are the sentence of one finding; `{placeholders}` name columns of what the rule returns.
    """

    code: str
    zh: str
    en: str
    subject: Subject
    severity: Severity
    office: Office
    rule_zh: str
    rule_en: str
    todo_zh: str
    todo_en: str
    trap_zh: str
    trap_en: str
    source: str
    detail_zh: str
    detail_en: str


@dataclass(frozen=True)
class Evidence:
    """All a rule may look at: one prepared table per kind of object (see `geo.evidence.gather` for the columns)."""

    inputs: Inputs
    profile: Profile
    buildings: gpd.GeoDataFrame
    plates: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame
    register: pd.DataFrame
    texts: Packed
    """What else every address of the register says: by the names of `describe`, building_id as declared."""
    links: pd.DataFrame
    changes: pd.DataFrame
    people: pd.DataFrame
    crosswalk: pd.DataFrame
    gone: gpd.GeoDataFrame
    """Footprints gone by document and not rebuilt: building_id, document, demolished_on, temporary, geometry."""
    rebuilt: pd.DataFrame
    """One row per live footprint on the site of a gone one: building_id, gone_id, cover_ratio."""
    documented: frozenset[str]
    """Ids of every footprint whose demolition is documented."""
    conflicts: pd.DataFrame
    """Plates and addresses left over on one building with different keys: plate_id, address_id, building_id, text, address_text, parts_zh, parts_en."""
    successors: pd.DataFrame
    """Plates without an address near an address without a plate: address_id, plate_id."""
    answers: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was answered already (`once`). Evidence that differs in anything starts anew."""


@dataclass(frozen=True)
class Rule:
    """A card and the function that raises its findings from the evidence."""

    card: Card
    find: Callable[[Evidence], pd.DataFrame]


Answer = TypeVar("Answer")


def once(question: Callable[[Evidence], Answer]) -> Callable[[Evidence], Answer]:
    """A question that several rules ask of the evidence, answered once. Nobody may change the answer."""

    @wraps(question)
    def asked(evidence: Evidence) -> Answer:
        if question not in evidence.answers:
            evidence.answers[question] = question(evidence)
        answer: Answer = evidence.answers[question]
        return answer

    return asked


def found(
    subject_id: pd.Series,
    *,
    related: pd.Series | None = None,
    certainty: str | pd.Series = "certain",
    value: pd.Series | float | None = None,
    unit: str = "",
    proposal: pd.Series | None = None,
    **words: Any,
) -> pd.DataFrame:
    """What a rule returns: one row per finding.

    Parameters
    ----------
    subject_id
        Id of the object the finding is about; its index is the index of everything else given.
    related
        Further objects, a list of ids per row; ids that are null are left out.
    certainty
        `certain`, or `suspect` where something in the data excuses it.
    value, unit
        The number the finding was judged by.
    proposal
        The text or value to adopt, null for none.
    words
        What the card's sentence needs beside these, a column each.
    """
    index = subject_id.index
    columns = {
        "subject_id": subject_id.astype("str"),
        "related": related if related is not None else pd.Series([[] for _ in range(len(index))], index=index, dtype=object),
        "certainty": certainty,
        "value": value if value is not None else np.nan,
        "unit": unit,
        "proposal": proposal if proposal is not None else np.nan,
    }
    return pd.DataFrame(columns | words, index=index)


def ids(*columns: pd.Series) -> pd.Series:
    """Lists of the ids found in several columns, nulls and repeats left out, in the order given."""
    first, *others = (c.to_numpy(dtype=object) for c in columns)
    lists = [[v] if isinstance(v, str) and v else [] for v in first]
    for more in others:
        for listed, v in zip(lists, more, strict=True):
            if isinstance(v, str) and v and v not in listed:
                listed.append(v)
    return pd.Series(lists, index=columns[0].index, dtype=object)


def ids_on(evidence: Evidence, buildings: pd.Series) -> pd.Series:
    """Lists of the active addresses and then the standing plates that are linked to each of these buildings."""
    lists = []
    for rows, asked, id_column in ((evidence.addresses, "active", "address_id"), (evidence.plates, "standing", "plate_id")):
        here = rows.loc[rows[asked] & among(rows["building_id"], buildings), [id_column, "building_id"]].sort_values(id_column)
        lists.append(lists_at(here[id_column], positions(here["building_id"], buildings), len(buildings)))
    return pd.Series([one + two for one, two in zip(*lists, strict=True)], index=buildings.index, dtype=object)


def row_words(rows: pd.DataFrame) -> dict[str, Any]:
    """Words about rows that were refused or changed, for the sentences of their findings: their table and, where it is there, what to do.

    Parameters
    ----------
    rows
        table, and perhaps fix as Chinese and English with a stroke between them.

    Returns
    -------
    table_zh, table_en; fix_zh, fix_en: a Series each.
    """
    words: dict[str, Any] = {"table_zh": rows["table"].map({t.name: t.zh for t in INPUT.values()}), "table_en": rows["table"].str.replace("_", " ")}
    if "fix" in rows:
        both = rows["fix"].str.extract(r"^(?P<zh>.*?)(?: / (?P<en>.*))?$")
        words |= {"fix_zh": both["zh"], "fix_en": both["en"].fillna(both["zh"])}
    return words


def gather_lists(by: pd.Series, values: pd.Series) -> pd.Series:
    """Sorted values of each key as a list, index the sorted keys; rows whose key is null are left out.

    One sort and one split: a grouped aggregation in Python takes ten times as long.
    """
    known = by.notna().to_numpy()
    rows = pd.DataFrame({"by": by.to_numpy()[known], "value": values.to_numpy()[known]}).sort_values(["by", "value"], kind="stable")
    keys, value = rows["by"].to_numpy(dtype=object), rows["value"].to_numpy(dtype=object)
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, int)
    ends = np.append(starts[1:], len(keys))[: len(starts)]
    return pd.Series([list(value[a:b]) for a, b in zip(starts, ends, strict=True)], index=keys[starts], dtype=object)


def joined(lists: pd.Series) -> pd.Series:
    """Ids of each list in one text, for the card's sentence."""
    return pd.Series(["、".join(ids) for ids in lists], index=lists.index, dtype="str")


def shown(values: pd.Series, *, digits: int = 0) -> pd.Series:
    """Numbers as the card's sentence shows them, so many digits after the point; null stays null."""
    return pd.Series([f"{v:.{digits}f}" if v == v else None for v in values], index=values.index, dtype="str")


def groups(frame: pd.DataFrame, *, by: str, id_column: str) -> pd.DataFrame:
    """One row per group of equal `by`: subject_id (the smallest id), related (the others, sorted) and n."""
    lists = gather_lists(frame[by], frame[id_column])
    return pd.DataFrame({"subject_id": lists.str[0], "related": lists.map(lambda x: x[1:]), "n": lists.map(len)})
