// The field guide: facts of each country and pictures with outlined details, asked for one by one.
(() => {
  const G = window.GeoDuel;
  const known = {}; // by country: what the server answered
  let chosen = null, latest = null, shownCue = "all";
  const codes = Object.keys(G.data.countries);
  const list = (names) => new Intl.ListFormat(G.state.language).format(names);

  function index() {
    const wanted = G.find("#guide-filter").value;
    const found = wanted.trim() ? G.search.find(wanted) : G.search.find("");
    const entries = found.map((code) =>
      G.make(
        "li",
        {},
        G.make("button", { type: "button", "data-code": code, "aria-current": code === chosen && "true" }, G.country(code))
      )
    );
    G.find("#guide-countries").replaceChildren(...entries);
    G.find(".guide-none").hidden = entries.length > 0;
    if (!entries.length) G.find(".guide-none").textContent = G.search.absent(wanted);
  }

  function choose(code, { focus = true } = {}) {
    if (!codes.includes(code)) return;
    chosen = code;
    shownCue = "all";
    if (!known[code]) load(code);
    for (const button of G.all("#guide-countries button")) {
      if (button.dataset.code !== code) button.removeAttribute("aria-current");
      else {
        button.setAttribute("aria-current", "true");
        const entries = G.find("#guide-countries");
        const above = button.offsetTop - entries.offsetTop;
        if (above < entries.scrollTop || above > entries.scrollTop + entries.clientHeight - button.offsetHeight)
          entries.scrollTop = above - entries.clientHeight / 2;
      }
    }
    draw();
    if (!focus) return;
    const title = G.find("#guide-country h2");
    title.focus({ preventScroll: true });
    if (title.getBoundingClientRect().top < 0 || matchMedia("(max-width: 940px)").matches)
      title.scrollIntoView({ behavior: G.still() ? "auto" : "smooth", block: "start" });
  }

  function draw() {
    if (!chosen) return;
    const place = G.find(".guide-page");
    const page = known[chosen];
    // The title stays the same element: it may hold the focus while the page is on its way.
    G.find("#guide-country h2").textContent = G.country(chosen);
    G.find("#guide-country").setAttribute("aria-busy", !page);
    if (!page) return place.replaceChildren(G.make("p", {}, G.text("guide_loading")));
    const { telling, facts, apart } = page.texts[G.state.language];
    place.replaceChildren(
      telling.length ? G.make("h3", {}, G.text("guide_telling")) : "",
      G.make("ul", { class: "guide-telling" }, ...telling.map(tellingLine)),
      alike(page),
      G.make("ul", { class: "guide-apart" }, ...apart.map(apartLine)),
      ...pictures(page),
      G.make("h3", {}, G.text("guide_facts")),
      G.make("dl", { class: "guide-facts" }, ...facts.flatMap(fact), ...samples(page)),
      G.make("p", { class: "gd-about" }, G.text("guide_why"), " ", G.make("span", { lang: "en" }, page.why)),
      G.make("p", { class: "gd-about" }, G.text("guide_note"))
    );
    show();
  }

  function tellingLine([thing, text, others]) {
    const where = others.length
      ? G.text("guide_also", { countries: list(others.map(G.country)) })
      : G.text("guide_only");
    return G.make("li", {}, G.make("b", {}, `${thing}: `), text, " ", G.make("small", {}, where));
  }

  // What tells a look-alike apart, one line for each.
  const apartLine = ([code, sentences]) =>
    G.make("li", {}, G.make("b", {}, `${G.country(code)}: `), sentences.join(" "));

  function alike(page) {
    const buttons = page.alike.map((code) =>
      G.make("button", { type: "button", onclick: () => choose(code) }, G.country(code))
    );
    return G.make("p", { class: "guide-alike" }, G.text("guide_alike"), " ", ...buttons);
  }

  const fact = ([topic, text]) => [G.make("dt", {}, G.text(`guide_${topic}`)), G.make("dd", {}, text)];

  // A country that is on its way is not asked for again, unless it got lost on the way.
  const asking = {};
  const ask = (code, options) =>
    (asking[code] ??= G.connection
      .ask("guide", { country: code }, options)
      .then((page) => take(code, page))
      .finally(() => delete asking[code]));

  async function load(code) {
    await asking[code];
    if (!known[code]) await ask(code);
  }

  function take(code, page) {
    if (page.country) known[code] = page;
    if (code !== chosen) return;
    draw();
    if (page.problem) // what is chosen again is asked for again
      G.find("#guide-country .guide-page").replaceChildren(G.make("p", { class: "gd-problem", role: "alert" }, G.text(page.problem)));
  }

  function samples({ words, towns, language }) {
    const row = (key, texts) => [
      G.make("dt", {}, G.text(key)),
      G.make("dd", { lang: language || null, class: "guide-words" }, texts.join(" · ")),
    ];
    return [...row("guide_words", words), ...row("guide_towns", towns)];
  }

  // What is outlined can be picked: everything, one detail in all pictures, or nothing.
  function pictures(page) {
    const title = G.make("h3", {}, G.text("guide_pictures"));
    if (!page.pictures.length) return [title, G.make("p", { class: "guide-to-come" }, G.text("guide_to_come"))];
    const pick = (cue, text, colour) =>
      G.make(
        "button",
        { type: "button", "data-cue": cue, style: colour && `--cue: ${colour}`, onclick: () => show(cue) },
        colour ? G.make("i", { "aria-hidden": "true" }) : null,
        text
      );
    const bar = G.make(
      "div",
      { class: "guide-cues", role: "group", "aria-label": G.text("guide_outlines") },
      pick("all", G.text("guide_all")),
      ...Object.entries(page.cues).map(([name, colour]) => pick(name, G.text(`cue_${name}`), colour)),
      pick("none", G.text("guide_none"))
    );
    return [title, bar, G.make("div", { class: "guide-pictures" }, ...page.pictures.map(figure))];
  }

  function figure({ uri, outlines }) {
    const names = list(Object.keys(outlines).map((name) => G.text(`cue_${name}`)));
    const rings = Object.entries(outlines).map(([name, src]) =>
      G.make("img", { class: "guide-ring", src, alt: "", "aria-hidden": "true", "data-cue": name, draggable: "false" })
    );
    const alt = G.text("guide_alt", { the_country: G.theCountry(chosen), cues: names });
    return G.make("figure", {}, ...G.zoomable(uri, alt, ...rings), G.make("figcaption", {}, names));
  }

  function show(cue = shownCue) {
    shownCue = cue;
    for (const button of G.all(".guide-cues button"))
      button.setAttribute("aria-pressed", button.dataset.cue === cue);
    for (const ring of G.all(".guide-ring")) ring.hidden = cue !== "all" && ring.dataset.cue !== cue;
  }

  // Arrows go through the list from the filter on; Enter in the filter takes the first.
  function key(event) {
    if (G.shortcut(event)) return;
    const filter = G.find("#guide-filter");
    const buttons = G.all("#guide-countries button");
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const to = at + (event.key === "ArrowDown" ? 1 : -1);
      (to < 0 ? filter : buttons[Math.min(to, buttons.length - 1)])?.focus();
    } else if (event.key === "Enter" && document.activeElement === filter && buttons.length) {
      event.preventDefault();
      const [{ dataset }] = buttons;
      filter.value = "";
      index();
      choose(dataset.code);
    }
  }

  G.guide = {
    mount() {
      G.find("#guide-filter").addEventListener("input", index);
      G.find(".guide-index").addEventListener("keydown", key);
      G.find("#guide-countries").addEventListener("click", (event) => {
        const code = event.target.closest("[data-code]")?.dataset.code;
        if (code) choose(code);
      });
    },
    // What the last round was about is the first thing to look up.
    open() {
      index();
      const last = G.state.game?.history.at(-1)?.truth;
      const news = last && last !== latest;
      if (last) latest = last;
      if (!chosen || news) choose(last ?? G.search.find("")[0], { focus: false });
    },
    // What the guide says of a country, for other parts of the page; null where it has no answer.
    async page(code) {
      if (!known[code]) await ask(code, { patient: false });
      return known[code] ?? null;
    },
    // A country by its code, from wherever on the page.
    show(code) {
      latest = G.state.game?.history.at(-1)?.truth ?? latest;
      G.tab("guide");
      choose(code);
    },
    redraw() {
      if (G.root.dataset.tab === "guide" || chosen) index();
      draw();
    },
  };
})();
