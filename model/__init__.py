"""The net: data, training, prediction and explanation. Never imports game or gradio."""

import sys

from model import startup

if sys.argv[:1] == ["-m"]:  # so it is while Python looks for what ``python -m model...`` names
    startup.prepare()
