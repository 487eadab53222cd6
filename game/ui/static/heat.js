// A picture under its heat maps: which map, how strong. Everything happens in the browser.
(() => {
  const G = window.GeoDuel;
  let opacity = 0.75; // kept from round to round

  const where = (layer) => (layer.where ? G.text(`where_${layer.where[0]}_${layer.where[1]}`) : "");
  const describe = (layer) => {
    const { country, against } = layer;
    const values = { country: G.country(country), other: G.country(against), where: where(layer) };
    return G.text(`heat${against ? "_contrast" : ""}_${layer.uri ? "alt" : "blank"}`, values);
  };
  const label = ({ roles, country, against }) => {
    const names = { country: G.country(country), other: G.country(against) };
    if (against) return [G.make("b", {}, G.text("heat_contrast", names))];
    return [G.make("small", {}, roles.map((role) => G.text(`heat_${role}`)).join(" + ")), G.make("b", {}, names.country)];
  };

  // Which cue the map favours, and what covering its region does; nothing where that is not known.
  const favoured = ({ cue }) => {
    if (!cue) return "";
    return G.text("heat_cue", { cue: G.text(`cue_${cue.name}`), ratio: G.number(cue.ratio) });
  };
  const occluded = ({ country, occlusion, pending }) => {
    if (!occlusion) return pending ? G.text("heat_trying") : "";
    const key = occlusion.after < occlusion.before ? "heat_covered" : "heat_covered_not";
    const values = { country: G.country(country) };
    for (const when of ["before", "after", "random"]) values[when] = G.percent(occlusion[when]);
    return G.text(key, values);
  };

  // The edge of the strongest region: dark below light, so that it shows on anything.
  function outline() {
    const make = (tag, attributes, ...children) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      element.append(...children);
      return element;
    };
    const paths = [make("path", {}), make("path", {})];
    const frame = { class: "heat-outline", viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true" };
    return [make("svg", frame, ...paths), (data) => paths.forEach((path) => path.setAttribute("d", data ?? ""))];
  }

  const stage = (picture, alt, ...over) => G.make("div", { class: "heat-stage" }, ...G.zoomable(picture, alt, ...over));

  function strength(over) {
    const slider = G.make("input", {
      type: "range", min: 0, max: 100, value: Math.round(opacity * 100),
      "aria-label": G.text("heat_opacity"), title: G.text("heat_opacity"),
    });
    slider.addEventListener("input", () => {
      opacity = slider.value / 100;
      over.style.opacity = opacity;
    });
    over.style.opacity = opacity;
    return G.make(
      "label",
      { class: "heat-strength", title: G.text("heat_scale") },
      G.make("span", {}, G.text("heat_weak")),
      G.make("i", { "aria-hidden": "true" }),
      G.make("span", {}, G.text("heat_strong")),
      slider
    );
  }

  // Fills `place` with the picture and its maps, and keeps nothing outside of it. Afterwards
  // `place.heat.choose(i)` shows another map, and `place.heat.say()` says what is known by now.
  G.heat = (place, picture, layers, alt) => {
    const note = G.make("div", { class: "heat-note" });
    if (!layers?.length) {
      note.append(G.text("heat_none"));
      delete place.heat;
      place.replaceChildren(stage(picture, alt), note);
      return;
    }
    const over = G.make("img", { class: "heat-layer" });
    const [edge, draw] = outline();
    const buttons = layers.map((layer, i) =>
      G.make(
        "button",
        { type: "button", class: `heat-${layer.roles[0]}`, title: `${i + 1}`, onclick: () => choose(i) },
        ...label(layer)
      )
    );
    let layer;
    function say() {
      const facts = layer.uri ? [favoured(layer), occluded(layer)] : [];
      const lines = [describe(layer), ...facts.filter(Boolean)];
      over.alt = layer.uri ? lines.slice(0, layer.cue ? 2 : 1).join(". ") : "";
      note.replaceChildren(...lines.map((line, i) => G.make(i ? "small" : "span", {}, line)));
    }
    function choose(index) {
      if (!layers[index]) return;
      layer = layers[index];
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", i === index));
      over.hidden = !layer.uri;
      if (layer.uri) over.src = layer.uri;
      draw(layer.outline);
      say();
      place.dataset.chosen = index;
    }
    const pick = G.make("div", { class: "heat-pick", role: "group", "aria-label": G.text("heat_title") }, ...buttons);
    const choice = G.make("div", { class: "heat-choice" }, G.make("span", { class: "heat-for" }, G.text("heat_for")), pick);
    place.replaceChildren(
      stage(picture, alt, over, edge),
      note,
      G.make("div", { class: "heat-bar" }, choice, strength(over))
    );
    place.heat = { choose, say };
    choose(Math.min(Number(place.dataset.chosen) || 0, layers.length - 1));
  };
})();
