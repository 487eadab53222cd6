// The world map: click to choose, drag or wheel or pinch or keys to move, marks on reveal.
(() => {
  const G = window.GeoDuel;
  const { boxes, countries } = G.data;
  const [, , WIDTH, HEIGHT] = boxes.world;
  const CLOSEST = 24; // times the whole world
  const MARKER_PX = 6;
  const SEEN_PX = 12;
  const LOAD_AGAIN_MS = 5000;
  let svg, view, tip, box = [...boxes.world], aim = box, lastPointer = "", sought = null, pressed = new Map(), moved = 0, moving = 0;

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
    view.dispatchEvent(new CustomEvent("view"));
  }

  // Where the player moved it: every size that the map takes shows this box, and no more than fits.
  function turn(next) {
    cancelAnimationFrame(moving);
    show(next);
    aim = box;
  }

  // To a box that stays in view whatever the map's size, until the player moves the map.
  function glide(target) {
    cancelAnimationFrame(moving);
    aim = target;
    if (G.still()) return show(target);
    const from = [...box], start = performance.now();
    const step = (now) => {
      const t = Math.min(1, (now - start) / 350);
      const ease = 1 - (1 - t) ** 3;
      show(from.map((v, i) => v + (target[i] - v) * ease));
      if (t < 1) moving = requestAnimationFrame(step);
    };
    moving = requestAnimationFrame(step);
  }

  // From map units to pixels of the view.
  const toView = ([x, y]) => {
    const unit = view.clientWidth / box[2];
    return [(x - box[0]) * unit, (y - box[1]) * unit];
  };

  function zoom(factor, clientX, clientY) {
    const frame = view.getBoundingClientRect();
    const across = clientX == null ? 0.5 : (clientX - frame.left) / frame.width;
    const down = clientY == null ? 0.5 : (clientY - frame.top) / frame.height;
    const [x, y] = [box[0] + across * box[2], box[1] + down * box[3]];
    turn([x - (x - box[0]) / factor, y - (y - box[1]) / factor, box[2] / factor, box[3] / factor]);
  }

  const move = (dx, dy) => turn([box[0] + dx, box[1] + dy, box[2], box[3]]);

  function pointerMoved(event) {
    if (event.pointerType === "mouse" && !event.buttons) pressed.clear(); // let go where nobody told
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
      if (moved > 5) move(-dx * unit, -dy * unit);
    }
  }

  // The name beside the pointer, inside the map.
  function sayAt(text, clientX, clientY) {
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text;
    const frame = G.find("#world-map").getBoundingClientRect();
    const x = Math.max(4, Math.min(clientX - frame.left + 14, frame.width - tip.offsetWidth - 4));
    const above = clientY - frame.top - 34;
    tip.style.transform = `translate(${x}px, ${above < 2 ? above + 56 : above}px)`;
  }

  // What is said of a shape outside the game: key of a text and its values.
  const absent = ({ dataset: { land } }) => (land ? ["search_elsewhere", () => ({ country: G.country(land) })] : ["map_absent"]);

  function hover(event) {
    const touch = event.pointerType === "touch";
    const target = event.target.closest?.("[data-code], .elsewhere");
    const text = !target ? "" : target.dataset.code ? G.country(target.dataset.code) : G.text(...absent(target));
    sayAt(touch ? "" : text, event.clientX, event.clientY);
  }

  function points() {
    const frame = view.getBoundingClientRect();
    return Object.keys(countries).map((code) => {
      const [x, y] = toView(countries[code].map);
      return [code, [frame.left + x, frame.top + y]];
    });
  }

  function offer(codes) {
    const place = G.find(".gd-offer");
    place.hidden = codes.length < 2;
    const pick = (code) => () => {
      place.hidden = true;
      G.pick(code);
    };
    place.replaceChildren(
      ...codes.map((code) => G.make("button", { type: "button", "data-code": code, onclick: pick(code) }, G.country(code)))
    );
  }

  function choose(x, y, touch) {
    if (G.state.phase !== "guess") return;
    const codes = G.meant(G.around(x, y, touch, points()), touch);
    offer(codes);
    if (codes.length === 1) return G.pick(codes[0]);
    if (codes.length) return G.status("map_offer");
    const outside = document.elementFromPoint(x, y)?.closest?.(".elsewhere");
    if (outside) G.status(...absent(outside));
  }

  function clicked(event) {
    const drag = moved > 5;
    moved = 0;
    const pointer = event.pointerType || lastPointer; // Safari's clicks do not tell it
    if (!drag && !G.mapSize.swallows(pointer)) choose(event.clientX, event.clientY, pointer === "touch");
  }

  // Arrows move the world under a cross in the middle; Enter takes the country there.
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function key(event) {
    if (G.shortcut(event)) return;
    const frame = view.getBoundingClientRect();
    const [x, y] = [frame.left + frame.width / 2, frame.top + frame.height / 2];
    const way = ARROWS[event.key];
    if (way) move((way[0] * box[2]) / 10, (way[1] * box[3]) / 10);
    else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") glide(boxes.world);
    else if (event.key === "Enter" || event.key === " ") {
      const code = under(x, y);
      if (event.repeat || G.state.phase !== "guess" || (event.key === "Enter" && (!code || code === G.state.picked))) return;
      choose(x, y, false);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    const code = under(x, y);
    sayAt(code ? G.country(code) : "", x, y);
  }
  const under = (x, y) => G.meant(G.around(x, y, false, []), false)[0];

  const classes = ["picked", "is-truth", "is-human", "is-model"];
  function mark(code, name) {
    for (const shape of svg.querySelectorAll(`[data-code="${code}"]`)) {
      shape.classList.add(name);
      shape.parentNode.append(shape); // outlines lie above the neighbours
    }
    for (const marker of svg.querySelectorAll(".marker")) svg.append(marker);
  }

  // A country that is out of sight, or too small to be seen, is brought into view.
  function seek(code) {
    sought = view.clientWidth ? null : code; // hidden while a country is typed on a phone
    if (sought) return;
    const [x, y] = toView(countries[code].map);
    const shapes = [...svg.querySelectorAll(`path[data-code="${code}"]`)];
    const wide = Math.max(0, ...shapes.map((shape) => shape.getBoundingClientRect().width));
    const inView = x > 0 && y > 0 && x < view.clientWidth && y < view.clientHeight;
    if (inView && wide > SEEN_PX) return;
    const [middleX, middleY] = countries[code].map;
    const room = Math.max(500, 1.5 * (wide / view.clientWidth) * box[2]);
    glide([middleX - room, middleY - room, 2 * room, 2 * room]);
  }

  function listenTo() {
    view.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      lastPointer = event.pointerType;
      if (!pressed.size) moved = 0;
      pressed.set(event.pointerId, [event.clientX, event.clientY]);
      cancelAnimationFrame(moving);
      G.find(".gd-offer").hidden = true;
    });
    view.addEventListener("pointermove", pointerMoved);
    for (const end of ["pointerup", "pointercancel"])
      window.addEventListener(end, (event) => pressed.delete(event.pointerId));
    view.addEventListener("pointerleave", () => (tip.hidden = true));
    view.addEventListener("blur", () => (tip.hidden = true));
    view.addEventListener("click", clicked);
    view.addEventListener("keydown", key);
    const wheel = (event) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
    };
    view.addEventListener("wheel", wheel, { passive: false });
    for (const button of G.all("[data-zoom]"))
      button.addEventListener("click", () => zoom(button.dataset.zoom === "in" ? 1.6 : 1 / 1.6));
    for (const button of G.all("[data-box]"))
      button.addEventListener("click", () => glide(boxes[button.dataset.box]));
    G.find("#region-select").addEventListener("change", (event) => glide(boxes[event.target.value]));
    new ResizeObserver(() => {
      show(aim);
      if (sought) seek(sought);
    }).observe(view);
  }

  // The shapes come after the first picture; until then the sea is empty, and the list chooses.
  async function load() {
    const { world } = await G.connection.ask("map");
    if (!world) return setTimeout(load, LOAD_AGAIN_MS);
    svg.append(...new DOMParser().parseFromString(world, "image/svg+xml").documentElement.children);
    show(aim);
    view.dispatchEvent(new CustomEvent("shapes"));
  }

  G.map = {
    mount() {
      view = G.find(".gd-map-view");
      svg = view.querySelector("svg");
      tip = G.find(".gd-tip");
      svg.setAttribute("preserveAspectRatio", "xMidYMid slice");
      svg.setAttribute("aria-hidden", "true"); // the list is the way for screen readers
      const regions = Object.keys(boxes);
      const region = (tag, name) => G.make(tag, tag === "button" ? { type: "button", "data-box": name, "data-t": `region_${name}` } : { value: name, "data-t": `region_${name}` });
      G.find(".gd-regions").replaceChildren(...regions.map((name) => region("button", name)));
      G.find("#region-select").replaceChildren(...regions.map((name) => region("option", name)));
      listenTo();
      G.mapSize.mount(view, toView);
      G.lines.mount();
      show(boxes.world);
      G.connection.opened.then(load);
    },
    world() {
      G.find("#region-select").value = "world";
      offer([]);
      glide(boxes.world);
    },
    picked(code) {
      for (const shape of svg.querySelectorAll(".picked")) shape.classList.remove("picked");
      if (code) {
        mark(code, "picked");
        seek(code);
      }
      offer([]);
    },
    // Outlines truth and guesses, and moves to where all these points are seen.
    marks({ truth, human, model }, points = []) {
      for (const shape of svg.querySelectorAll("[data-code]")) shape.classList.remove(...classes);
      if (!truth) return;
      if (model && model !== truth) mark(model, "is-model");
      if (human && human !== truth) mark(human, "is-human");
      mark(truth, "is-truth");
      G.map.fit(points);
    },
    // The names on it, in another language.
    redraw() {
      for (const button of G.all(".gd-offer button")) button.textContent = G.country(button.dataset.code);
      G.mapSize.names();
      G.lines.redraw();
    },
    fit(points) {
      const [xs, ys] = [points.map((m) => m[0]), points.map((m) => m[1])];
      const room = 450; // around them
      const [left, right] = [Math.min(...xs) - room, Math.max(...xs) + room];
      const [top, bottom] = [Math.min(...ys) - room, Math.max(...ys) + room];
      glide([left, top, right - left, bottom - top]);
    },
    toView,
  };
})();
