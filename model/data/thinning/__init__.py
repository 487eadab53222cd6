"""Which places to train on: quotas, near-duplicates, quality of pictures, the manifest."""
