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

  const KINDS = { country: "won", neighbour: "near", subregion: "close", elsewhere: "lost" };

  // One player's card: its only number is the running total, so that it reads at a glance.
  function player(place, name, who, game) {
    const pips = [];
    for (let i = 0; i < game.rounds; i++) {
      const answer = game.history[i]?.[who];
      pips.push(G.make("i", { class: answer ? (KINDS[answer.closeness] ?? "none") : "" }));
    }
    place.replaceChildren(
      G.make("span", { class: "gd-name", title: who === "model" ? G.level.name(game.level) : "" }, G.text(name)),
      G.make("strong", { class: "gd-total" }, G.number(game.scores[who])),
      G.make("span", { class: "gd-pips", "aria-hidden": "true" }, ...pips)
    );
  }

  const flag = (finished, code) => (finished.flags[code] ? G.make("img", { class: "gd-flag", src: finished.flags[code], alt: "" }) : "");

  function verdict(name, who, finished, about) {
    const answer = finished[who];
    const { country, closeness } = answer;
    const parts = [country ? flag(finished, country) : "", G.make("b", {}, country ? G.country(country) : G.text("no_guess"))];
    if (closeness === "neighbour" || closeness === "subregion") parts.push(G.make("small", { class: "gd-close" }, G.text(`close_${closeness}`)));
    if (country && !answer.correct && answer.km != null)
      parts.push(G.make("small", { title: G.text(about) }, G.text("km_away", { km: G.number(answer.km) })));
    return G.make(
      "p",
      { class: `gd-verdict is-${who} ${KINDS[closeness] ?? "lost"}` },
      G.make("span", { class: "gd-who" }, G.text(name)),
      G.make("span", { class: "gd-answer" }, ...parts),
      G.make("span", { class: "gd-points" }, G.text("points", { points: G.number(answer.points) }))
    );
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
      flag(finished, truth),
      G.make("small", {}, G.text("truth_label")),
      G.make("strong", {}, G.country(truth))
    );
    const missed = [human, model].some((answer) => answer.country && !answer.correct);
    const about = finished.fromCentroid ? "km_from_centroid" : "km_from_place";
    G.find("#verdicts").replaceChildren(
      verdict("you", "human", finished, about),
      verdict("net", "model", finished, about),
      ...(game.mode === "distance" && missed ? [G.make("small", { class: "gd-about" }, G.text(about))] : []),
      ...streaks(game)
    );
    G.find("#model-guess").replaceChildren(
      ...(finished.top.length
        ? [G.make("h2", {}, G.text("top_title")), G.topFive(finished.top, truth, human.country)]
        : [G.make("p", { class: "gd-about" }, G.text("net_failed"))])
    );
    overPicture(finished);
    const legend = [["truth", truth]];
    if (human.country && !human.correct) legend.push(["human", human.country]);
    if (model.country && !model.correct) legend.push(["model", model.country]);
    G.find(".gd-legend").replaceChildren(
      ...legend.map(([who, code]) =>
        G.make("span", { class: `is-${who}` }, `${G.text(`legend_${who}`)}: ${G.country(code)}`)
      )
    );
  }

  // What the scene shows over the picture: both guesses, then the truth.
  function overPicture(finished) {
    const guess = (who, name) => {
      const { country } = finished[who];
      return G.make("p", { class: `scene-guess is-${who}` }, G.make("small", {}, G.text(name)), country ? flag(finished, country) : "", G.make("b", {}, country ? G.country(country) : G.text("no_guess")));
    };
    const kind = KINDS[finished.human.closeness] ?? "lost";
    G.find("#scene").replaceChildren(
      G.make("div", { class: "scene-guesses" }, guess("human", "you"), guess("model", "net")),
      G.make("p", { class: `scene-truth ${kind}` }, flag(finished, finished.truth), G.make("b", {}, G.country(finished.truth)))
    );
  }

  // Points and totals count up from what they were before this round.
  function countUp(game, finished) {
    for (const [who, at] of [["human", 0], ["model", 1]]) {
      const { points } = finished[who];
      const total = game.scores[who];
      G.scene.countUp(G.find(`#score-${who} .gd-total`), total - points, total, G.number);
      const place = G.all("#verdicts .gd-points")[at];
      G.scene.countUp(place, 0, points, (n) => G.text("points", { points: G.number(n) }));
    }
  }

  G.reveal = {
    players(game) {
      player(G.find("#score-human"), "you", "human", game);
      player(G.find("#score-model"), "net", "model", game);
    },
    // What is seen before the scene counts up: the totals of the rounds before, and no points yet.
    before(game, finished) {
      ["human", "model"].forEach((who, at) => {
        G.find(`#score-${who} .gd-total`).dataset.count = G.number(game.scores[who] - finished[who].points);
        G.all("#verdicts .gd-points")[at].dataset.count = G.text("points", { points: G.number(0) });
      });
    },
    clear() {
      for (const id of ["#truth", "#verdicts", "#model-guess", "#scene"]) G.find(id).replaceChildren();
    },
    round: reveal,
    countUp,
  };
})();
