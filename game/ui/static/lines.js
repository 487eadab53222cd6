// Lines on the map from guesses to the truth, with their length; they follow the map as it moves.
(() => {
  const G = window.GeoDuel;
  const BEND = 0.16; // of its length, how far a line bows upwards
  const HIGH_PX = 22; // a length, with its border
  const WIDE_PX = 80;
  let view, frame, names, lines = [], spots = [], redraw = () => {};

  function draw() {
    let last = null;
    for (const { from, to, path, name } of lines) {
      const [[x0, y0], [x1, y1]] = [G.map.toView(from), G.map.toView(to)];
      const [dx, dy] = [x1 - x0, y1 - y0];
      const way = dx < 0 ? -1 : 1;
      const [x, y] = [(x0 + x1) / 2 + way * dy * BEND, (y0 + y1) / 2 - way * dx * BEND];
      path.setAttribute("d", `M${x0} ${y0}Q${x} ${y} ${x1} ${y1}`);
      if (!name) continue;
      const across = (x0 + x1 + 2 * x) / 4;
      let down = (y0 + y1 + 2 * y) / 4;
      // A length that would lie over the one before goes right above or below it.
      if (last && Math.abs(across - last[0]) < WIDE_PX && Math.abs(down - last[1]) < HIGH_PX)
        down = last[1] + (down < last[1] ? -HIGH_PX : HIGH_PX);
      name.style.transform = `translate(${across}px, ${down}px) translate(-50%, -50%)`;
      last = [across, down];
    }
    for (const { at, spot, name } of spots) {
      const [x, y] = G.map.toView(at);
      spot.setAttribute("cx", x);
      spot.setAttribute("cy", y);
      if (name) name.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
    }
  }

  G.lines = {
    mount() {
      view = G.find(".gd-map-view");
      frame = G.svg("svg", { class: "gd-lines", "aria-hidden": "true" });
      names = G.make("div", { class: "gd-line-names", "aria-hidden": "true" });
      view.append(frame, names);
      view.addEventListener("view", draw);
    },
    // `rounds`: finished ones of the history. `animated`: the lines grow. `numbered`: the truths bear
    // the numbers of their rounds, instead of the lines their lengths.
    show(rounds, { animated = false, numbered = false } = {}) {
      redraw = () => G.lines.show(rounds, { numbered });
      lines = [];
      spots = [];
      for (const { truth, at, human, model, number } of rounds) {
        for (const [who, answer] of [["model", model], ["human", human]]) {
          if (!answer.country || answer.country === truth) continue;
          const same = who === "model" && answer.country === human.country;
          if (same) continue; // the human's line tells the same
          const path = G.svg("path", { class: `line is-${who}`, pathLength: 1 });
          const name = numbered || answer.km == null ? null : G.make("span", { class: `is-${who}` }, G.text("km", { km: G.number(answer.km) }));
          lines.push({ from: G.data.countries[answer.country].map, to: at, path, name });
        }
        const spot = G.svg("circle", { class: "spot", r: numbered ? 9 : 5 });
        spots.push({ at, spot, name: numbered ? G.make("b", {}, String(number)) : null });
      }
      frame.classList.toggle("grow", animated);
      frame.replaceChildren(...lines.map(({ path }) => path), ...spots.map(({ spot }) => spot));
      names.classList.toggle("grow", animated);
      names.replaceChildren(...[...lines, ...spots].map(({ name }) => name).filter(Boolean));
      draw();
    },
    // The lengths, in another language.
    redraw: () => redraw(),
    // What has to be in view for a round to be understood, as points of the map.
    points: ({ truth, at, human, model }) =>
      [at, ...[truth, human.country, model.country].filter(Boolean).map((code) => G.data.countries[code].map)],
  };
})();
