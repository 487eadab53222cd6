// The reveal as a scene of two and a half seconds: both guesses, the heat map from its peak on, what
// it went by, the truth, then lines and points. Any key or click shows its last frame at once, and
// whoever wants less motion sees nothing else.
(() => {
  const G = window.GeoDuel;
  const BEATS = [
    ["guesses", 0],
    ["heat", 350],
    ["sentence", 1250],
    ["truth", 1550],
    ["lines", 1800],
    ["done", 2550],
  ];
  const COUNT_MS = 650;
  let timers = [], acts = null, told = false;

  function enter(beat) {
    G.root.dataset.scene = beat;
    acts?.[beat]?.();
    if (beat === "truth") told = true;
    if (beat === "done") acts = null;
  }

  function finish() {
    timers.forEach(clearTimeout);
    timers = [];
    if (!acts) return;
    const at = BEATS.findIndex(([beat]) => beat === G.root.dataset.scene);
    G.root.classList.add("scene-skipped");
    for (const [beat] of BEATS.slice(at + 1)) enter(beat);
  }

  // Before the truth is told a key only skips; afterwards it also does what it always does.
  function key(event) {
    if (!acts || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    if (G.shortcut(event)) return;
    if (event.key !== "Tab" && (!told || event.repeat)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    if (!event.repeat) finish();
  }

  // Numbers that are seen to count up. Their text is the last one from the start: only what CSS
  // shows in its place changes (reveal.css).
  function countUp(element, from, to, write) {
    if (G.still() || from === to) return void element.removeAttribute("data-count");
    const start = performance.now();
    const step = (now) => {
      const t = acts ? Math.min(1, (now - start) / COUNT_MS) : 1;
      if (t >= 1 || !element.isConnected) return void element.removeAttribute("data-count");
      element.dataset.count = write(Math.round(from + (to - from) * (1 - (1 - t) ** 3)));
      requestAnimationFrame(step);
    };
    step(start);
  }

  addEventListener("keydown", key, true);
  addEventListener("pointerdown", () => acts && finish(), true);

  G.scene = {
    // `does`: what happens at which beat, by name.
    play(does) {
      finish();
      [acts, told] = [does, false];
      G.root.classList.remove("scene-skipped");
      if (G.still() || document.hidden) {
        enter("guesses");
        return finish();
      }
      timers = BEATS.map(([beat, at_ms]) => setTimeout(() => enter(beat), at_ms));
      enter("guesses");
    },
    // Nothing is playing any more: a new round, a page that was opened again.
    clear() {
      finish();
      delete G.root.dataset.scene;
    },
    countUp,
  };
})();
