// A picture under its heat maps: which map, and in one sentence what it went by. What lies behind it
// (covering, contrast, strength) is in why.js. Everything here happens in the browser.
(() => {
  const G = window.GeoDuel;
  let drawn = 0; // names masks apart

  const FRAME = { viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true" };

  const label = ({ roles, country, against }) => {
    const names = { country: G.country(country), other: G.country(against) };
    if (against) return [G.make("b", {}, G.text("heat_contrast", names))];
    return [G.make("small", {}, roles.map((role) => G.text(`heat_${role}`)).join(" + ")), G.make("b", {}, names.country)];
  };

  // One plain sentence on what a map shows.
  function sentence(layer) {
    const { country, against, roles } = layer;
    const by = G.judge.wentBy(layer);
    const values = { the_country: G.theCountry(country), the_other: G.theCountry(against), thing: by ? G.text(by) : "" };
    if (!by) return G.text(against ? "heat_contrast_blank" : "heat_blank", values);
    return G.text(against ? "heat_contrast_by" : roles.includes("model") ? "heat_went_by" : "heat_speaks", values);
  }

  // The edge of the strongest region: dark below light, so that it shows on anything.
  function outline() {
    const paths = [G.svg("path"), G.svg("path")];
    return [G.svg("svg", { ...FRAME, class: "heat-outline" }, ...paths), (data) => paths.forEach((path) => path.setAttribute("d", data ?? ""))];
  }

  // Contours from the hottest inwards out; with `wipe` the map appears along them, the peak first.
  function contours() {
    const frame = G.svg("svg", { ...FRAME, class: "heat-contours" });
    const draw = (layer, wipe) => {
      frame.replaceChildren();
      frame.classList.toggle("wipe", Boolean(wipe));
      if (!layer?.contours) return;
      const lines = layer.contours.map((d) => G.svg("path", { d, class: "contour" }));
      if (wipe) {
        const id = `heat-wipe-${(drawn += 1)}`;
        const parts = [...layer.contours, "M0 0H1000V1000H0Z"].map((d, i) => G.svg("path", { d, style: `--step: ${i}` }));
        const picture = G.svg("image", { href: layer.uri, width: 1000, height: 1000, preserveAspectRatio: "none", mask: `url(#${id})` });
        frame.append(G.svg("mask", { id, maskUnits: "userSpaceOnUse", x: 0, y: 0, width: 1000, height: 1000 }, ...parts), picture);
      }
      lines.forEach((line, i) => line.style.setProperty("--step", i));
      frame.append(...lines);
    };
    return [frame, draw];
  }

  const stage = (picture, alt, ...over) => G.make("div", { class: "heat-stage" }, ...G.zoomable(picture, alt, ...over));

  // Fills `place` with the picture and its maps, and keeps nothing outside of it. Afterwards
  // `place.heat.choose(i)` shows another map, `place.heat.show(layer)` one that is not in the row,
  // `place.heat.wipe()` lets the map appear anew, and `place.heat.say()` says what is known by now.
  // `subject`: the round, or "photo", for questions to the net; `why`: the element for them.
  G.heat = (place, picture, layers, alt, { subject = null, why = null, top = [] } = {}) => {
    const words = G.make("span");
    const doubt = G.make("small", { class: "heat-doubt" }, G.text("heat_doubt"));
    const note = G.make("div", { class: "heat-note" });
    why?.replaceChildren();
    if (!layers?.length) {
      note.append(G.text("heat_none"));
      delete place.heat;
      place.replaceChildren(stage(picture, alt), note);
      return;
    }
    const over = G.make("img", { class: "heat-layer" });
    const [edge, drawEdge] = outline();
    const [rings, drawRings] = contours();
    const questions = G.why({ place, subject, top, layers, over, panel: why });
    note.append(words, doubt, questions?.opener ?? "");
    let layer;
    const buttons = layers.map((one, i) =>
      G.make("button", { type: "button", class: `heat-${one.roles[0]}`, title: `${i + 1}`, onclick: () => choose(i, true) }, ...label(one))
    );
    // Only the words change: the button beside them may hold the focus.
    function say() {
      words.textContent = sentence(layer);
      doubt.hidden = !G.judge.doubted(layer);
      over.alt = layer.uri ? words.textContent : "";
      questions?.say(layer);
    }
    function show(shown) {
      layer = shown;
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", layers[i] === layer));
      over.hidden = !layer.uri;
      if (layer.uri) over.src = layer.uri;
      drawEdge(layer.outline);
      drawRings(layer);
      say();
    }
    function choose(index, asked) {
      if (!layers[index]) return;
      place.dataset.chosen = index;
      show(layers[index]);
      if (asked) G.announce(sentence(layer));
    }
    const plain = buttons.filter((_, i) => !layers[i].against);
    const pick = G.make("div", { class: "heat-pick", role: "group", "aria-label": G.text("heat_title") }, ...plain);
    questions?.contrasts(buttons.filter((_, i) => layers[i].against));
    place.replaceChildren(
      stage(picture, alt, over, rings, edge, ...(questions ? [questions.patch] : [])),
      note,
      G.make("div", { class: "heat-bar" }, G.make("div", { class: "heat-choice" }, G.make("span", { class: "heat-for" }, G.text("heat_for")), pick))
    );
    place.heat = { choose, say, show: (one) => (show(one), G.announce(sentence(one))), wipe: () => drawRings(layer, true) };
    choose(Math.min(Number(place.dataset.chosen) || 0, layers.length - 1));
  };
})();
