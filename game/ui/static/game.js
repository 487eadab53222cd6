// The course of the game: messages in, events out, and what the player does in between.
(() => {
  const G = window.GeoDuel;
  const { state } = G;
  const QUEUE_MS = 2000;
  let picture = "", heat = null, awaited = null, waiting = false;

  G.pick = (code) => {
    if (state.phase !== "guess" || waiting) return;
    state.picked = code;
    G.map.picked(code);
    G.mapSize.chosen();
    G.search.show(code);
    if (code) G.status(watching());
    buttons();
  };

  const watching = () => `net_watching_${state.game.level}`;

  function buttons() {
    const guess = G.find("#guess-button");
    const named = state.picked && state.phase === "guess";
    guess.textContent = named
      ? G.text("guess_named", { country: G.country(state.picked) })
      : G.text("guess");
    guess.classList.toggle("ready", Boolean(named));
    const last = state.game?.number === state.game?.rounds;
    const key = state.phase === "summary" ? "rematch" : last ? "to_summary" : "next_round";
    G.find("#next-button").textContent = G.text(key);
    // Not "disabled": that would drop the focus.
    for (const button of [guess, G.find("#pass-button"), G.find("#next-button")])
      button.setAttribute("aria-disabled", waiting);
  }

  function send(name, data) {
    if (waiting) return;
    waiting = true;
    buttons();
    const asked = G.connection.ask(name, data);
    asked.then(take);
    queue(asked);
  }

  // Who waits long for an answer is told how many are before.
  async function queue(asked) {
    let answered = false;
    asked.finally(() => (answered = true));
    for (;;) {
      await new Promise((done) => setTimeout(done, QUEUE_MS));
      if (answered) return;
      const { ahead } = (await G.connection.ask("queue", {}, { patient: false })) ?? {};
      if (!answered && ahead) G.status("queue_ahead", { ahead });
    }
  }

  function guess() {
    G.search.settle();
    if (waiting) return;
    if (!state.picked) {
      if (!G.find("#country-input").value.trim()) G.status("choose_first");
      if (!G.still()) G.find(".gd-ask").animate?.([{ translate: "0" }, { translate: "-6px" }, { translate: "6px" }, { translate: "0" }], 220);
      if (!G.touch()) G.search.focus();
      return;
    }
    submit(state.picked);
  }

  function submit(country) {
    if (waiting) return;
    G.status("judging");
    send("guess", { step: state.step, country });
  }

  const onward = () => send("next", { step: state.step });

  // A new game, if there is none to lose or the player agrees to lose it.
  // `choice` names what shall be another one than in this game: `mode`, `level`.
  async function begin(choice) {
    const chosen = { mode: state.game?.mode, level: state.game?.level, ...choice };
    if (!waiting && (await G.leave.ask(state.game, chosen))) return send("begin", { step: state.step, ...chosen });
    if (state.game) settings(state.game);
  }

  function settings({ mode, level }) {
    for (const radio of G.all("#mode input")) radio.checked = radio.value === mode;
    G.level.show(level);
  }

  function drawPicture(game) {
    const shown = state.phase === "guess" || !heat;
    const alt = G.text("picture_alt");
    const image = G.find("#round-image img");
    if (image?.getAttribute("src") === picture) image.alt = alt; // as enlarged as it was
    else {
      G.find("#round-image").replaceChildren(...G.zoomable(picture, alt));
      G.firstPaint.shown(G.find("#round-image img"));
    }
    G.find(".gd-round").textContent = G.text("round_of", { number: game.number, rounds: game.rounds });
    G.find("#round-image").hidden = !shown;
    G.find("#heatmap").hidden = shown;
    const top = game.history.at(-1)?.top;
    if (!shown) G.heat(G.find("#heatmap"), picture, heat, alt, { subject: game.number, why: G.find("#why"), top });
    else {
      G.find("#heatmap").replaceChildren();
      delete G.find("#heatmap").heat;
      G.find("#why").hidden = true;
      G.root.classList.remove("asking");
    }
  }

  // Draws everything from the state; also what a change of language calls.
  function draw() {
    const game = state.game;
    if (!game) return;
    const { phase } = state;
    G.root.dataset.phase = phase;
    settings(game);
    G.find(".gd-rule").textContent = `${G.text("mode_name")} ${G.text(`mode_${game.mode}_rule`)}`;
    G.reveal.players(game);
    drawPicture(game);
    const showing = phase === "reveal" || phase === "summary";
    G.find(".gd-reveal").hidden = phase !== "reveal";
    G.find("#next-button").hidden = !showing;
    G.find(".gd-end").hidden = phase !== "summary";
    G.reveal.clear();
    if (phase !== "reveal") G.find(".gd-legend").textContent = G.text("map_grey");
    else G.reveal.round(game, game.history.at(-1));
    if (phase === "summary") G.end.show(game, begin);
    const home = G.find(phase === "summary" ? ".gd-end-map" : ".gd-map-place");
    if (G.find("#world-map").parentNode !== home) home.append(G.find("#world-map"));
    G.search.show(state.picked);
    buttons();
  }

  function take(message) {
    waiting = false;
    if (message.phase === "problem") {
      if (state.game) {
        G.status(message.problem);
        settings(state.game); // not as chosen for a game that did not begin
      } else {
        const wait = G.find(".gd-wait");
        wait.dataset.t = message.problem;
        wait.textContent = G.text(message.problem);
      }
      return buttons();
    }
    const fresh = message.step !== state.step;
    const switched = state.game && ["mode", "level"].find((what) => state.game[what] !== message[what]);
    state.game = message;
    state.step = message.step;
    state.phase = message.phase;
    picture = message.picture ?? picture;
    heat = message.heat ?? (message.phase === "guess" ? null : heat);
    if (fresh || message.phase !== "guess") state.picked = null;
    if (fresh) delete G.find("#heatmap").dataset.chosen;
    if (fresh) G.scene.clear();
    if (fresh) G.lesson.clear();
    if (fresh && message.phase === "reveal") lookAtPeak();
    draw();
    if (fresh) G.mapSize.settle();
    const revealed = fresh && message.phase === "reveal";
    if (revealed) G.end.keep(message, picture, heat);
    if (revealed) scene(message.history.at(-1));
    else marks(fresh);
    if (fresh) arrive(switched);
    follow();
  }

  // A reveal shows the whole picture or, where it fills its place, the part that its map starts from.
  function lookAtPeak() {
    const [row, column] = heat?.[0]?.where ?? [1, 1];
    G.lookAt(picture, [(column + 0.5) / 3, (row + 0.5) / 3]);
  }

  // What happens when in the scene of a reveal; how it looks is in reveal.css.
  function scene(finished) {
    const game = state.game;
    const shows = G.find("#heatmap").heat;
    G.map.marks({});
    G.lines.show([]);
    G.lesson.expect(finished.truth);
    G.reveal.before(game, finished);
    G.scene.play({
      heat: () => shows?.wipe(true),
      truth() {
        G.announce(said());
        marks(true);
      },
      lines() {
        G.lines.show([finished], { animated: true });
        G.reveal.countUp(game, finished);
      },
      done() {
        shows?.wipe(false);
        G.lesson.show(finished.truth);
      },
    });
  }

  // Some maps are still being tested at the reveal: ask again until they are, in ever longer pauses.
  function follow(times = 0) {
    clearTimeout(follow.timer);
    awaited = times <= 9 && !G.evidence.settled() ? heat : null;
    G.find("#heatmap").heat?.say();
    if (!awaited) return;
    follow.timer = setTimeout(() => {
      if (G.evidence.settled()) return;
      G.connection.ask("evidence", { round: state.game.number }, { patient: false }).then(G.evidence.show);
      follow(times + 1);
    }, 600 * 1.4 ** times);
  }

  G.evidence = {
    settled: () => !heat?.some((layer) => layer.pending),
    // Whether the page still asks what became of the test of this map.
    awaited: (layer) => Boolean(awaited?.includes(layer)),
    show(answer) {
      const { step, number, evidence } = answer ?? {};
      if (step !== state.step || number !== state.game.number || !heat) return;
      for (const known of evidence) {
        const layer = heat.find(({ country, against }) => country === known.country && against === known.against);
        if (layer) Object.assign(layer, known);
      }
      G.find("#heatmap").heat?.say();
    },
  };

  function marks(fresh) {
    const { game, phase } = state;
    if (phase === "summary") {
      G.map.marks({});
      G.lines.show(game.history, { numbered: true });
      return void (fresh && G.map.fit(game.history.flatMap(G.lines.points)));
    }
    if (phase === "guess") {
      G.map.marks({});
      G.map.picked(state.picked);
      G.lines.show([]);
      return void (fresh && G.map.world());
    }
    const finished = game.history.at(-1);
    const { truth, human, model } = finished;
    G.map.marks({ truth, human: human.country, model: model.country }, G.lines.points(finished));
    G.lines.show([finished]);
  }

  // What screen readers say of a new step, once.
  function said() {
    const { phase, game } = state;
    const totals = { human: G.number(game.scores.human), model: G.number(game.scores.model) };
    if (phase === "guess") return G.text("said_round", { number: game.number, rounds: game.rounds, ...totals });
    if (phase === "summary") return `${G.end.title(game)} ${G.text("said_total", totals)}`;
    const { truth, human, model } = game.history.at(-1);
    const points = { human: G.number(human.points), model: G.number(model.points) };
    return G.text("said_reveal", { the_country: G.theCountry(truth), ...points });
  }

  // A new step: say so, and put the focus where the next key belongs.
  function arrive(switched) {
    const { phase, game } = state;
    if (game.lost) G.status(`lost_${game.lost}`);
    else if (switched) G.status(`${switched}_changed`, () => ({ [switched]: G.text(`${switched}_${game[switched]}`) }));
    else G.status(phase === "guess" ? watching() : "");
    if (game.unsaved) G.status(game.unsaved);
    if (phase !== "reveal") G.announce(said()); // a reveal is said when the scene tells the truth
    if (phase !== "guess") G.find("#next-button").focus({ preventScroll: true });
    else if (G.touch()) G.find(".gd-question").focus({ preventScroll: true });
    else G.search.focus();
    G.find("#panel-play").scrollTop = 0;
  }

  function language(code) {
    const { picked } = state;
    G.setLanguage(code);
    draw();
    if (picked) G.search.show(picked);
    if (state.status) G.status(...state.status);
    G.map.redraw();
    G.lesson.redraw();
    G.photo.redraw();
    G.guide.redraw();
  }

  // In a round that is looked at again only the maps have keys.
  function again(event) {
    if (/^[1-9]$/.test(event.key)) G.find("#round-again-heat").heat?.choose(event.key - 1, true);
  }

  // Held down, a key acts once; while an input method composes, keys are its own.
  function keys(event) {
    // A button that has just come under the focus would be pressed by a key that is still down.
    if (event.repeat && (event.key === "Enter" || event.key === " ") && event.target.closest?.("button")) event.preventDefault();
    if (event.repeat || event.isComposing || G.shortcut(event)) return;
    if (G.all("dialog").some((dialog) => dialog.open)) return again(event);
    const typing = event.target.closest?.("input:not([type=range], [type=radio]), select");
    if (!event.defaultPrevented && (!typing || event.key === "Escape") && G.zoomKey(event)) return event.preventDefault();
    if (/^[1-9]$/.test(event.key)) {
      const place = G.find(G.root.dataset.tab === "play" ? "#heatmap" : ".gd-photo-heat");
      if (!typing && !place?.hidden)
        place?.heat?.choose(event.key - 1, true);
      return;
    }
    if (event.key !== "Enter" || event.defaultPrevented || G.root.dataset.tab !== "play") return;
    const on = event.target.closest?.("button, summary, a, input, select, [role=option]");
    if (on && on.id !== "country-input") return;
    if (state.phase === "guess") guess();
    else if (state.phase === "reveal") onward();
  }

  function listen() {
    G.find("#guess-button").addEventListener("click", guess);
    G.find("#pass-button").addEventListener("click", () => submit(null));
    // The box would settle before the click has come, and the buttons move under the pointer.
    G.find(".gd-actions").addEventListener("mousedown", (event) => event.preventDefault());
    G.find("#next-button").addEventListener("click", onward);
    for (const radio of G.all("#mode input")) radio.addEventListener("change", () => begin({ mode: radio.value }));
    for (const radio of G.all("#language input"))
      radio.addEventListener("change", () => language(radio.value));
    document.addEventListener("keydown", keys);
    G.find(".gd-map-view").addEventListener("shapes", () => {
      if (state.game) marks(false);
    });
  }

  G.mount = () => {
    G.root = document.querySelector(".gd");
    G.firstPaint.mount();
    G.search.mount();
    G.map.mount();
    G.photo.mount();
    G.guide.mount();
    G.leave.mount();
    G.level.mount(begin);
    G.end.mount();
    listen();
    G.shell.mount();
    G.setLanguage(G.firstLanguage());
    G.connection.mount(take);
  };
})();
