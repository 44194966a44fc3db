"""Benchmarks: what is promised of speed, measured as ratios in one run. `python -m bench --help`."""
