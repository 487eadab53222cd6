// A picture that can be looked at closely: wheel, pinch, keys and buttons zoom, dragging moves it,
// a double click or Escape puts it back. `frame.viewer` lets other scripts do the same.
(() => {
  const G = window.GeoDuel;
  const STEP = 1.5;
  const PAN_PX = 60;
  const LITTLE = 1.15;
  let kept = { source: "" }; // the view of the picture shown last, for when it is drawn anew

  function button(name, sign, act) {
    const made = G.make("button", { type: "button", class: `gd-round-button gd-${name}`, onclick: act }, sign);
    label(made, `picture_${name}`);
    return made;
  }

  // The marks let a change of language find the texts again.
  function label(element, key) {
    for (const [mark, attribute] of [["tLabel", "aria-label"], ["tTitle", "title"]]) {
      element.dataset[mark] = key;
      element.setAttribute(attribute, G.text(key));
    }
  }

  class Viewer {
    constructor(frame, image, thumb, source) {
      Object.assign(this, { frame, image, thumb, source, view: null, pressed: new Map() });
      [this.part, this.closeness] = kept.source === source ? [kept.part, kept.closeness] : [[0.5, 0.5], 1];
    }

    get size() {
      return [this.frame.clientWidth, this.frame.clientHeight];
    }

    get shape() {
      return [this.image.naturalWidth || 1, this.image.naturalHeight || 1];
    }

    // On a phone the round's picture fills its place, to be panned; elsewhere where little is cut off.
    get home() {
      const { contain, cover } = G.view.widths(this.size, this.shape);
      const fills = G.onPhone() || G.short() || cover < LITTLE * contain;
      return this.frame.closest(".gd-stage") && fills ? cover : contain;
    }

    get contain() {
      return G.view.widths(this.size, this.shape).contain;
    }

    show(view) {
      const { size, shape, home } = this;
      if (!size[0] || !size[1] || shape[0] === 1) return;
      this.view = G.view.clamp(view, size, shape, home);
      const { width, x, y } = this.view;
      Object.assign(this.image.parentNode.style, {
        width: `${width}px`,
        height: `${(width * shape[1]) / shape[0]}px`,
        transform: `translate(${x}px, ${y}px)`,
      });
      const [left, top, across, down] = G.view.seen(this.view, size, shape);
      const whole = across > 0.999 && down > 0.999;
      this.frame.dataset.view = whole ? "whole" : this.atHome ? "home" : "close";
      this.frame.dataset.bars = width < size[0] - 2 || (width * shape[1]) / shape[0] < size[1] - 2;
      this.say?.(whole);
      this.frame.parentElement?.style.setProperty("--ratio", shape[0] / shape[1]);
      this.thumb.hidden = whole;
      const hole = this.thumb.querySelector("i");
      for (const [side, part] of Object.entries({ left, top, width: across, height: down }))
        hole.style[side] = `${100 * part}%`;
      [this.part, this.closeness] = [[left + across / 2, top + down / 2], width / home];
      if (this.frame.closest(".gd-stage")) kept = { source: this.source, part: this.part, closeness: this.closeness };
      this.frame.dispatchEvent(new CustomEvent("view"));
    }

    get atHome() {
      return Math.abs(this.view.width / this.home - 1) < 0.01;
    }

    // Anew for a frame of another size: as close as before, and around the same part.
    fit() {
      this.centre(this.part, this.home * this.closeness);
    }

    centre([across, down], width = this.view.width) {
      const [frameWidth, frameHeight] = this.size;
      const height = (width * this.shape[1]) / this.shape[0];
      this.show({ width, x: frameWidth / 2 - across * width, y: frameHeight / 2 - down * height });
    }

    reset() {
      if (this.view) this.centre([0.5, 0.5], this.home);
    }

    zoom(factor, clientX, clientY) {
      if (!this.view) return;
      const box = this.frame.getBoundingClientRect();
      const point = clientX == null ? this.size.map((side) => side / 2) : [clientX - box.left, clientY - box.top];
      this.show(G.view.zoomAt(this.view, factor, point, this.size, this.shape, this.home));
    }

    pan(dx, dy) {
      if (this.view) this.show({ ...this.view, x: this.view.x + dx, y: this.view.y + dy });
    }

    // Between the whole picture and a closer look.
    toggle() {
      if (this.frame.dataset.view === "whole") this.centre([0.5, 0.5], this.home > this.contain * 1.01 ? this.home : this.contain * 2);
      else this.centre([0.5, 0.5], this.contain);
    }

    // The point under the pointer, as fractions of the picture.
    at(clientX, clientY) {
      const box = this.image.getBoundingClientRect();
      return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
    }

    dragged(event) {
      const before = this.pressed.get(event.pointerId);
      if (!before) return;
      const others = [...this.pressed].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      const now = [event.clientX, event.clientY];
      this.pressed.set(event.pointerId, now);
      if (others.length) {
        const [[x, y]] = others;
        const [was, is] = [before, now].map(([a, b]) => Math.hypot(a - x, b - y));
        if (was > 0) this.zoom(is / was, (now[0] + x) / 2, (now[1] + y) / 2);
        this.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
      } else this.pan(now[0] - before[0], now[1] - before[1]);
    }
  }

  function listenTo(viewer) {
    const { frame, pressed } = viewer;
    frame.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      pressed.set(event.pointerId, [event.clientX, event.clientY]);
      frame.setPointerCapture(event.pointerId);
    });
    frame.addEventListener("pointermove", (event) => viewer.dragged(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
      frame.addEventListener(end, (event) => pressed.delete(event.pointerId));
    frame.addEventListener("dblclick", (event) => {
      if (viewer.atHome) viewer.zoom(2.5, event.clientX, event.clientY);
      else viewer.reset();
    });
    const wheel = (event) => {
      // In a page that scrolls the wheel is the page's, unless Ctrl or a touchpad's pinch says more.
      if (!frame.closest(".gd-stage") && !event.ctrlKey) return;
      event.preventDefault();
      viewer.zoom(Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 400)), event.clientX, event.clientY);
    };
    frame.addEventListener("wheel", wheel, { passive: false });
    frame.addEventListener("keydown", (event) => {
      if (event.target === frame && !G.shortcut(event) && act(viewer, event.key)) event.preventDefault();
    });
    new ResizeObserver(() => viewer.fit()).observe(frame);
  }

  const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  function act(viewer, key) {
    if (key === "+" || key === "=") viewer.zoom(STEP);
    else if (key === "-") viewer.zoom(1 / STEP);
    else if (key === "0") viewer.reset();
    else if (key === "Escape" && !viewer.atHome) viewer.reset();
    else if (ARROWS[key]) viewer.pan(...ARROWS[key].map((way) => way * PAN_PX));
    else return false;
    return true;
  }

  // The picture with whatever lies over it, and its buttons.
  G.zoomable = (source, alt, ...over) => {
    const image = G.make("img", { src: source, alt, draggable: "false" });
    const thumb = G.make("div", { class: "gd-thumb", "aria-hidden": "true" }, G.make("img", { src: source, alt: "", draggable: "false" }), G.make("i"));
    const backdrop = G.make("div", { class: "gd-backdrop" });
    backdrop.style.backgroundImage = `url(${source})`;
    const frame = G.make(
      "div",
      { class: "gd-frame", tabindex: "0", role: "group", "data-t-label": "picture_keys", "aria-label": G.text("picture_keys") },
      backdrop,
      G.make("div", { class: "gd-zoomable" }, image, ...over)
    );
    const viewer = new Viewer(frame, image, thumb, source);
    frame.viewer = viewer;
    image.addEventListener("load", () => {
      frame.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
      viewer.fit();
    });
    listenTo(viewer);
    const jump = (event) => {
      if (event.type === "pointermove" && !event.buttons) return;
      const box = thumb.getBoundingClientRect();
      viewer.centre([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
    };
    for (const name of ["pointerdown", "pointermove"]) thumb.addEventListener(name, jump);
    const enlarge = button("enlarge", "⤢", () => viewer.toggle());
    viewer.say = (whole) => label(enlarge, whole ? "picture_enlarge" : "picture_fit");
    const [closer, farther] = [button("closer", "+", () => viewer.zoom(STEP)), button("farther", "−", () => viewer.zoom(1 / STEP))];
    return [frame, thumb, G.make("div", { class: "gd-picture-buttons" }, closer, farther, enlarge)];
  };

  // What is drawn next of this picture begins at its usual size, around this part of it.
  G.lookAt = (source, part) => {
    kept = { source, part, closeness: 1 };
  };

  // Escape, and the keys of zooming wherever no text is being typed, mean the picture that is seen.
  G.zoomKey = (event) => {
    const viewer = G.all(".gd-frame").find((frame) => frame.offsetParent)?.viewer;
    if (!viewer?.view) return false;
    return ["+", "=", "-", "0", "Escape"].includes(event.key) && (event.key !== "Escape" || !viewer.atHome) && act(viewer, event.key);
  };
})();
