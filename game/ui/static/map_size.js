// The map grows over the picture while it is used, with names on it; it can be pinned so.
(() => {
  const G = window.GeoDuel;
  const GROW_MS = 80; // a pointer that only passes by does not open it
  const SHRINK_MS = 350;
  let map, view, toView, timer, opened = 0, pinned = false, places = null, drawing = 0;

  const large = () => map.classList.contains("large");

  function grow(on) {
    clearTimeout(timer);
    if (on === large()) return;
    if (!on) keepFocus();
    map.classList.toggle("large", on);
    opened = on ? performance.now() : 0;
    G.find("#map-pin").setAttribute("aria-pressed", on && (pinned || G.onPhone()));
    names();
  }

  // What holds the focus goes out of sight with the large map's tools; a phone's pin stays.
  function keepFocus() {
    const held = document.activeElement;
    const goes = G.find(".gd-map-tools").contains(held) && !(G.onPhone() && held.id === "map-pin");
    if (goes) view.focus({ preventScroll: true });
  }

  function soon(on) {
    clearTimeout(timer);
    if (!on && (pinned || view.matches(":focus-visible"))) return;
    timer = setTimeout(() => grow(on), on ? GROW_MS : SHRINK_MS);
  }

  function pin(on) {
    G.find(".gd-offer").hidden = true;
    pinned = on && !G.onPhone();
    grow(on);
    G.find("#map-pin").setAttribute("aria-pressed", on);
  }

  // Where each country is drawn and how large, in map units: the narrower side counts where one is long.
  const measure = () =>
    [...view.querySelectorAll("path[data-code], path[data-land]")].map((shape) => {
      const { code, land, at } = shape.dataset;
      const { width, height } = shape.getBBox();
      const middle = code ? G.data.countries[code].map : at.split(" ").map(Number);
      return { code: code ?? land, absent: !code, middle, size: Math.min(width, 2 * height) };
    });

  function draw() {
    const place = G.find(".gd-names");
    if (!large()) return place.replaceChildren();
    places ??= measure();
    const context = (draw.canvas ??= document.createElement("canvas")).getContext("2d");
    context.font = `12px ${getComputedStyle(view).fontFamily}`;
    const unit = toView([1, 0])[0] - toView([0, 0])[0];
    const wanted = places.map(({ code, absent, middle, size }) => {
      const [x, y] = toView(middle);
      return { code, absent, x, y, size: size * unit, wide: context.measureText(G.country(code)).width };
    });
    const always = [...view.querySelectorAll(".picked, .is-truth, .is-human, .is-model")].map((shape) => shape.dataset.code);
    const shown = G.placeNames(wanted, [view.clientWidth, view.clientHeight], always);
    place.replaceChildren(
      ...shown.map(({ code, absent, left, top }) => {
        const name = G.make("span", { class: absent ? "absent" : "" }, G.country(code));
        name.style.transform = `translate(${left}px, ${top}px)`;
        return name;
      })
    );
  }

  function names() {
    cancelAnimationFrame(drawing);
    drawing = requestAnimationFrame(draw);
  }

  G.mapSize = {
    mount(mapView, place) {
      [map, view, toView] = [G.find("#world-map"), mapView, place];
      const mouse = (event) => event.pointerType === "mouse" && !event.buttons && !G.onPhone();
      map.addEventListener("pointerenter", (event) => mouse(event) && soon(true));
      map.addEventListener("pointerleave", (event) => mouse(event) && soon(false));
      // A drag may end beside the map.
      addEventListener("pointerup", (event) => mouse(event) && large() && !map.contains(event.target) && soon(false));
      map.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && !G.onPhone() && grow(true));
      map.addEventListener("focusout", (event) => !map.contains(event.relatedTarget) && !map.matches(":hover") && soon(false));
      map.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !large()) return;
        event.stopPropagation();
        G.mapSize.shrink();
      });
      document.addEventListener("pointerdown", (event) => {
        if (large() && !pinned && !map.contains(event.target)) grow(false);
      });
      G.find("#map-pin").addEventListener("click", () => pin(G.onPhone() ? !large() : !pinned));
      G.find("#map-shrink").addEventListener("click", () => G.mapSize.shrink());
      view.addEventListener("view", () => large() && names());
      view.addEventListener("shapes", () => {
        places = null;
        names();
      });
    },
    // Whether a tap only opens the map; the next one chooses.
    swallows(pointer) {
      // There is nothing to choose at a reveal: a tap looks closer.
      if (G.onPhone() && G.state.phase === "reveal" && !large()) return pin(true) ?? true;
      if (pointer === "mouse" || G.onPhone() || large()) return opened && performance.now() - opened < 150;
      grow(true);
      return true;
    },
    shrink() {
      pinned = false;
      grow(false);
    },
    // What was chosen is named; on a phone the map has then done its work.
    chosen() {
      if (G.onPhone()) grow(false);
      names();
    },
    // A new round: only a pinned map stays large.
    settle() {
      if (!pinned) grow(false);
      names();
    },
    names,
  };
})();
