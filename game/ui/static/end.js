// The end of a game: who won and by how much, all rounds on one map, each to be looked at again,
// what both are good at, and a result to share.
(() => {
  const G = window.GeoDuel;
  const SQUARES = { "🟩": "won", "🟨": "near", "🟧": "close", "🟥": "lost", "⬜": "none" };
  const SAID = { won: "square_right", near: "close_neighbour", close: "close_subregion", lost: "square_wrong", none: "no_guess" };
  const LINES = 3;
  let album = {}; // by number: picture and maps of this game's rounds, as far as they were seen
  const earlier = []; // finished rounds of the games before this one, since the page was opened
  let game = null, own = [], shownAgain = 0; // `own`: those of this game

  // Drawn rather than written: not every system has the emoji.
  function squares(name, marks) {
    const kinds = [...marks].map((mark) => SQUARES[mark]);
    const words = kinds.map((kind) => G.text(SAID[kind])).join(", ");
    return G.make("span", {}, G.text(name), G.make("span", { class: "gd-square-row", role: "img", "aria-label": words }, ...kinds.map((kind) => G.make("i", { class: kind }))));
  }

  const outcome = ({ scores: { human, model } }) => (human > model ? "result_win" : human < model ? "result_loss" : "result_draw");

  function title({ scores: { human, model } }) {
    const by = Math.abs(human - model);
    const key = outcome({ scores: { human, model } });
    return G.text(by ? `${key}_by` : key, { points: G.number(by) });
  }

  async function share(said) {
    const { human, model } = game.scores;
    const address = `${location.origin}${location.pathname}`;
    const text = G.judge.shared(game, `GeoDuel ${human} : ${model} (${G.level.name(game.level)})`, address);
    if (navigator.share && G.touch()) {
      try {
        return await navigator.share({ text });
      } catch (error) {
        if (error.name === "AbortError") return; // thought better of it
      }
    }
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = G.text("share_done");
    } catch {
      said.textContent = text; // no right to the clipboard: show it for copying by hand
    }
  }

  function result(begin) {
    const said = G.make("span", { role: "status", class: "gd-share-said" });
    const other = game.mode === "graded" ? "distance" : "graded";
    const level = G.level.next(game);
    const quiet = (text, onclick) => G.make("button", { type: "button", class: "gd-button gd-quiet", onclick }, text);
    G.find("#result").replaceChildren(
      G.make("h2", { class: outcome(game) }, title(game)),
      G.make("p", { class: "gd-final" }, G.make("b", { class: "is-human" }, G.number(game.scores.human)), " : ", G.make("b", { class: "is-model" }, G.number(game.scores.model))),
      G.make("div", { class: "gd-squares" }, squares("you", game.squares.human), squares("net", game.squares.model)),
      G.make("p", { class: "gd-about" }, `${G.text("mode_name")} ${G.text(`mode_${game.mode}`)}. ${G.text(`mode_${game.mode}_rule`)}. ${G.text("level_name")} ${G.level.name(game.level)}.`),
      G.make(
        "div",
        { class: "gd-share" },
        quiet(G.text("share"), () => share(said)),
        ...(level ? [quiet(G.text("new_game_level", { level: G.level.name(level) }), () => begin({ level }))] : []),
        quiet(G.text("new_game_mode", { mode: G.text(`mode_${other}`) }), () => begin({ mode: other })),
        said
      )
    );
  }

  const flag = (finished, code) => G.make("img", { class: "gd-flag", src: finished.flags[code], alt: "" });

  function answer(who, finished) {
    const { country, closeness, points } = finished[who];
    const kind = { country: "won", neighbour: "near", subregion: "close" }[closeness] ?? "lost";
    return G.make(
      "td",
      { role: "cell", class: `card-answer is-${who} ${kind}` },
      G.make("span", {}, G.text(who === "human" ? "you" : "net")),
      country ? flag(finished, country) : "",
      G.make("span", { class: "card-country" }, country ? G.country(country) : G.text("no_guess")),
      G.make("b", {}, G.text("points", { points: G.number(points) }))
    );
  }

  function card(finished) {
    const { number, truth } = finished;
    const seen = album[number];
    const map = seen?.heat?.[0];
    const none = seen?.problem ? G.text(seen.problem) : "…";
    const picture = seen?.picture
      ? [G.make("img", { src: seen.picture, alt: "" }), ...(map?.uri ? [G.make("img", { src: map.uri, alt: "", class: "card-heat" })] : [])]
      : [G.make("span", { class: "card-none" }, none)];
    // A card shows a part of a tall photo: that where the map is hottest.
    if (map?.where) for (const image of picture) image.style.objectPosition = `${50 * map.where[1]}% ${50 * map.where[0]}%`;
    return G.make(
      "tr",
      { role: "row", "data-round": number },
      G.make(
        "td",
        { role: "cell" },
        G.make(
          "button",
          { type: "button", class: "card-picture", "data-round": number, "aria-label": G.text("replay", { number }), onclick: () => look(number) },
          ...picture,
          G.make("i", { "aria-hidden": "true" }, String(number))
        )
      ),
      G.make("td", { role: "cell", class: "card-truth" }, flag(finished, truth), G.make("b", {}, G.country(truth))),
      answer("human", finished),
      answer("model", finished)
    );
  }

  // A table laid out as cards: the roles stay with the elements whatever CSS makes of them.
  const HEAD = ["column_round", "column_truth", "column_human", "column_model"];
  function history() {
    const { scores } = game;
    const group = (tag, ...rows) => G.make(tag, { role: "rowgroup" }, ...rows);
    const head = HEAD.map((key) => G.make("th", { role: "columnheader", scope: "col" }, G.text(key)));
    const totals = [scores.human, scores.model].map((total) => G.make("td", { role: "cell" }, G.number(total)));
    const held = document.activeElement?.closest(".card-picture")?.dataset.round; // has the focus
    G.find("#history").replaceChildren(
      G.make("h2", {}, G.text("history_title")),
      G.make(
        "table",
        { role: "table", class: "gd-cards" },
        group("thead", G.make("tr", { role: "row" }, ...head)),
        group("tbody", ...game.history.map(card)),
        group("tfoot", G.make("tr", { role: "row" }, G.make("td", { role: "cell" }), G.make("th", { role: "rowheader", scope: "row" }, G.text("column_total")), ...totals))
      )
    );
    if (held) G.find(`.card-picture[data-round="${held}"]`)?.focus({ preventScroll: true });
  }

  async function seen(number) {
    const rounds = album; // a new game may begin before the answer comes
    if (!rounds[number]?.picture) {
      const { picture, heat, problem } = await G.connection.ask("replay", { round: number });
      rounds[number] = { picture, heat, problem };
      if (rounds === album && G.state.phase === "summary") history();
    }
    return rounds[number];
  }

  // A round once more, over the page; closed, the focus goes back to where it was.
  async function look(number) {
    const finished = game.history[number - 1], rounds = album;
    const found = await seen(number);
    if (G.state.phase !== "summary" || rounds !== album) return; // another game began
    if (found.problem) return G.status(found.problem);
    shownAgain = number;
    const dialog = G.find("#round-again");
    const place = G.find("#round-again-heat");
    delete place.dataset.chosen;
    G.find("#round-again-title").replaceChildren(flag(finished, finished.truth), ` ${G.text("replaying", { number })}: ${G.country(finished.truth)}`);
    if (!dialog.open) dialog.showModal();
    G.heat(place, found.picture, found.heat, G.text("picture_alt"), { subject: number, why: G.find("#round-again-why"), top: finished.top });
    G.find("#round-again-close").focus();
  }

  // With the cue that the net went by, as far as that is known by now.
  const withCue = (finished) => {
    const maps = album[finished.number]?.heat;
    return { ...finished, cue: maps?.find(({ roles }) => roles.includes("model"))?.cue?.name };
  };

  function strengths() {
    const played = [...earlier, ...own.map(withCue)];
    const by = {
      region: G.judge.strengths(played, ({ truth }) => G.data.countries[truth].region),
      cue: G.judge.strengths(played, ({ cue }) => cue),
    };
    const line = (name, text) => ({ name: key, ...counts }) => G.make("li", {}, G.make("b", {}, name(key)), " ", G.text(text, counts));
    const lines = [
      ...by.region.slice(0, LINES).map(line((key) => `${G.text(`region_${key}`)}:`, "strength_line")),
      ...by.cue.slice(0, LINES).map(line((key) => G.text("strength_cue", { thing: G.text(`the_${key}`) }), "strength_cue_line")),
    ];
    G.find("#strengths").replaceChildren(
      G.make("h2", {}, G.text("strength_title", { rounds: played.length })),
      lines.length ? G.make("ul", { class: "gd-strengths" }, ...lines) : G.make("p", { class: "gd-about" }, G.text("strength_none"))
    );
  }

  G.end = {
    title,
    mount() {
      const dialog = G.find("#round-again");
      G.find("#round-again-close").addEventListener("click", () => dialog.close());
      G.closesOutside(dialog);
      dialog.addEventListener("close", () => {
        G.find("#round-again-heat").replaceChildren();
        G.find(`.card-picture[data-round="${shownAgain}"]`)?.focus();
      });
    },
    // A round was revealed: keep what the end shows of it.
    keep({ history: finished }, picture, heat) {
      if (finished.length === 1) {
        earlier.push(...own.map(withCue));
        album = {};
      }
      own = finished;
      album[finished.length] = { picture, heat };
    },
    show(shown, begin) {
      game = shown;
      own = game.history; // all of them, also where the page was opened again meanwhile
      result(begin);
      history();
      strengths();
      if (game.statistics) G.statistics(game.statistics);
      for (const { number } of game.history) seen(number).then(strengths);
    },
  };
})();
