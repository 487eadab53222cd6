"""Logits of the places of a split, averaged over their views."""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor

from model.errors import DataError
from model.geography import COUNTRY_CODES, COUNTRY_INDEX
from model.training.inputs import Inputs, Supply
from model.training.loading import Feed
from model.types import Place


def judge(
    inputs: Inputs, feed: Feed, supply: Supply, all_places: tuple[Place, ...], batch_size: int
) -> tuple[Tensor, Tensor]:
    """Judge the items of a split; several processes share them out, and all get the result.

    Args:
        inputs: of the split, with a learner in eval mode.
        feed: reads them.
        supply: knows the processes and the precision.
        all_places: of the collection.
        batch_size: pictures at once.

    Returns:
        Logits [places, 56] and labels [places] of those that can be read, on the CPU.

    Raises:
        DataError: no picture can be read.
    """
    device = supply.crew.device
    rows = {place: row for row, place in enumerate(dict.fromkeys(inputs.places))}
    sums = torch.zeros(len(rows), len(COUNTRY_CODES), device=device)
    views = torch.zeros(len(rows), device=device)
    for batch in feed(_batches(inputs, supply.crew.rank, supply.crew.size, batch_size)):
        supply.leave_out(inputs, [batch])
        if batch.inputs is None:
            continue
        with torch.no_grad(), supply.autocast():
            found = inputs.learner(supply.on_device(batch.inputs)).float()
        where = torch.tensor([rows[inputs.places[i]] for i in batch.items], device=device)
        sums.index_add_(0, where, found)
        views.index_add_(0, where, torch.ones(len(found), device=device))
    supply.crew.add_up([sums, views])
    read = (views > 0).cpu()
    if not read.any():
        raise DataError("no picture of the val split can be read; give more data")
    labels = torch.tensor([COUNTRY_INDEX[all_places[place].country] for place in rows])
    mean = (sums / views.clamp(min=1)[:, None]).cpu()
    return mean[read], labels[read]


def _batches(inputs: Inputs, rank: int, size: int, batch_size: int) -> list[list[int]]:
    """One process's share of all items, in batches of one shape."""
    shapes = inputs.shapes
    bins: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for i in range(rank, len(inputs.places), size):
        bins[shapes[i] if shapes else ()].append(i)
    return [
        items[i : i + batch_size]
        for items in bins.values()
        for i in range(0, len(items), batch_size)
    ]
