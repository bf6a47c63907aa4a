"""Grammar, normalisation, key and comparison of addresses; no model, no gazetteer."""

from geo.address.compare import compare
from geo.address.explain import Token, explain
from geo.address.parse import parse
from geo.address.standard import standard_text
from geo.address.table import predict
from geo.address.village import fold_village

__all__ = ["Token", "compare", "explain", "fold_village", "parse", "predict", "standard_text"]
