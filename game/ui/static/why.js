// "Is that really why?": a map is put to the test. What covering its region did, a patch to cover
// any other part with while the bars answer, contrasts, and why not any other country.
(() => {
  const G = window.GeoDuel;
  const GAP_MS = 250;
  const STEP = 0.04; // of the picture, a press of an arrow key
  const SIZES = { least: 0.1, most: 0.6, first: [0.24, 0.42] };
  let opacity = 0.75; // kept from round to round

  function facts(layer) {
    const { country, uri, cue, occlusion, pending } = layer;
    if (!uri) return [];
    const said = [];
    if (cue) said.push(G.text("heat_cue", { cue: G.text(`cue_${cue.name}`), ratio: G.number(cue.ratio) }));
    if (!occlusion) return pending ? [...said, G.text(G.evidence.awaited(layer) ? "heat_trying" : "heat_untried")] : said;
    const values = { the_country: G.theCountry(country) };
    for (const when of ["before", "after", "random"]) values[when] = G.percent(occlusion[when]);
    return [...said, G.text(occlusion.after < occlusion.before ? "heat_covered" : "heat_covered_not", values)];
  }

  function strength(over) {
    const slider = G.make("input", {
      type: "range", min: 0, max: 100, value: Math.round(opacity * 100),
      "aria-label": G.text("heat_opacity"), title: G.text("heat_opacity"),
    });
    const set = () => {
      over.style.opacity = opacity;
      over.closest(".heat-stage")?.style.setProperty("--heat-opacity", opacity);
    };
    slider.addEventListener("input", () => {
      opacity = slider.value / 100;
      set();
    });
    set();
    return G.make(
      "div",
      { class: "heat-strength", title: G.text("heat_scale") },
      G.make("span", {}, G.text("heat_weak")),
      G.make("i", { "aria-hidden": "true" }),
      G.make("span", {}, G.text("heat_strong")),
      G.make("label", {}, G.make("span", {}, G.text("heat_opacity_short")), slider)
    );
  }

  // The bars of the five first countries: what the net says now, and a mark where it was before.
  function bars(top) {
    const rows = Object.fromEntries(
      top.map(([code, share]) => {
        const bar = G.make("i", { "aria-hidden": "true" });
        const value = G.make("data", { value: share }, G.percent(share));
        const row = G.make("div", { role: "listitem", "data-code": code }, G.make("span", {}, G.country(code)), value, bar);
        row.style.setProperty("--before", share);
        row.style.setProperty("--share", share);
        return [code, { row, value, share }];
      })
    );
    const list = G.make("div", { role: "list", class: "gd-top-five why-bars" }, ...Object.values(rows).map(({ row }) => row));
    const show = (code, share) => {
      const { row, value } = rows[code] ?? {};
      if (!row) return;
      row.style.setProperty("--share", share);
      value.value = share;
      value.textContent = G.percent(share);
    };
    const reset = () => Object.entries(rows).forEach(([code, { share }]) => show(code, share));
    return { list, show, reset };
  }

  // A patch over the picture, moved by dragging or by arrow keys, sized by + and −.
  function patchOver(moved) {
    const box = { x: 0.5, y: 0.55, width: SIZES.first[0], height: SIZES.first[1] };
    const patch = G.make("div", {
      class: "heat-patch", tabindex: "0", role: "application", hidden: true,
      "data-t-label": "why_patch_keys", "aria-label": G.text("why_patch_keys"),
    });
    const sides = () => {
      const { x, y, width, height } = box;
      return [x - width / 2, y - height / 2, x + width / 2, y + height / 2].map((side) => Math.min(1, Math.max(0, side)));
    };
    function place() {
      box.x = Math.min(1 - box.width / 2, Math.max(box.width / 2, box.x));
      box.y = Math.min(1 - box.height / 2, Math.max(box.height / 2, box.y));
      const [left, top] = sides();
      const lie = { left, top, width: box.width, height: box.height };
      for (const [side, part] of Object.entries(lie)) patch.style[side] = `${100 * part}%`;
    }
    const move = (x, y) => {
      [box.x, box.y] = [x, y];
      place();
      moved(sides());
    };
    const size = (factor) => {
      for (const side of ["width", "height"]) box[side] = Math.min(SIZES.most, Math.max(SIZES.least, box[side] * factor));
      move(box.x, box.y);
    };
    let grip = null;
    patch.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      const [x, y] = patch.closest(".gd-frame").viewer.at(event.clientX, event.clientY);
      grip = [x - box.x, y - box.y];
      patch.setPointerCapture(event.pointerId);
    });
    patch.addEventListener("pointermove", (event) => {
      event.stopPropagation();
      if (!grip) return;
      const [x, y] = patch.closest(".gd-frame").viewer.at(event.clientX, event.clientY);
      move(x - grip[0], y - grip[1]);
    });
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) patch.addEventListener(end, () => (grip = null));
    patch.addEventListener("dblclick", (event) => event.stopPropagation());
    const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    patch.addEventListener("keydown", (event) => {
      if (G.shortcut(event)) return;
      const way = ARROWS[event.key];
      if (way) move(box.x + way[0] * STEP, box.y + 2 * way[1] * STEP);
      else if (event.key === "+" || event.key === "=") size(1.2);
      else if (event.key === "-") size(1 / 1.2);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    place();
    return { patch, ask: () => moved(sides()) };
  }

  const ASKED = { patient: false, patience_ms: 20000 };

  // The panel of questions for one picture, and what of it lies elsewhere: the button that opens it,
  // and the patch. Nothing where nobody can be asked.
  G.why = ({ place, subject, top, layers, over, panel }) => {
    if (!panel) return null;
    const { list, show, reset } = bars(top);
    const said = G.make("div", { class: "why-facts" });
    const answer = G.make("p", { class: "why-answer" });
    const send = async (box) => {
      const got = await G.connection.ask("cover", { round: subject, box }, ASKED);
      if (patch.hidden || !patch.isConnected) return;
      if (got.phase === "problem") return void (answer.textContent = G.text(got.problem));
      for (const [code, , after] of got.top) show(code, after);
      const first = got.top[0][0];
      const key = got.first === first ? "why_still" : "why_instead";
      answer.textContent = G.text(key, { the_country: G.theCountry(got.first) });
      clearTimeout(send.timer);
      send.timer = setTimeout(() => answer.isConnected && G.announce(answer.textContent), 700);
    };
    const { patch, ask } = patchOver(G.judge.newest(send, GAP_MS));
    const cover = G.make("button", { type: "button", class: "why-cover", "aria-pressed": "false", onclick: () => covering(patch.hidden) }, G.text("why_cover"));
    function covering(on) {
      patch.hidden = !on;
      place.classList.toggle("covering", on); // the picture is what is covered, not its map
      cover.setAttribute("aria-pressed", on);
      answer.textContent = on ? G.text("why_drag") : "";
      reset();
      if (!on) return;
      ask();
      patch.focus({ preventScroll: true });
    }
    const contrasts = G.make("div", { class: "why-contrasts heat-pick" });
    const opener = G.make("button", { type: "button", class: "heat-why", "aria-expanded": "false", onclick: () => open(panel.hidden) }, G.text("why_open"));
    function open(on) {
      panel.hidden = !on;
      place.classList.toggle("asking", on);
      if (panel.classList.contains("gd-why-play")) G.root.classList.toggle("asking", on);
      opener.setAttribute("aria-expanded", on);
      if (!on) covering(false);
      panel.scrollTop = 0;
      if (on) cover.focus({ preventScroll: true });
      else opener.focus({ preventScroll: true });
    }
    const close = G.make("button", { type: "button", class: "gd-icon why-close", "aria-label": G.text("close"), title: G.text("close"), onclick: () => open(false) }, "✕");
    panel.hidden = true;
    place.classList.remove("asking", "covering");
    if (panel.classList.contains("gd-why-play")) G.root.classList.remove("asking");
    panel.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // a dialog around it stays open
      event.stopPropagation();
      open(false);
    };
    panel.replaceChildren(
      G.make("div", { class: "why-bars-side" }, G.make("h2", {}, G.text("top_title")), list, answer),
      G.make("div", { class: "why-tools" }, G.make("div", { class: "why-row" }, cover, whyNot({ place, subject, layers }), contrasts), strength(over), said),
      close
    );
    return {
      opener,
      patch,
      contrasts: (buttons) => contrasts.replaceChildren(...buttons),
      say(layer) {
        const doubt = G.judge.doubted(layer);
        said.replaceChildren(
          ...facts(layer).map((line) => G.make("p", {}, line)),
          ...(doubt ? [G.make("p", { class: "heat-doubt" }, G.text("heat_doubt"))] : [])
        );
      },
    };
  };

  // Any country: what speaks for the net's guess rather than for it.
  function whyNot({ place, subject, layers }) {
    const guess = layers.find(({ roles }) => roles.includes("model"))?.country;
    const codes = Object.keys(G.data.countries).filter((code) => code !== guess);
    codes.sort((a, b) => G.country(a).localeCompare(G.country(b), G.state.language));
    const options = codes.map((code) => G.make("option", { value: code }, G.country(code)));
    const select = G.make("select", { "aria-label": G.text("why_not") }, G.make("option", { value: "" }, G.text("why_not")), ...options);
    const said = G.make("small", { class: "why-not-said" });
    select.addEventListener("change", async () => {
      const country = select.value;
      if (!country) return;
      said.textContent = G.text("why_asking");
      const image = place.querySelector(".gd-zoomable > img");
      const aspect = image.naturalWidth / image.naturalHeight;
      const got = await G.connection.ask("contrast", { round: subject, country, aspect }, ASKED);
      if (!select.isConnected || select.value !== country) return;
      if (got.phase === "problem") return void (said.textContent = G.text(got.problem));
      const values = { country: G.country(country), share: G.percent(got.probability), rank: got.rank };
      said.textContent = G.text("why_not_rank", values);
      place.heat.show(got.layer);
    });
    return G.make("span", { class: "why-not" }, select, said);
  }
})();
