// Scores, the reveal of a round, and the table at the end: messages turned into elements.
(() => {
  const G = window.GeoDuel;

  G.topFive = (top, truth, human) =>
    G.make(
      "ol",
      { class: "gd-top-five" },
      ...top.map(([code, share]) => {
        const kind = code === truth ? "is-truth" : code === human ? "is-human" : "";
        const bar = G.make("i", { "aria-hidden": "true" });
        bar.style.setProperty("--share", share);
        return G.make(
          "li",
          { class: kind },
          G.make("span", {}, G.country(code)),
          G.make("data", { value: share }, G.percent(share)),
          bar
        );
      })
    );

  // One player's card: its only number is the running total, so that it reads at a glance.
  function player(place, name, who, game) {
    const pips = [];
    for (let i = 0; i < game.rounds; i++) {
      const answer = game.history[i]?.[who];
      const kind = !answer ? "" : answer.correct ? "won" : answer.country ? "lost" : "none";
      pips.push(G.make("i", { class: kind }));
    }
    place.replaceChildren(
      G.make("span", { class: "gd-name" }, G.text(name)),
      G.make("strong", { class: "gd-total" }, String(game.scores[who])),
      G.make("span", { class: "gd-pips", "aria-hidden": "true" }, ...pips)
    );
  }

  function verdict(name, who, answer, about) {
    const parts = [];
    parts.push(G.make("span", { class: "gd-who" }, G.text(name)));
    const country = answer.country ? G.country(answer.country) : G.text("no_guess");
    parts.push(G.make("b", {}, country));
    if (answer.country && !answer.correct && answer.km != null) {
      const away = G.text("km_away", { km: G.number(answer.km) });
      parts.push(G.make("small", { title: G.text(about) }, away));
    }
    const points = G.text("points", { points: G.number(answer.points) });
    parts.push(G.make("span", { class: "gd-points" }, points));
    return G.make("p", { class: `gd-verdict is-${who} ${answer.correct ? "won" : "lost"}` }, ...parts);
  }

  function streaks(game) {
    return ["human", "model"]
      .filter((who) => game.streaks[who] > 1)
      .map((who) =>
        G.make(
          "small",
          { class: `gd-streak is-${who}` },
          `${G.text(who === "human" ? "you" : "net")}: ${G.text("streak", { count: game.streaks[who] })}`
        )
      );
  }

  // Shows a finished round in the panel: `finished` is one entry of the history.
  function reveal(game, finished) {
    const { truth, human, model } = finished;
    G.find("#truth").replaceChildren(
      G.make("small", {}, G.text("truth_label")),
      G.make("strong", {}, G.country(truth))
    );
    const missed = [human, model].some((answer) => answer.country && !answer.correct);
    const about = finished.fromCentroid ? "km_from_centroid" : "km_from_place";
    G.find("#verdicts").replaceChildren(
      verdict("you", "human", human, about),
      verdict("net", "model", model, about),
      ...(game.mode === "distance" && missed ? [G.make("small", { class: "gd-about" }, G.text(about))] : []),
      ...(game.replay ? [] : streaks(game))
    );
    G.find("#model-guess").replaceChildren(
      ...(finished.top.length
        ? [G.make("h2", {}, G.text("top_title")), G.topFive(finished.top, truth, human.country)]
        : [G.make("p", { class: "gd-about" }, G.text("net_failed"))])
    );
    const legend = [["truth", truth]];
    if (human.country && !human.correct) legend.push(["human", human.country]);
    if (model.country && !model.correct) legend.push(["model", model.country]);
    G.find(".gd-legend").replaceChildren(
      ...legend.map(([who, code]) =>
        G.make("span", { class: `is-${who}` }, `${G.text(`legend_${who}`)}: ${G.country(code)}`)
      )
    );
  }

  const SQUARES = { "🟩": "won", "🟨": "near", "🟥": "lost", "⬜": "none" };
  // Drawn rather than written: not every system has the emoji.
  const squares = (name, marks) =>
    G.make(
      "span",
      {},
      G.text(name),
      G.make(
        "span",
        { class: "gd-square-row", role: "img", "aria-label": marks },
        ...[...marks].map((mark) => G.make("i", { class: SQUARES[mark] }))
      )
    );

  const outcome = ({ scores: { human, model } }) =>
    human > model ? "result_win" : human < model ? "result_loss" : "result_draw";

  function result(game) {
    const { human, model } = game.scores;
    const key = outcome(game);
    const line = `GeoDuel ${human} : ${model}`;
    const copied = G.make("span", { role: "status" });
    const share = G.make("button", { type: "button", class: "gd-button gd-quiet" }, G.text("share"));
    share.addEventListener("click", async () => {
      const text = [line, `🙂 ${game.squares.human}`, `🤖 ${game.squares.model}`].join("\n");
      try {
        await navigator.clipboard.writeText(text);
        copied.textContent = G.text("share_done");
      } catch {
        copied.textContent = text; // no right to the clipboard: show it for copying by hand
      }
    });
    G.find("#result").replaceChildren(
      G.make("h2", {}, G.text(key)),
      G.make(
        "p",
        { class: "gd-squares" },
        squares("you", game.squares.human),
        squares("net", game.squares.model)
      ),
      G.make("p", { class: "gd-about" }, G.text("result_hint")),
      G.make("p", { class: "gd-share" }, share, copied)
    );
  }

  function cell(answer, game) {
    const country = answer.country ? G.country(answer.country) : G.text("no_guess");
    const away = game.mode === "distance" && answer.km ? ` · ${G.number(answer.km)} km` : "";
    return G.make(
      "td",
      { class: answer.correct ? "won" : "lost" },
      G.make("span", {}, country + away),
      G.make("b", {}, String(answer.points))
    );
  }

  function history(game) {
    const head = ["column_round", "column_truth", "column_human", "column_model"];
    const rows = game.history.map((finished) => {
      const { number } = finished;
      const again = G.make(
        "button",
        {
          type: "button", class: "gd-again", "data-round": number,
          "aria-label": G.text("replay", { number }), title: G.text("replay", { number }),
          "aria-pressed": game.replay === number,
        },
        String(number)
      );
      return G.make(
        "tr",
        { "data-round": number, class: game.replay === number ? "chosen" : "" },
        G.make("td", {}, again),
        G.make("td", {}, G.country(finished.truth)),
        cell(finished.human, game),
        cell(finished.model, game)
      );
    });
    const totals = ["human", "model"].map((who) => G.make("td", {}, G.make("b", {}, String(game.scores[who]))));
    G.find("#history").replaceChildren(
      G.make("h2", {}, G.text("history_title")),
      G.make(
        "table",
        {},
        G.make("thead", {}, G.make("tr", {}, ...head.map((key) => G.make("th", { scope: "col" }, G.text(key))))),
        G.make("tbody", {}, ...rows),
        G.make(
          "tfoot",
          {},
          G.make("tr", {}, G.make("td"), G.make("th", { scope: "row" }, G.text("column_total")), ...totals)
        )
      )
    );
  }

  G.reveal = {
    players(game) {
      player(G.find("#score-human"), "you", "human", game);
      player(G.find("#score-model"), "net", "model", game);
    },
    clear() {
      for (const id of ["#truth", "#verdicts", "#model-guess", "#history", "#result", "#everybody"])
        G.find(id).replaceChildren();
    },
    round: reveal,
    outcome,
    summary(game) {
      result(game);
      history(game);
      if (game.statistics) G.statistics(game.statistics);
    },
  };
})();
