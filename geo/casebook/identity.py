"""Which object of a new run is which object of the runs before: identity that outlives renumbered files, new surveys and mergers.

An object keeps the name (object_id) it first came with. It is found again by its official id where ids can be trusted,
else plates and addresses by their number, buildings by their outline: mutual best overlap once the common shift of the
two surveys is taken out. Ids are not trusted where numbers or outlines say that the file was renumbered.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, text

from geo.crs import reproject
from geo.errors import PublishRefused
from geo.tables import Verification

CARRIED_IOU_RATIO = 0.3
"""Overlap from which two outlines that are each other's best are one building (casebook.md, identity over re-runs)."""
CARRIED_RATIO = 0.95
"""Share of known buildings that must be found again; below it is another survey or another coordinate system."""
LEAST_KNOWN_N = 20
"""Known buildings from which that share is judged; of fewer, one demolition would stop everything."""
SHIFT_REACH_M = 30.0
SHIFT_STEP_M = 1.0
SHIFT_LEAST_N = 10
"""Pairs a common shift must be borne out by; with fewer none is taken out."""
SIMILAR_AREA = 1.12
SAMPLE_N = 5000
PART_RATIO = 0.5
"""Share of a new outline on a known one, or of a known one under a new one, from which it is a piece, or the whole, of it."""
KINDS = ("building", "plate", "address")
KNOWN = ("kind", "object_id", "id", "name", "village_code", "outline")


@dataclass(frozen=True)
class Identity:
    """The objects of a run under their lasting names.

    objects
        kind, id, object_id, name (key of a plate or address, null: none), village_code ('' none), outline (WKB, buildings only): one row per
        object of the run.
    orphaned
        kind, object_id, id, village_code of known objects that lie where the run looked and that nothing in it is.
    lineage
        child, parent (object ids), how (split, merge): buildings that were parts or wholes of known ones.
    villages
        Old village code -> code of the village most of its objects lie in now, for villages that are no longer there.
    carried_ratio
        Share of the known buildings found again; NaN where none was known.
    """

    objects: pd.DataFrame
    orphaned: pd.DataFrame
    lineage: pd.DataFrame
    villages: dict[str, str]
    carried_ratio: float


def read_known(connection: Connection) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    """What published runs know: objects that were there when last looked for (columns KNOWN), and the object of every (kind, id) ever used."""
    base = " FROM object_seen o JOIN run r ON r.run_id = o.run_id AND r.status = 'published'"
    newer = " (SELECT max(p.run_id) FROM object_seen p JOIN run q ON q.run_id = p.run_id AND q.status = 'published' WHERE p.kind = o.kind AND p.object_id = o.object_id)"
    rows = connection.execute(text("SELECT o.kind, o.object_id, o.id, o.name, o.village_code, o.outline" + base + " WHERE o.present = 1 AND o.run_id =" + newer))
    known = pd.DataFrame(rows.all(), columns=list(KNOWN))
    used = connection.execute(text("SELECT o.kind, o.id, o.object_id" + base + " ORDER BY o.run_id")).all()
    return known, {(kind, i): o for kind, i, o in used}


def identify(known: pd.DataFrame, used: dict[tuple[str, str], str], result: Verification, *, known_crs: str | None, confirmed: bool) -> Identity:
    """Find the known objects among those of a run.

    Parameters
    ----------
    known, used
        As `read_known` tells them.
    known_crs
        Working CRS of the outlines known; null where nothing is known.
    confirmed
        A person says that a survey of which less is found again is right all the same.

    Raises
    ------
    PublishRefused
        Less than CARRIED_RATIO of the known buildings were found again: a new survey, or a wrong CRS?
    """
    now = list_objects(result)
    looked = set(result.villages["village_code"].fillna("")) | {""}
    parts: list[pd.DataFrame] = []
    lineage, ratio = pd.DataFrame(columns=["child", "parent", "how"], dtype="str"), float("nan")
    for kind in KINDS:
        mine, theirs = known[known["kind"] == kind].reset_index(drop=True), now[now["kind"] == kind].reset_index(drop=True)
        if kind == "building":
            outlines = _outlines(mine, known_crs, result)
            pairs, overlaps = _same_buildings(mine, theirs, outlines, shapely.from_wkb(theirs["outline"].to_numpy(dtype=object)))
            ratio = _carried(mine, pairs, looked, confirmed=confirmed)
        else:
            pairs, overlaps = _same_named(mine, theirs, _merged(known, parts)), None
        object_id = _named(kind, mine, theirs, pairs, used)
        if overlaps is not None:
            lineage = _lineage(mine, object_id, pairs, overlaps)
        parts.append(theirs.assign(object_id=object_id))
    objects = pd.concat(parts, ignore_index=True)
    merged = _merged(known, [objects])
    there = pd.MultiIndex.from_frame(known[["kind", "object_id"]]).isin(pd.MultiIndex.from_frame(objects[["kind", "object_id"]]))
    in_reach = known["village_code"].replace(merged).isin(looked)
    orphaned = known.loc[~there & in_reach, ["kind", "object_id", "id", "village_code"]].sort_values(["kind", "object_id"], ignore_index=True)
    return Identity(objects, orphaned, lineage, {k: v for k, v in merged.items() if k not in looked}, ratio)


def list_objects(result: Verification) -> pd.DataFrame:
    """Every building, plate and address of a run: kind, id, name, village_code ('' none), outline."""
    b = result.buildings
    parts = [
        pd.DataFrame(
            {"kind": "building", "id": b["building_id"], "name": None, "village_code": b["village_code"], "outline": shapely.to_wkb(b.geometry.to_numpy(), byte_order=1)}
        )
    ]
    for kind, rows in (("plate", result.plates), ("address", result.addresses)):
        inside = rows["unit"].fillna("") + "/" + rows["room"].fillna("")
        name = (rows["key"] + "/" + inside).str.removesuffix("//").str.removesuffix("/")
        parts.append(pd.DataFrame({"kind": kind, "id": rows[f"{kind}_id"], "name": name, "village_code": rows["village_code"], "outline": None}))
    out = pd.concat([p.astype({"outline": object, "name": object}) for p in parts], ignore_index=True)
    return out.assign(village_code=out["village_code"].astype("str").fillna(""))


def _outlines(known: pd.DataFrame, known_crs: str | None, result: Verification) -> np.ndarray:
    shapes = shapely.from_wkb(known["outline"].to_numpy(dtype=object))
    crs = result.buildings.crs
    if not len(shapes) or known_crs is None or crs is None or crs.to_string() == known_crs:
        return np.asarray(shapes, dtype=object)
    return reproject(np.asarray(shapes, dtype=object), known_crs, crs)


def _same_buildings(known: pd.DataFrame, now: pd.DataFrame, old: np.ndarray, new: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs (known, now: positions) that are one building, and every overlap after the common shift: known, now, iou, of_known, of_now."""
    by_id = _equal(known["id"], now["id"])
    shift = common_shift(old, new)
    overlaps = _overlap(shapely.transform(old, lambda xy: xy + shift) if len(old) else old, new)
    best = overlaps.sort_values(["iou", "known", "now"], ascending=[False, True, True])
    mutual = best.drop_duplicates("known").merge(best.drop_duplicates("now"), on=["known", "now", "iou", "of_known", "of_now"])
    mutual = mutual[mutual["iou"] >= CARRIED_IOU_RATIO][["known", "now"]]
    return _agree(by_id, mutual), overlaps


def _same_named(known: pd.DataFrame, now: pd.DataFrame, merged: dict[str, str]) -> pd.DataFrame:
    """Pairs of plates or addresses that are one: by id, and by the only number of that name on both sides."""
    name = known["name"].astype("str")
    village = name.str.split("|", n=1).str[0] if name.notna().any() else name
    moved = village.map(merged)
    name = name.where(moved.isna(), moved.astype("str") + name.str.slice(0).str.replace(r"^[^|]*", "", regex=True)) if merged else name
    by_name = [pd.DataFrame({"at": np.arange(len(t)), "name": t.to_numpy(dtype=object)}).dropna() for t in (name, now["name"])]
    once = [t[~t.duplicated("name", keep=False)] for t in by_name]
    pairs = once[0].merge(once[1], on="name", suffixes=("_known", "_now"))
    pairs = pairs.rename(columns={"at_known": "known", "at_now": "now"})[["known", "now"]]
    return _agree(_equal(known["id"], now["id"]), pairs)


def _agree(by_id: pd.DataFrame, by_sight: pd.DataFrame) -> pd.DataFrame:
    """Pairs by id, completed by sight (outline or number); by sight alone where that contradicts more ids than it bears out."""
    both = by_id.merge(by_sight, on=["known", "now"])
    against = by_sight[by_sight["known"].isin(by_id["known"]) | by_sight["now"].isin(by_id["now"])].merge(both, how="left", indicator=True, on=["known", "now"])
    renumbered = int((against["_merge"] == "left_only").sum()) > len(both)
    first, second = (by_sight, by_id.iloc[:0]) if renumbered else (by_id, by_sight)
    rest = second[~second["known"].isin(first["known"]) & ~second["now"].isin(first["now"])]
    return pd.concat([first, rest], ignore_index=True).sort_values("now", ignore_index=True)


def common_shift(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """How far a survey as a whole lies from another: (dx_m, dy_m) to add to the old one.

    The displacement, to SHIFT_STEP_M, that most pairs of outlines of similar size within SHIFT_REACH_M share, the nearer of
    equals; then the median around it. (0, 0) where too few pairs bear it out.
    """
    if not len(old) or not len(new):
        return np.zeros(2)
    chosen = old[np.unique(np.linspace(0, len(old) - 1, min(SAMPLE_N, len(old))).astype(int))]
    one, two = shapely.get_coordinates(shapely.centroid(chosen)), shapely.get_coordinates(shapely.centroid(new))
    i, j = shapely.STRtree(shapely.points(two)).query(shapely.points(one), predicate="dwithin", distance=SHIFT_REACH_M)
    size = shapely.area(new[j]) / shapely.area(chosen[i])
    alike = (size < SIMILAR_AREA) & (size > 1 / SIMILAR_AREA)
    moved = two[j[alike]] - one[i[alike]]
    if len(moved) < SHIFT_LEAST_N:
        return np.zeros(2)
    edges = np.arange(-SHIFT_REACH_M - SHIFT_STEP_M / 2, SHIFT_REACH_M + SHIFT_STEP_M, SHIFT_STEP_M)
    grid, _, _ = np.histogram2d(moved[:, 0], moved[:, 1], bins=[edges, edges])
    padded = np.pad(grid, 1)
    near = sum(padded[a : a + grid.shape[0], b : b + grid.shape[1]] for a in range(3) for b in range(3))
    centre = (edges[:-1] + edges[1:]) / 2
    x, y = np.meshgrid(centre, centre, indexing="ij")
    peak = np.unravel_index(np.argmax(near * (1 - np.hypot(x, y) / (2 * SHIFT_REACH_M))), grid.shape)
    around = moved[np.abs(moved - [x[peak], y[peak]]).max(axis=1) <= 1.5 * SHIFT_STEP_M]
    return np.median(around, axis=0) if len(around) >= SHIFT_LEAST_N else np.zeros(2)


def _overlap(old: np.ndarray, new: np.ndarray) -> pd.DataFrame:
    columns = ["known", "now", "iou", "of_known", "of_now"]
    if not len(old) or not len(new):
        return pd.DataFrame({c: np.zeros(0, int if c in ("known", "now") else float) for c in columns})
    i, j = shapely.STRtree(new).query(old)
    same = shapely.equals_exact(old[i], new[j], tolerance=0.001)
    common = np.where(same, shapely.area(old[i]), 0.0)
    common[~same] = shapely.area(shapely.intersection(old[i[~same]], new[j[~same]]))
    old_m2, new_m2 = shapely.area(old)[i], shapely.area(new)[j]
    iou = common / np.maximum(old_m2 + new_m2 - common, 1e-9)
    out = pd.DataFrame({"known": i, "now": j, "iou": iou, "of_known": common / np.maximum(old_m2, 1e-9), "of_now": common / np.maximum(new_m2, 1e-9)})
    return out[common > 0].reset_index(drop=True)


def _carried(known: pd.DataFrame, pairs: pd.DataFrame, looked: set[str], *, confirmed: bool) -> float:
    found = np.isin(np.arange(len(known)), pairs["known"])
    # a village the run does not speak of is not missed; one that was merged away is, until its buildings are found elsewhere
    asked = known["village_code"].isin(looked).to_numpy() | found
    asked_n, found_n = int(asked.sum()), int((found & asked).sum())
    if not asked_n:
        return float("nan")
    if asked_n >= LEAST_KNOWN_N and found_n < CARRIED_RATIO * asked_n and not confirmed:
        zh = f"上次的 {asked_n} 栋建筑中只有 {found_n} 栋能在本次找到（低于 95%）：是新的测绘，还是坐标系有误？核对后可确认发布。"
        en = f"Of {asked_n} buildings of the run before only {found_n} are found again (below 95 %): a new survey, or a wrong CRS? Confirm it if it is right."
        raise PublishRefused(zh, en)
    return found_n / asked_n


def _named(kind: str, known: pd.DataFrame, now: pd.DataFrame, pairs: pd.DataFrame, used: dict[tuple[str, str], str]) -> pd.Series:
    """Lasting name of every object of the run: the known one's, else its own id, made unmistakable where another object bears it."""
    old = pd.Series(known["object_id"].to_numpy(dtype=object)[pairs["known"]], index=pairs["now"].to_numpy(), dtype="object")
    out = old.reindex(now.index).astype("object")
    taken = {o for (k, _), o in used.items() if k == kind} | set(old)
    before = now["id"].map({i: o for (k, i), o in used.items() if k == kind})
    plain = out.isna() & before.isna() & ~now["id"].isin(taken)
    out = out.mask(plain, now["id"])
    given = set(old)
    for at in now.index[out.isna()]:  # only where an id means, or meant, more than one object
        own = str(now.loc[at, "id"])
        name = before[at] if isinstance(before[at], str) and before[at] not in given else next(n for n in _numbered(own) if n not in taken)
        # an object that went and comes back under its id is the one it was
        out.loc[at] = name
        given.add(name)
        taken.add(name)
    return out.astype("str")


def _numbered(own: str) -> Iterator[str]:
    """The id itself, then with a number behind it."""
    yield own
    yield from (f"{own}~{n}" for n in itertools.count(2))


def _lineage(known: pd.DataFrame, object_id: pd.Series, pairs: pd.DataFrame, overlaps: pd.DataFrame) -> pd.DataFrame:
    """New buildings that are pieces of a known one (split), and buildings that swallowed known ones (merge)."""
    kept = pd.MultiIndex.from_frame(pairs[["known", "now"]])
    other = overlaps[~pd.MultiIndex.from_frame(overlaps[["known", "now"]]).isin(kept)]
    lost, fresh = ~other["known"].isin(pairs["known"]), ~other["now"].isin(pairs["now"])
    split = other[fresh & (other["of_now"] >= PART_RATIO)].assign(how="split")
    merge = other[lost & (other["of_known"] >= PART_RATIO)].assign(how="merge")
    rows = pd.concat([split, merge], ignore_index=True).drop_duplicates(["known", "now"])
    child, parent = object_id.to_numpy(dtype=object)[rows["now"]], known["object_id"].to_numpy(dtype=object)[rows["known"]]
    out = pd.DataFrame({"child": child, "parent": parent, "how": rows["how"]}).astype("str")
    return out.sort_values(["child", "parent"], ignore_index=True)


def _merged(known: pd.DataFrame, parts: list[pd.DataFrame]) -> dict[str, str]:
    """Where most found objects of each old village lie now, where that is another village."""
    if not parts:
        return {}
    now = pd.concat(parts, ignore_index=True)[["kind", "object_id", "village_code"]]
    both = known[["kind", "object_id", "village_code"]].merge(now, on=["kind", "object_id"], suffixes=("", "_now"))
    n = both.groupby(["village_code", "village_code_now"]).size().rename("n").reset_index()
    n = n.sort_values(["village_code", "n", "village_code_now"], ascending=[True, False, True]).drop_duplicates("village_code")
    n = n[(n["village_code"] != n["village_code_now"]) & (n["village_code"] != "")]
    return dict(zip(n["village_code"], n["village_code_now"], strict=True))


def _equal(one: pd.Series, two: pd.Series) -> pd.DataFrame:
    """Positions of equal ids."""
    left, right = (pd.DataFrame({name: np.arange(len(t)), "id": t.to_numpy(dtype=object)}) for name, t in (("known", one), ("now", two)))
    return left.merge(right, on="id")[["known", "now"]]
