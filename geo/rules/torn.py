"""What undecided addresses hang between: shared by the rules on undecided and on virtual addresses."""

from __future__ import annotations

import pandas as pd

from geo.columns import among
from geo.points import located
from geo.rule import Evidence, once


@once
def torn_between_none(evidence: Evidence) -> pd.Series:
    """Undecided addresses with nothing to decide between: no plate, nothing that stands or stood, here or among their candidates; by address.

    A planned building is a candidate by its outline, but nobody lives in a plan. A declared id may name a standing house that is far away: that is
    a question, and such an address stays undecided.
    """
    a, links = evidence.addresses, evidence.links
    open_ = links[links["state"] == "undecided"]
    real = pd.concat([evidence.buildings.loc[evidence.buildings["live"], "building_id"], evidence.gone["building_id"]])
    claimed = open_.loc[open_["plate_id"].notna() | among(open_["building_id"], real), "address_id"]
    nothing_here = located(a) & a["nearest_m"].isna() & a["gone_id"].isna() & ~a["on_plate"]
    return (a["link_state"] == "undecided") & nothing_here & ~among(a["address_id"], claimed)
