"""The errors that a user can mend; one tree, so that one `except` catches them all."""

from __future__ import annotations


class GeoDuelError(Exception):
    """Base of every error that a user can mend; its message names file, row and remedy."""


class DataError(GeoDuelError):
    """A data directory, shard or table that cannot be used."""


class PictureError(DataError):
    """One picture that cannot be read, or must not be (too large, not a picture)."""


class ConfigError(GeoDuelError):
    """An unknown or impossible setting."""


class CheckpointError(GeoDuelError):
    """A checkpoint that is missing, damaged or does not fit."""
