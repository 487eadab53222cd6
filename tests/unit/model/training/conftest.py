from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from model.data.collection import Collection


@pytest.fixture
def data(photo_folder: Callable[..., Path]) -> Collection:
    return Collection.open([photo_folder(Hungary=20, Japan=20, Brazil=16)])
