"""The figures of ``python -m model.plots``: of data, of runs, of evaluations, of heat maps."""
