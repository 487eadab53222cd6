// A picture under its heat maps: which map, how strong. Everything happens in the browser.
(() => {
  const G = window.GeoDuel;
  let opacity = 0.75; // kept from round to round

  const where = (layer) => (layer.where ? G.text(`where_${layer.where[0]}_${layer.where[1]}`) : "");
  const describe = (layer) => {
    const values = { country: G.country(layer.country), where: where(layer) };
    return G.text(layer.uri ? "heat_alt" : "heat_blank", values);
  };
  const label = (layer) => {
    const roles = layer.roles.map((role) => G.text(`heat_${role}`)).join(" + ");
    return [G.make("small", {}, roles), G.make("b", {}, G.country(layer.country))];
  };

  // Which cue the map favours, and how its region was tried out; nothing where that is not known.
  const favoured = ({ cue }) => {
    if (!cue) return "";
    return G.text("heat_cue", { cue: G.text(`cue_${cue.name}`), ratio: G.number(cue.ratio) });
  };
  const tried = ({ country, covering }) => {
    if (!covering) return "";
    const key = covering.after < covering.before ? "heat_covered" : "heat_covered_not";
    const values = { country: G.country(country) };
    for (const when of ["before", "after", "random"]) values[when] = G.percent(covering[when]);
    return G.text(key, values);
  };

  const stage = (picture, alt, over, note) =>
    G.make("div", { class: "heat-stage" }, ...G.lens(picture, alt, over), note);

  // Fills `place` with the picture and its maps; returns nothing, keeps nothing outside of it.
  G.heat = (place, picture, layers, alt) => {
    if (!layers?.length) {
      const none = G.make("p", { class: "heat-note" }, G.text("heat_none"));
      place.replaceChildren(stage(picture, alt, null, none));
      return;
    }
    const over = G.make("img", { class: "heat-layer" });
    const note = G.make("p", { class: "heat-note", "aria-live": "polite" });
    const slider = G.make("input", {
      type: "range", min: 0, max: 100, value: Math.round(opacity * 100),
      "aria-label": G.text("heat_opacity"), title: G.text("heat_opacity"),
    });
    const buttons = layers.map((layer, i) =>
      G.make(
        "button",
        { type: "button", class: `heat-${layer.roles[0]}`, onclick: () => choose(i) },
        ...label(layer)
      )
    );
    function choose(index) {
      const layer = layers[index];
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", i === index));
      over.hidden = !layer.uri;
      if (layer.uri) over.src = layer.uri;
      over.alt = layer.uri ? describe(layer) : "";
      note.replaceChildren(G.make("span", {}, describe(layer)), ...[favoured(layer), tried(layer)].map((fact) => G.make("small", {}, fact)));
      place.dataset.chosen = index;
    }
    slider.addEventListener("input", () => {
      opacity = slider.value / 100;
      over.style.opacity = opacity;
    });
    over.style.opacity = opacity;
    const chosen = Math.min(Number(place.dataset.chosen) || 0, layers.length - 1);
    place.replaceChildren(
      stage(picture, alt, over, note),
      G.make(
        "div",
        { class: "heat-bar" },
        G.make("span", { class: "heat-for" }, G.text("heat_for")),
        G.make("div", { class: "heat-pick", role: "group", "aria-label": G.text("heat_title") }, ...buttons),
        G.make(
          "label",
          { class: "heat-strength", title: G.text("heat_scale") },
          G.make("span", {}, G.text("heat_weak")),
          G.make("i", { "aria-hidden": "true" }),
          G.make("span", {}, G.text("heat_strong")),
          slider
        )
      )
    );
    choose(chosen);
  };
})();
