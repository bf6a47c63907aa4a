"""Speed and accuracy against named peers, seeded, in one run: `python -m benchmarks`."""
