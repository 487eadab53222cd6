"""Damaged files through the way of visitors' photos: ``python -m tests.fuzz``."""
