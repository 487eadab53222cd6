"""Validation: logits of a split's places, averaged over their views, and figures of them."""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor

from model.data.collection import Collection
from model.evaluation.metrics import macro_recall
from model.geography import COUNTRY_CODES, COUNTRY_INDEX
from model.training.batches import BatchLoader, Shape
from model.training.distributed import Processes
from model.training.fitting import AdjustedLoss, fit_temperature
from model.training.inputs import StageInputs, none_readable
from model.training.run_directory import EpochRecord


def validate(
    inputs: StageInputs,
    loader: BatchLoader,
    collection: Collection,
    loss: AdjustedLoss,
    processes: Processes,
    batch_size: int,
) -> EpochRecord:
    """Judge a network by a split; several processes share it out, and all get the result.

    Args:
        inputs: of the split, with a learner in eval mode.
        loader: loads them.
        collection: knows the country of each place.
        loss: of the places that can be read.
        processes: of the run.
        batch_size: pictures at once.

    Returns:
        Loss, accuracy, macro recall and temperature.

    Raises:
        DataError: no picture can be read.
    """
    logits, read = _place_logits(inputs, loader, processes, batch_size)
    labels = torch.tensor([COUNTRY_INDEX[collection.places[place].country] for place in read])
    predicted = logits.argmax(dim=1)
    return {
        "val_loss": float(loss(logits, labels)),
        "val_top1": float((predicted == labels).double().mean()),
        "val_macro_recall": macro_recall(predicted.numpy(), labels.numpy()),
        "temperature": fit_temperature(logits, labels),
    }


def _place_logits(
    inputs: StageInputs, loader: BatchLoader, processes: Processes, batch_size: int
) -> tuple[Tensor, list[int]]:
    """Mean logits [places, 56], on the CPU, and the places, of those that can be read."""
    device = processes.device
    rows = {place: row for row, place in enumerate(dict.fromkeys(inputs.places))}
    sums = torch.zeros(len(rows), len(COUNTRY_CODES), device=device)
    views = torch.zeros(len(rows), device=device)
    for batch in loader(_batches(inputs, processes, batch_size)):
        if batch.inputs is None:
            continue
        with torch.no_grad():
            logits = inputs.learner(batch.inputs)
        where = torch.tensor([rows[inputs.places[i]] for i in batch.items], device=device)
        sums.index_add_(0, where, logits)
        views.index_add_(0, where, torch.ones(len(logits), device=device))
    processes.add_up([sums, views])
    read = (views > 0).cpu()
    if not read.any():
        raise none_readable("val")
    mean = (sums / views.clamp(min=1)[:, None]).cpu()
    return mean[read], [place for place, row in rows.items() if read[row]]


def _batches(inputs: StageInputs, processes: Processes, batch_size: int) -> list[list[int]]:
    """One process's part of all items, in batches of one shape."""
    shapes = inputs.shapes
    bins: defaultdict[Shape, list[int]] = defaultdict(list)
    for i in range(processes.rank, len(inputs.places), processes.world_size):
        bins[shapes[i] if shapes else ()].append(i)
    return [
        items[i : i + batch_size]
        for items in bins.values()
        for i in range(0, len(items), batch_size)
    ]
