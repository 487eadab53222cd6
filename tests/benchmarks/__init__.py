"""Benchmarks: side by side in one process, never asserted. ``make bench`` runs them all."""
