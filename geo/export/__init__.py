"""What leaves the engine: the result folder, sheets for the office, and the documents printed from the declarations."""

from geo.export.result import open_result, write

__all__ = ["open_result", "write"]
