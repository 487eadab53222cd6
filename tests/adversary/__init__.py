"""What an adversary tries on the running program: ``python -m tests.adversary``."""
