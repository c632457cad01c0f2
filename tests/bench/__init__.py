"""Measurements, never tests: run by `make bench`, each beside a baseline of the same run."""
