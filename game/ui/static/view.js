// Where a picture lies in its frame: pure arithmetic in pixels, without elements.
// A view is {width, x, y}: the width at which the picture is drawn, and where its upper left corner
// lies in the frame. Frames and pictures are [width, height]; only a picture's shape counts.
(() => {
  const G = window.GeoDuel;
  const CLOSEST = 4; // times the view that a picture starts with

  // The widths at which the whole picture is seen, and at which it leaves nothing of the frame free.
  const widths = ([frameWidth, frameHeight], [width, height]) => {
    const [across, down] = [frameWidth, (frameHeight * width) / height];
    return { contain: Math.min(across, down), cover: Math.max(across, down) };
  };

  // A picture smaller than the frame lies in its middle; a larger one leaves no gap.
  const held = (at, length, frame) =>
    length <= frame ? (frame - length) / 2 : Math.min(0, Math.max(frame - length, at));

  // The nearest view that is allowed; `home` is the width that the picture starts with.
  function clamp(view, frame, picture, home) {
    const { contain } = widths(frame, picture);
    const width = Math.max(Math.min(contain, home), Math.min(CLOSEST * home, view.width));
    const height = (width * picture[1]) / picture[0];
    return { width, x: held(view.x, width, frame[0]), y: held(view.y, height, frame[1]) };
  }

  // Larger or smaller, with what lies under the point staying there.
  function zoomAt(view, factor, [x, y], frame, picture, home) {
    const wanted = clamp({ ...view, width: view.width * factor }, frame, picture, home).width;
    const by = wanted / view.width;
    const moved = { width: wanted, x: x - (x - view.x) * by, y: y - (y - view.y) * by };
    return clamp(moved, frame, picture, home);
  }

  // The part of the picture that is seen, as fractions of it: [left, top, width, height].
  function seen(view, frame, picture) {
    const sides = [view.width, (view.width * picture[1]) / picture[0]];
    const starts = [view.x, view.y].map((at, i) => Math.max(0, -at / sides[i]));
    const lengths = sides.map((side, i) => Math.min(1, frame[i] / side));
    return [...starts, ...lengths];
  }

  G.view = { widths, clamp, zoomAt, seen };
})();
