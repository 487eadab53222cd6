// Which names fit on the map: the largest countries first, none over another. Pixels, no elements.
(() => {
  const G = window.GeoDuel;
  const GAP_PX = 3;
  const HIGH_PX = 16;
  const LONGEST = 2.6; // a name may be this many times as wide as its country is drawn

  const overlap = (a, b) =>
    a.left < b.right + GAP_PX && b.left < a.right + GAP_PX && a.top < b.bottom + GAP_PX && b.top < a.bottom + GAP_PX;

  // `wanted`: for each name {code, x, y, size, wide, absent}: where its middle lies, how large its
  // country is drawn, how wide the text is, and whether it is outside the game: such names come last.
  // `always`: codes whose names come before all others. Returns those that are shown, with left and top.
  G.placeNames = (wanted, [width, height], always = []) => {
    const placed = [];
    const rank = ({ code, size, absent }) => (always.includes(code) ? Infinity : absent ? -1 / size : size);
    for (const name of [...wanted].sort((a, b) => rank(b) - rank(a))) {
      const { code, x, y, size, wide, absent = false } = name;
      if (!always.includes(code) && wide > LONGEST * size) continue;
      const box = { left: x - wide / 2, right: x + wide / 2, top: y - HIGH_PX / 2, bottom: y + HIGH_PX / 2 };
      const within = box.left >= 0 && box.top >= 0 && box.right <= width && box.bottom <= height;
      if (within && !placed.some((other) => overlap(box, other.box))) placed.push({ code, absent, box });
    }
    return placed.map(({ code, absent, box }) => ({ code, absent, left: box.left, top: box.top }));
  };
})();
