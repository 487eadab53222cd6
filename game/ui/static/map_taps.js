// Which country a tap on the map means. Fingers are blunt: where several lie close, all are offered.
(() => {
  const G = window.GeoDuel;
  const SURE_PX = 7; // nothing else this near: the tap is plain
  const REACH_PX = 14;
  const OFFERED = 6;

  // `near`: how far each country lies from the tap, as [code, pixels]. Returns the codes that may be
  // meant, nearest first: none, the one, or several to choose from.
  G.meant = (near, touch) => {
    const sorted = [...near].filter(([, px]) => px <= REACH_PX).sort((a, b) => a[1] - b[1]);
    if (!sorted.length) return [];
    const rivals = sorted.filter(([, px]) => px <= Math.max(SURE_PX, sorted[0][1]));
    if (!touch || rivals.length === 1) return [sorted[0][0]];
    return sorted.slice(0, OFFERED).map(([code]) => code);
  };

  // How far the countries around a point of the window lie from it, looked for in rings.
  G.around = (x, y, touch, points) => {
    const near = new Map();
    const note = (code, px) => near.set(code, Math.min(px, near.get(code) ?? Infinity));
    for (let radius = 0; radius <= (touch ? REACH_PX : 4); radius += 2) {
      const turns = radius ? 6 + radius * 2 : 1;
      for (let turn = 0; turn < turns; turn++) {
        const angle = (2 * Math.PI * turn) / turns;
        const hit = document.elementFromPoint(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
        const code = hit?.closest?.("#world-map [data-code]")?.dataset.code;
        if (code) note(code, radius);
      }
    }
    // The very small may lie under their neighbours' outlines.
    if (touch) for (const [code, [px, py]] of points) note(code, Math.hypot(px - x, py - y));
    return near;
  };
})();
