"""A seeded town with known truth: the sample, the tests and the benchmarks are dealt here. No person is in it."""

from geo.synthetic.office import write_town
from geo.synthetic.town import Town, deal_town

__all__ = ["Town", "deal_town", "write_town"]
