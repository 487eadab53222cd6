// A picture that can be looked at closely: a click enlarges it there, dragging moves it about.
(() => {
  const G = window.GeoDuel;

  function toggle(frame, button, x = 0.5, y = 0.5) {
    const large = frame.classList.toggle("large");
    button.setAttribute("aria-pressed", large);
    label(button, large);
    if (!large) return;
    frame.scrollLeft = x * frame.scrollWidth - frame.clientWidth / 2;
    frame.scrollTop = y * frame.scrollHeight - frame.clientHeight / 2;
  }

  function label(button, large) {
    const text = G.text(large ? "picture_fit" : "picture_enlarge");
    button.setAttribute("aria-label", text);
    button.title = text;
    button.textContent = large ? "−" : "+";
  }

  // Fingers scroll by themselves; a mouse needs help.
  function drag(frame, from) {
    if (from.pointerType !== "mouse" || !frame.classList.contains("large")) return;
    const [left, top] = [frame.scrollLeft, frame.scrollTop];
    const move = (event) => {
      frame.scrollLeft = left + from.clientX - event.clientX;
      frame.scrollTop = top + from.clientY - event.clientY;
      const way = Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY);
      if (way > 5) frame.dataset.dragged = true;
    };
    const end = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
  }

  // The picture with whatever lies over it, in the shape of the picture.
  G.zoomable = (source, alt, ...over) => {
    const image = G.make("img", { src: source, alt, draggable: "false" });
    const frame = G.make("div", { class: "gd-frame" }, G.make("div", { class: "gd-zoomable" }, image, ...over));
    const button = G.make("button", { type: "button", class: "gd-enlarge", "aria-pressed": "false" });
    label(button, false);
    button.addEventListener("click", () => toggle(frame, button));
    image.addEventListener("load", () => {
      frame.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
      frame.parentElement?.style.setProperty("--ratio", image.naturalWidth / image.naturalHeight);
    });
    frame.addEventListener("pointerdown", (event) => drag(frame, event));
    frame.addEventListener("click", (event) => {
      if (frame.dataset.dragged) return delete frame.dataset.dragged;
      const box = image.getBoundingClientRect();
      const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      toggle(frame, button, x, y);
    });
    return [frame, button];
  };
})();
