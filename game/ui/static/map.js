// The world map: click to choose, drag or wheel or pinch to move, marks on reveal.
(() => {
  const G = window.GeoDuel;
  const { boxes } = G.data;
  const [, , WIDTH, HEIGHT] = boxes.world;
  const CLOSEST = 24; // times the whole world
  const MARKER_PX = 6;
  let svg, view, tip, box = [...boxes.world], pressed = new Map(), moved = 0, moving = 0;

  // Keeps a span of the view within the world, or the world in the middle of a larger view.
  const inside = (start, length, all) =>
    length >= all ? (all - length) / 2 : Math.max(0, Math.min(all - length, start));

  function show(next) {
    const frame = view.getBoundingClientRect();
    const shape = frame.width && frame.height ? frame.width / frame.height : 2;
    let [x, y, width, height] = next;
    // Grow the box to the frame's shape, so that it is filled and nothing is cut off.
    const [middleX, middleY] = [x + width / 2, y + height / 2];
    if (width / height < shape) width = height * shape;
    else height = width / shape;
    const whole = Math.max(WIDTH, HEIGHT * shape); // the width at which the whole world fits
    const wanted = Math.max(WIDTH / CLOSEST, Math.min(whole, width));
    [width, height] = [wanted, wanted / shape];
    x = inside(middleX - width / 2, width, WIDTH);
    y = inside(middleY - height / 2, height, HEIGHT);
    box = [x, y, width, height];
    svg.setAttribute("viewBox", box.map((v) => v.toFixed(1)).join(" "));
    view.dataset.zoomed = width < whole * 0.98;
    const unit = frame.width ? width / frame.width : 10;
    for (const marker of svg.querySelectorAll(".marker"))
      marker.setAttribute("r", (MARKER_PX * unit).toFixed(1));
  }

  function glide(target) {
    cancelAnimationFrame(moving);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return show(target);
    const from = [...box], start = performance.now();
    const step = (now) => {
      const t = Math.min(1, (now - start) / 350);
      const ease = 1 - (1 - t) ** 3;
      show(from.map((v, i) => v + (target[i] - v) * ease));
      if (t < 1) moving = requestAnimationFrame(step);
    };
    moving = requestAnimationFrame(step);
  }

  const mapPoint = (clientX, clientY) => {
    const frame = view.getBoundingClientRect();
    return [
      box[0] + ((clientX - frame.left) / frame.width) * box[2],
      box[1] + ((clientY - frame.top) / frame.height) * box[3],
    ];
  };

  function zoom(factor, clientX, clientY) {
    const frame = view.getBoundingClientRect();
    const [x, y] = mapPoint(clientX ?? frame.left + frame.width / 2, clientY ?? frame.top + frame.height / 2);
    show([x - (x - box[0]) / factor, y - (y - box[1]) / factor, box[2] / factor, box[3] / factor]);
  }

  function pointerMoved(event) {
    const before = pressed.get(event.pointerId);
    if (!before) return hover(event);
    const others = [...pressed].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
    pressed.set(event.pointerId, [event.clientX, event.clientY]);
    const frame = view.getBoundingClientRect();
    const unit = box[2] / frame.width;
    if (others.length) {
      const [[x, y]] = others;
      const was = Math.hypot(before[0] - x, before[1] - y);
      const is = Math.hypot(event.clientX - x, event.clientY - y);
      if (was > 0) zoom(is / was, (event.clientX + x) / 2, (event.clientY + y) / 2);
      moved += 9;
    } else {
      const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
      moved += Math.abs(dx) + Math.abs(dy);
      if (moved > 5) show([box[0] - dx * unit, box[1] - dy * unit, box[2], box[3]]);
    }
  }

  function hover(event) {
    const code = event.target.closest?.("[data-code]")?.dataset.code;
    tip.hidden = !code || event.pointerType === "touch";
    if (!code) return;
    tip.textContent = G.country(code);
    const frame = G.find("#world-map").getBoundingClientRect();
    const x = Math.min(event.clientX - frame.left + 14, frame.width - tip.offsetWidth - 4);
    tip.style.transform = `translate(${x}px, ${event.clientY - frame.top - 34}px)`;
  }

  // Fingers are blunt: where nothing is hit, a country within a few pixels counts.
  function countryAt(event) {
    const reach = event.pointerType === "touch" ? [0, 6, 12] : [0, 4];
    for (const radius of reach)
      for (let turn = 0; turn < (radius ? 8 : 1); turn++) {
        const angle = (turn * Math.PI) / 4;
        const [x, y] = [event.clientX + radius * Math.cos(angle), event.clientY + radius * Math.sin(angle)];
        const hit = document.elementFromPoint(x, y)?.closest?.("#world-map [data-code]");
        if (hit) return hit.dataset.code;
      }
    return null;
  }

  function clicked(event) {
    const drag = moved > 5;
    moved = 0;
    if (drag) return;
    const code = countryAt(event);
    if (code && G.state.phase === "guess") G.pick(code);
  }

  const classes = ["picked", "is-truth", "is-human", "is-model"];
  function mark(code, name) {
    for (const shape of svg.querySelectorAll(`[data-code="${code}"]`)) {
      shape.classList.add(name);
      shape.parentNode.append(shape); // outlines lie above the neighbours
    }
    for (const marker of svg.querySelectorAll(".marker")) svg.append(marker);
  }

  G.map = {
    mount() {
      view = G.find(".gd-map-view");
      svg = view.querySelector("svg");
      tip = G.find(".gd-tip");
      svg.setAttribute("preserveAspectRatio", "xMidYMid slice");
      svg.setAttribute("aria-hidden", "true"); // the list is the way for screen readers
      const regions = Object.keys(boxes).map((name) =>
        G.make("button", { type: "button", "data-box": name, "data-t": `region_${name}` })
      );
      G.find(".gd-regions").replaceChildren(...regions);
      view.addEventListener("pointerdown", (event) => {
        if (!pressed.size) moved = 0;
        pressed.set(event.pointerId, [event.clientX, event.clientY]);
        cancelAnimationFrame(moving);
      });
      view.addEventListener("pointermove", pointerMoved);
      for (const end of ["pointerup", "pointercancel"])
        window.addEventListener(end, (event) => pressed.delete(event.pointerId));
      view.addEventListener("pointerleave", () => (tip.hidden = true));
      view.addEventListener("click", clicked);
      view.addEventListener(
        "wheel",
        (event) => {
          event.preventDefault();
          zoom(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
        },
        { passive: false }
      );
      for (const button of G.all("[data-zoom]"))
        button.addEventListener("click", () => zoom(button.dataset.zoom === "in" ? 1.6 : 1 / 1.6));
      for (const button of G.all("[data-box]"))
        button.addEventListener("click", () => glide(boxes[button.dataset.box]));
      new ResizeObserver(() => show(box)).observe(view);
      show(boxes.world);
    },
    world: () => glide(boxes.world),
    picked(code) {
      for (const shape of svg.querySelectorAll(".picked")) shape.classList.remove("picked");
      if (code) mark(code, "picked");
    },
    // Outlines truth and guesses, and moves to where all of them are seen.
    marks({ truth, human, model }) {
      for (const shape of svg.querySelectorAll("[data-code]")) shape.classList.remove(...classes);
      if (!truth) return;
      if (model && model !== truth) mark(model, "is-model");
      if (human && human !== truth) mark(human, "is-human");
      mark(truth, "is-truth");
      const middles = [truth, human, model].filter(Boolean).map((code) => G.data.countries[code].map);
      const [xs, ys] = [middles.map((m) => m[0]), middles.map((m) => m[1])];
      const room = 700; // around them, and as much again for what lies over the map's edges
      const [left, right] = [Math.min(...xs) - room, Math.max(...xs) + room];
      const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
      const edge = Math.max(room / 2, (bottom - top) * 0.4);
      glide([left, top - edge, right - left, bottom - top + 2 * edge]);
    },
  };
})();
