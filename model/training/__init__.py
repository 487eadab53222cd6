"""The parts of a training run; ``model.train`` is its command line."""
