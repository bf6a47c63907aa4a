"""Which addresses and plates belong to buildings that are gone by document: shared by the life-cycle rules."""

from __future__ import annotations

import pandas as pd

from geo.rule import Evidence


def gone_addresses(evidence: Evidence) -> pd.DataFrame:
    """Active plate-level addresses of gone buildings, with gone_building, document and temporary (address or building).

    By declared id, by link, or by coordinate: on the gone footprint, or it is the nearest footprint of either survey
    within `near_m`, whatever live neighbours stand around; unless a standing plate has its key: then the two are judged
    together, by link.
    """
    rows = evidence.addresses[evidence.addresses["active"]]
    return _gone(evidence, rows[rows["stack_n"] < evidence.profile.thresholds.stack_n])


def gone_plates(evidence: Evidence) -> pd.DataFrame:
    """Installed plates of gone buildings, with gone_building, document and temporary."""
    rows = evidence.plates[evidence.plates["installed"]]
    return _gone(evidence, rows)


def _gone(evidence: Evidence, rows: pd.DataFrame) -> pd.DataFrame:
    gone = evidence.gone.set_index("building_id")
    declared = rows["declared_building"].where(rows["declared_building"].isin(gone.index))
    linked = rows["building_id"].where(rows["building_gone"])
    placed = rows["gone_id"].where(rows["gone_here"] & rows["paired_id"].isna())
    rows = rows.assign(gone_building=declared.fillna(linked).fillna(placed))
    rows = rows[rows["gone_building"].notna()]
    document = rows["gone_building"].map(gone["document"]).fillna("建筑状态：已拆除")
    of_temporary = rows["gone_building"].map(gone["temporary"]).eq(True)
    return rows.assign(document=document, temporary=rows["temporary"] | of_temporary)
