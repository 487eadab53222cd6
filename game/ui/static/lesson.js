// After the reveal: what tells this country, with a picture of the field guide and the way there.
(() => {
  const G = window.GeoDuel;
  const LINES = 2;
  let shown = null;

  function draw(code, page) {
    const place = G.find("#lesson");
    const all = page.texts[G.state.language].telling;
    const isFirst = ([thing], i) => all.findIndex(([other]) => other === thing) === i;
    const telling = all.filter(isFirst).slice(0, LINES); // different things teach more
    if (!telling.length) return;
    const [first] = page.pictures;
    const open = () => G.guide.show(code);
    place.replaceChildren(
      ...(first ? [G.make("button", { type: "button", class: "lesson-picture", onclick: open, "aria-label": G.text("lesson_more", { country: G.country(code) }) }, G.make("img", { src: first.uri, alt: "" }), ...Object.values(first.outlines).map((src) => G.make("img", { src, alt: "", class: "lesson-ring" })))] : []),
      G.make(
        "div",
        { class: "lesson-text" },
        G.make("h2", {}, G.text("lesson_title", { the_country: G.theCountry(code) })),
        G.make("ul", {}, ...telling.map(([thing, text]) => G.make("li", {}, G.make("b", {}, `${thing}: `), text))),
        G.make("button", { type: "button", class: "gd-plain", onclick: open }, G.text("lesson_link")),
        G.make("button", { type: "button", class: "gd-button gd-quiet lesson-short", onclick: open }, G.text("tab_guide"))
      ),
      G.make("button", { type: "button", class: "gd-icon lesson-close", "aria-label": G.text("close"), title: G.text("close"), onclick: () => G.lesson.clear(true) }, "✕")
    );
    place.hidden = false;
  }

  G.lesson = {
    // Asked for while the scene still plays, for the guide's pictures take their time.
    expect(code) {
      G.guide.page(code);
    },
    // Nothing is shown where the guide has no answer: the round does not need it.
    async show(code) {
      shown = code;
      const page = await G.guide.page(code);
      if (shown === code && page) draw(code, page);
    },
    redraw() {
      if (shown) G.lesson.show(shown);
    },
    clear(closed = false) {
      shown = null;
      const place = G.find("#lesson");
      place.hidden = true;
      place.replaceChildren();
      if (closed) G.find("#next-button").focus({ preventScroll: true });
    },
  };
})();
