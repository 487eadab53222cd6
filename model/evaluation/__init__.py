"""How good a net is: views of a split, metrics, reports, tables of runs."""
