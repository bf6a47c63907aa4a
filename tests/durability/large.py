"""A result folder with as many findings as a district has, drawn in code."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from geo.casebook import Casebook
from tests.casebook.runs import CARDS, Result
from tests.durability.towns import VILLAGES

CODE = "unplated_building"


def write_result(folder: Path, *, findings_n: int) -> Path:
    """A result of `findings_n` houses without a plate, in rows of a hundred; what `publish` takes."""
    result, card = Result(villages=list(VILLAGES)), CARDS[CODE]
    for n in range(findings_n):
        village = VILLAGES[n * len(VILLAGES) // findings_n]
        x, y = 25.0 * (n % 100) + n * 7 % 11, 30.0 * (n // 100) + n * 5 % 7
        result.buildings.append({"building_id": f"B{n}", "village_code": village, "at": (x, y, 8.0 + n % 5, 8.0 + n % 3)})
        result.findings.append(
            {
                "code": CODE, "subject": "building", "subject_id": f"B{n}", "village_code": village, "related": [], "certainty": "certain",
                "detail_zh": f"B{n} 无门牌", "detail_en": f"no plate on B{n}", "office": card.office, "severity": card.severity,
            }
        )  # fmt: skip
    result.write(folder)
    return folder


def observed_ids(book: Casebook) -> set[str]:
    """Findings that published runs spoke of."""
    with book.store.reading() as connection:
        return set(connection.execute(text("SELECT finding_id FROM newest")).scalars())
