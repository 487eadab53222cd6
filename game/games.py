"""All games that are being played: what is dealt to whom, while the opponent looks at the same.

Everything that a player must not know before the guess stays in here. Gradio-free; safe to call
from many threads at once.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Hashable
from dataclasses import replace

from PIL import Image

from game.in_play import edges_of, is_in_play
from game.line import Line
from game.opponent_turn import OpponentTurns, RememberedEvidence
from game.players import Deal, Player, Players
from game.ports import GameStore, Opponent, PanoramaSource, Scoreboard
from game.prefetch import Prefetch
from game.questions import Questions, ReadLooks
from game.records import SAVE_PATIENCE_S, Records
from game.rules import dealer
from game.rules.rounds import Guess, Mode, Round
from game.rules.session import ROUNDS_PER_GAME, Session
from game.rules.unreadable import Unreadable
from game.saved_game import SavedGame
from game.views import NOWHERE, GameView, Lost, Replay, Visit
from model import levels
from model.cpus import allowance
from model.errors import DataError, PictureError
from model.geography import is_country
from model.levels import USUAL, Level
from model.types import Crop

log = logging.getLogger(__name__)

DEAL_PATIENCE_S = 20.0
"""How long one panorama after the other is tried before the player is told that it failed."""

REMOTE_AT_ONCE = 32
"""Panoramas fetched at a time where that is mostly waiting for the network."""

OPPONENT_PATIENCE_S = 30.0
"""How long a guess waits for the opponent before the round goes on without it."""


class Games:
    """All games that are being played.

    A step may be asked for again, because its answer was lost on the way: nothing counts twice,
    and the answer then shows the game as it stands, with its picture.

    Args:
        source: panoramas that may be dealt.
        opponent: the other player.
        scoreboard: counts every finished round, if there is one.
        store: keeps running games beyond the process, if there is one.
        rng_seed: makes the deals to every player repeatable, by the order in which players come.
        clock_s: a monotonic clock in seconds.
        players: who may play, and for how long; by default ``Players`` with this clock and seed.

    Raises:
        model.errors.DataError: the source holds too few places for a game.
    """

    def __init__(
        self,
        source: PanoramaSource,
        opponent: Opponent,
        *,
        scoreboard: Scoreboard | None = None,
        store: GameStore | None = None,
        rng_seed: int | None = None,
        clock_s: Callable[[], float] = time.monotonic,
        players: Players | None = None,
    ) -> None:
        self._source = source
        self._places = source.places
        if len(self._places) < ROUNDS_PER_GAME:
            raise DataError(
                f"a game needs at least {ROUNDS_PER_GAME} panoramas of the test split, and there "
                f"are {len(self._places)}: choose a larger set with --panoramas"
            )
        self._players = players or Players(clock_s, rng_seed=rng_seed)
        self._clock_s, self._unreadable = clock_s, Unreadable(clock_s)
        self.server = secrets.token_hex(4)
        """Names this server, so that a page can tell when it is another one."""
        self._records = Records(
            scoreboard,
            store,
            self._places,
            rendered=source.rendered,
            server=self.server,
            clock_s=clock_s,
        )
        self._turns = OpponentTurns(source, opponent)
        self._prefetch = Prefetch(source)
        # A panorama takes 10 MB while it is decoded; more at once than processors gain nothing.
        self._reading = Line(REMOTE_AT_ONCE if source.remote else allowance())

    @property
    def rendered(self) -> bool:
        """Whether the panoramas are computer-rendered; the page says so."""
        return self._source.rendered

    @property
    def counts(self) -> bool:
        """Whether finished rounds are counted; the page says so."""
        return self._records.counts

    def open(self, key: str, visit: Visit = NOWHERE) -> GameView:
        """The game of a page that was opened, or opened again: the running one, else a new one.

        Raises:
            game.refusals.RefusedError: nobody else is let in at present, nor in the steps below.
        """
        player = self._players.admit(key, visit.address)
        with player.lock:
            lost = self._wake(player, visit)
            return self._again(player) if player.game else self._start(player, lost=lost)

    def start(
        self,
        key: str,
        mode: Mode,
        ticket: str | None = None,
        visit: Visit = NOWHERE,
        *,
        level: Level = USUAL,
    ) -> GameView:
        """Begin a new game for this player, known or new, and deal the first round.

        Args:
            key: of the player; only the player's page knows it.
            mode: how guesses are judged.
            level: of the opponent.
            ticket: of the view in which the player asked for it; an old one begins nothing.
            visit: the page that asks.
        """
        player = self._players.admit(key, visit.address)
        with player.lock:
            self._wake(player, visit)
            if player.game and ticket is not None and ticket != player.ticket:
                return self._again(player)
            return self._start(player, Session(mode, level))

    def guess(self, key: str, ticket: str, country: object, visit: Visit = NOWHERE) -> GameView:
        """Judge the round being played; a second submit of the same round changes nothing.

        Args:
            key: of the player.
            ticket: of the view that showed the round.
            country: one of the 56 codes; anything else counts as no guess.
            visit: the page that asks.
        """
        player = self._players.admit(key, visit.address)
        with player.lock:
            lost = self._wake(player, visit)
            if not player.game:
                return self._start(player, lost=lost)
            if ticket != player.ticket or player.session.current is None:
                return self._again(player)
            self._judge(player, country if is_country(country) else None)
            return self._view(player)

    def next(self, key: str, ticket: str, visit: Visit = NOWHERE) -> GameView:
        """Go on: from a reveal to the next deal or the summary, from the summary to a new game."""
        player = self._players.admit(key, visit.address)
        with player.lock:
            lost = self._wake(player, visit)
            if not player.game:
                return self._start(player, lost=lost)
            if ticket != player.ticket or player.session.current is not None:
                return self._again(player)
            if player.session.phase == "summary":
                return self._start(player, replace(player.session, reveals=()))
            session = player.session.next()
            if session.phase == "deal":
                return self._show(player, self._deal(session, player))
            player.session = session
            self._records.save(player)
            return self._view(player)

    def view(self, key: str) -> GameView | None:
        """The game as it is; ``None`` if there is none."""
        player = self._players.find(key)
        if player is None or not player.game:
            return None
        with player.lock:
            return self._view(player, save_patience_s=0)

    def replay(self, key: str, number: object) -> Replay | None:
        """A finished round of this game by its number from 1; ``None`` if there is none such.

        Raises:
            model.errors.PictureError: the panorama can no longer be read.
        """
        player = self._players.find(key)
        if player is None:
            return None
        with player.lock:
            if not player.session.has_finished(number):
                return None
            self._recall_maps(player, number)
            reveal, evidence = player.session.reveals[number - 1], player.evidence[number - 1]
            return Replay(reveal, evidence.evidence(), self._crop(reveal.round))

    def in_play(self, photo: Image.Image) -> bool:
        """Whether a photo shows a crop that somebody is still to guess; takes its time."""
        guessing = [p.edges for p in self._players.everybody() if p.session.current is not None]
        return is_in_play(photo, [edges for edges in guessing if edges is not None])

    def ahead(self, key: str) -> int:
        """How many are before this player, who waits for a panorama or for the opponent."""
        if (player := self._players.find(key)) is None:
            return 0
        return max(self._reading.ahead(player.name), self._turns.ahead(player.evidence))

    @property
    def questions(self) -> Questions:
        """What players ask the opponent about pictures that they have seen revealed."""
        return self._turns.questions

    def revealed(self, key: str, number: object) -> tuple[Hashable, ReadLooks] | None:
        """A finished round's picture to ask about, by its number from 1: its name, its reader."""
        player = self._players.find(key)
        if player is None:
            return None
        with player.lock:
            if not player.session.has_finished(number):
                return None
            shown = player.session.reveals[number - 1].round
            level = player.session.level
            return (player.game, number), lambda: self._looks(shown, level)[1]

    def leave(self, key: str) -> None:
        """Note that a player's page closes; it may be a reload, so the game waits for a while."""
        self._players.leave(key)
        self.questions.forget(key)

    def close(self) -> None:
        """Let nothing be done any more that nobody will see: the server ends."""
        self._turns.close()
        self._prefetch.close()

    def _wake(self, player: Player, visit: Visit) -> Lost:
        """Go on with the stored game of a page that has played; says why not, if it cannot be."""
        if player.game or not visit.server:
            return ""
        if visit.server == self.server and not self._records.stores:
            return "idle"
        saved = self._records.stored(player)
        if not isinstance(saved, SavedGame):
            return saved
        self._restore(player, saved)
        return ""

    def _restore(self, player: Player, saved: SavedGame) -> None:
        player.session, player.seen = saved.session, dict.fromkeys(saved.seen)
        player.evidence = [RememberedEvidence(one) for one in saved.predictions]
        player.round_id, current = saved.round_id, saved.session.current
        if current is not None and saved.server == self.server:
            # It was cleared, and so its picture was not kept from "Your photo" meanwhile.
            player.note_seen()
            player.take(self._deal(replace(saved.session, current=None), player))
        elif current is not None:
            try:
                picture, looks = self._looks(current, saved.session.level)
                begun = self._turns.begin(looks, current.place_index, current.crop)
            except PictureError:  # then the page is shown another one, see _again
                player.evidence.append(RememberedEvidence(None))
            else:
                player.evidence.append(begun)
                player.edges = edges_of(picture)
        player.game = saved.game  # last: only then the player has one
        self._records.save(player)  # from now on it is this server's

    def _start(self, player: Player, new: Session | None = None, lost: Lost = "") -> GameView:
        new = new or Session()
        deal = self._deal(new, player)
        player.begin(new)
        return self._show(player, deal, lost)

    def _show(self, player: Player, deal: Deal, lost: Lost = "") -> GameView:
        player.take(deal)
        self._records.save(player)
        self._prefetch.begin(player, self._unreadable.now())
        return self._view(player, picture=deal.picture, lost=lost)

    def _deal(self, session: Session, player: Player) -> Deal:
        """Deal the next readable panorama, and let the opponent begin its turn.

        The player's game is left as it stands: whatever fails here can be tried again.
        """
        seen = player.seen.keys() | player.session.dealt
        give_up_s = self._clock_s() + DEAL_PATIENCE_S
        while True:
            unreadable = self._unreadable.now()
            index = dealer.draw(self._places, session.dealt, seen, player.rng, unreadable)
            try:
                crop, picture, looks = self._cut(index, player, session.level)
            except PictureError as error:
                log.warning("panorama %d is left out: %s", index, error)
                self._unreadable.add(index)
                if self._clock_s() > give_up_s:
                    raise DataError("panoramas cannot be read: try again in a minute") from None
                continue
            evidence = self._turns.begin(looks, index, crop)
            return Deal(session.deal(index, self._places[index], crop), picture, evidence)

    def _cut(
        self, index: int, player: Player, level: Level
    ) -> tuple[Crop, Image.Image, list[Image.Image]]:
        """A crop of a panorama to deal, and what a level sees; PictureError if it is unreadable."""
        with self._reading.turn(player.name):
            panorama = self._source.picture(index)
            crop = dealer.crop(*panorama.size, player.rng, self._source.worth(index))
            shown = panorama.crop(crop.box)
            return crop, shown, levels.looks(panorama, crop, shown, level)

    def _again(self, player: Player) -> GameView:
        """The game as it stands, for a page that does not know it: with the picture on show."""
        session = player.session
        if session.current is None:
            self._recall_maps(player, session.number)
        on_show = session.current or session.reveals[-1].round
        try:
            return self._view(player, picture=self._crop(on_show))
        except PictureError as error:
            log.warning("panorama %d can no longer be read: %s", on_show.place_index, error)
        if session.current is None:
            return self._view(player)
        self._unreadable.add(on_show.place_index)
        return self._replace_current(player)

    def _replace_current(self, player: Player) -> GameView:
        """Deal another panorama for a round in which nothing was guessed yet."""
        player.note_seen()
        deal = self._deal(replace(player.session, current=None), player)
        player.evidence.pop().cancel()
        return self._show(player, deal)

    def _recall_maps(self, player: Player, number: int) -> None:
        """Let the opponent look once more at a finished round that another process saw."""
        reveal, known = player.session.reveals[number - 1], player.evidence[number - 1]
        if not isinstance(known, RememberedEvidence) or known.evidence().prediction is None:
            return
        shown = reveal.round
        try:
            _, looks = self._looks(shown, player.session.level)
            pending = self._turns.begin(looks, shown.place_index, shown.crop)
            pending.finish(reveal.human.country, OPPONENT_PATIENCE_S)
        except Exception:  # then it is seen without maps
            log.exception("the opponent could not look again")
        else:
            player.evidence[number - 1] = pending

    def _crop(self, shown: Round) -> Image.Image:
        """What a round shows; raises PictureError if that can no longer be read."""
        return self._looks(shown, USUAL)[0]

    def _looks(self, shown: Round, level: Level) -> tuple[Image.Image, list[Image.Image]]:
        """What a round shows, and what a level sees of it; raises PictureError as :meth:`_crop`."""
        with self._reading.turn():
            panorama = self._source.picture(shown.place_index)
            picture = panorama.crop(shown.crop.box)
            return picture, levels.looks(panorama, shown.crop, picture, level)

    def _judge(self, player: Player, country: str | None) -> None:
        opponent = player.evidence[-1].guess(country, OPPONENT_PATIENCE_S)
        player.session = player.session.guess(Guess(country), opponent)
        self._records.count(player)
        self._records.save(player)

    def _view(
        self,
        player: Player,
        *,
        picture: Image.Image | None = None,
        lost: Lost = "",
        save_patience_s: float = SAVE_PATIENCE_S,
    ) -> GameView:
        session, ended = player.session, player.session.phase == "summary"
        finished = session.current is None
        return GameView(
            session,
            player.ticket,
            picture,
            tuple(one.evidence() for one in player.evidence[: len(session.reveals)]),
            lost,
            unsaved=self._records.unsaved(player, save_patience_s) if finished else "",
            statistics=self._records.statistics(session.level) if ended else None,
        )
