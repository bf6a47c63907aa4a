"""Grammar, normalisation, key and comparison of addresses; no model, no gazetteer."""

from geo.address.compare import compare
from geo.address.parse import parse
from geo.address.standard import standard_text
from geo.address.village import fold_village

__all__ = ["compare", "fold_village", "parse", "standard_text"]
