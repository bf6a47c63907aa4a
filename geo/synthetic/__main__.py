"""`python -m geo.synthetic FOLDER --buildings 750 --seed 7`: deal a town and write its project folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from geo.synthetic import deal_town, write_town
from geo.synthetic.draft import NOISE


def main() -> None:
    """Deal and write one town."""
    parser = argparse.ArgumentParser(prog="python -m geo.synthetic", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--buildings", type=int, default=750)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--noise", choices=sorted(NOISE), default="town")
    parser.add_argument("--formats", choices=["office", "parquet"], default="office")
    parser.add_argument("--fault", action="append", default=[], help="a fault of a whole layer, e.g. gcj02; may be repeated")
    parser.add_argument("--flats", action="store_true", help="register addresses down to the flat")
    parser.add_argument("--truth", action="store_true", help="also write FOLDER/truth")
    args = parser.parse_args()
    town = deal_town(buildings_n=args.buildings, seed=args.seed, noise=args.noise, faults=args.fault, flats=args.flats)
    write_town(town, args.folder, formats=args.formats, truth=args.truth)


if __name__ == "__main__":
    main()
