"""Benchmarks beside their peers, in one run, as ratios. Not part of the tests: these machines are noisy."""
