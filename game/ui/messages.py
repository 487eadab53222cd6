"""What leaves the server: one message per step, with nothing of the truth before the guess.

Messages are free of language; the page's scripts turn them into text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image

from game.opponent_turn import Evidence, EvidenceMap
from game.ports import Analysis
from game.questions import Contrast, Covered
from game.rules import scoring
from game.rules.rounds import Guess, Reveal, Verdict
from game.rules.session import ROUNDS_PER_GAME
from game.statistics import Statistics, Tally, differences, total
from game.ui.flags import flag_uri
from game.ui.pictures import heat_layers, picture_uri
from game.views import GameView, Replay
from model.geography import countries

Message = dict[str, Any]
TOP = 5
PHOTO_MAPS = 3


def game_message(view: GameView) -> Message:
    """The game as the page shows it.

    The current round goes out as its number and its picture only; everything else here comes from
    finished rounds.
    """
    session = view.session
    rounds = zip(session.reveals, view.evidence, strict=True)
    message: Message = {
        "step": view.ticket,
        "phase": session.phase,
        "mode": session.mode,
        "level": session.level,
        "number": session.number,
        "rounds": ROUNDS_PER_GAME,
        "lost": view.lost,
        "unsaved": view.unsaved,
        "scores": {"human": session.human_total, "model": session.model_total},
        "streaks": {
            "human": scoring.streak(session.human_verdicts),
            "model": scoring.streak(session.model_verdicts),
        },
        "squares": {
            "human": scoring.share_squares(session.human_verdicts),
            "model": scoring.share_squares(session.model_verdicts),
        },
        "history": [_finished(reveal, evidence) for reveal, evidence in rounds],
    }
    if view.picture is not None:
        message["picture"] = picture_uri(view.picture)
    # The page keeps what it has; one that is opened again has nothing, and gets the picture too.
    if session.phase == "reveal" or (session.phase == "summary" and view.picture is not None):
        message["heat"] = _heat(session.reveals[-1], view.evidence[-1])
    if view.statistics is not None:
        message["statistics"] = _statistics(view.statistics)
    return message


def replay_message(replay: Replay) -> Message:
    """A finished round to look at again."""
    return {
        "picture": picture_uri(replay.picture),
        "heat": _heat(replay.reveal, replay.evidence),
    }


def evidence_message(view: GameView, number: object) -> Message:
    """What is known by now about the maps of a finished round, by its number from 1.

    The number comes from outside: what is none of such a round is not sent back.
    """
    found: int | None = None
    maps: tuple[EvidenceMap, ...] = ()
    if type(number) is int and 1 <= number <= len(view.evidence):
        found, maps = number, view.evidence[number - 1].maps
    return {
        "step": view.ticket,
        "number": found,
        "evidence": [{"country": one.heatmap.target, **_known(one)} for one in maps],
    }


def problem_message(problem: str) -> Message:
    """A step that could not be taken; ``problem`` is the key of a text."""
    return {"phase": "problem", "problem": problem}


def photo_message(picture: Image.Image, analysis: Analysis) -> Message:
    """What the net makes of a visitor's photo: its top five, and maps for the first three.

    The first map is tested by occlusion; the last is a contrast, what speaks for the first rather
    than the second.
    """
    top = analysis.prediction.top(TOP)
    first, second, *others = (country for country, _ in top[:PHOTO_MAPS])
    guess = analysis.heatmap(first)
    maps = [
        # Only the guess's map is tested: nobody waits gladly for more, and nothing asks later.
        EvidenceMap(guess, occlusion=analysis.occlude(guess)),
        *(EvidenceMap(analysis.heatmap(country)) for country in (second, *others)),
        EvidenceMap(analysis.contrast(first, second), against=second),
    ]
    roles = {country: ["model" if country == first else "other"] for country, _ in top}
    return {
        "picture": picture_uri(picture),
        "top": [[country, round(p, 4)] for country, p in top],
        "heat": _layers(maps, roles, picture.width / picture.height),
    }


def covered_message(covered: Covered) -> Message:
    """What a covered part of a picture changes: the five first before, and who is first now."""
    before, after = covered.before, covered.after
    return {
        "top": [
            [country, round(p, 4), round(after.of(country), 4)] for country, p in before.top(TOP)
        ],
        "first": after.country,
    }


def contrast_message(contrast: Contrast, other: str, aspect: float) -> Message:
    """Why the opponent's guess and not ``other``; ``aspect`` is the picture's width over height."""
    prediction = contrast.prediction
    better = [p for p in prediction.probabilities if p > prediction.of(other)]
    _, layer = heat_layers([contrast.guess, contrast.heatmap], aspect)
    known = _known(EvidenceMap(contrast.heatmap, against=other))
    return {
        "probability": round(prediction.of(other), 4),
        "rank": len(better) + 1,
        "layer": {**layer, "roles": ["contrast"], **known},
    }


def _finished(reveal: Reveal, evidence: Evidence) -> Message:
    top = evidence.prediction.top(TOP) if evidence.prediction is not None else ()
    truth = reveal.round.place.country
    shown = (truth, reveal.human.country, reveal.model.country)
    return {
        "number": reveal.round.number,
        "truth": truth,
        "at": list((reveal.round.place.location or countries()[truth].centroid).map_point),
        "flags": {code: flag_uri(code) for code in shown if code is not None},
        "human": _answer(reveal.human, reveal.human_verdict),
        "model": _answer(reveal.model, reveal.model_verdict),
        "fromCentroid": reveal.human_verdict.from_centroid,
        "top": [[country, round(p, 4)] for country, p in top],
    }


def _statistics(statistics: Statistics) -> list[Message]:
    """One entry for each kind of pictures that was played: all rounds, and where sides differ."""

    def counts(tally: Tally) -> Message:
        return {"rounds": tally.rounds, "human": tally.human_right, "model": tally.model_right}

    def entry(rendered: bool, by_country: Mapping[str, Tally]) -> Message:
        leads = [
            [{"country": code, **counts(by_country[code])} for code in codes]
            for codes in differences(by_country)
        ]
        return {
            "rendered": rendered,
            **counts(total(by_country.values())),
            "leads": {"human": leads[0], "model": leads[1]},
        }

    kinds = ((True, statistics.rendered), (False, statistics.photographed))
    return [entry(rendered, by_country) for rendered, by_country in kinds if by_country]


def _answer(guess: Guess, verdict: Verdict) -> Message:
    return {
        "country": guess.country,
        "points": verdict.points,
        "correct": verdict.correct,
        "closeness": verdict.closeness,
        "km": None if verdict.distance_km is None else round(verdict.distance_km),
    }


def _heat(reveal: Reveal, evidence: Evidence) -> list[Message]:
    roles: dict[str, list[str]] = {}
    for role, country in (
        ("model", reveal.model.country),
        ("truth", reveal.round.place.country),
        ("human", reveal.human.country),
    ):
        if country is not None:
            roles.setdefault(country, []).append(role)
    crop = reveal.round.crop
    return _layers(evidence.maps, roles, crop.width_px / crop.height_px)


def _layers(
    maps: Sequence[EvidenceMap], roles: Mapping[str, Sequence[str]], aspect: float
) -> list[Message]:
    """Maps as the page shows them; a contrast has the role of a contrast only."""
    layers = heat_layers([one.heatmap for one in maps], aspect)
    for layer, one in zip(layers, maps, strict=True):
        contrast = one.against is not None
        layer["roles"] = ["contrast"] if contrast else list(roles[one.heatmap.target])
        layer.update(_known(one))
    return layers


def _known(one: EvidenceMap) -> Message:
    """Which map it is, and what is known about it by now."""
    known: Message = {"against": one.against, "pending": one.pending}
    if (occlusion := one.occlusion) is not None:
        known["occlusion"] = {
            "before": round(occlusion.before, 4),
            "after": round(occlusion.after, 4),
            "random": round(occlusion.random_mean, 4),
        }
    if (cue := one.cue) is not None:
        known["cue"] = {"name": cue.name, "ratio": round(cue.ratio, 1 if cue.ratio < 3 else None)}
    return known
