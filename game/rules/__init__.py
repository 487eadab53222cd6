"""The rules of the game, pure: rounds, scoring, sessions, dealing; no I/O, no clock."""
