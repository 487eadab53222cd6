"""The practice world's renderer: panoramas drawn from the table ``assets/practice/countries.toml``.

``facts``, ``*presets``, ``boards``, ``plates``, ``bollards``, ``poles``, ``chance``, ``places`` and
``pack`` need no Blender; everything that builds or renders a scene imports ``bpy`` (Python 3.11,
see ``requirements-render.txt``).
"""

RENDERER_VERSION = "6"
"""Raised whenever the same (country, split, index) would give another picture."""
