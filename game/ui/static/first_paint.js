// Gradio's frontend comes after the first picture, and takes what is on the page into its component.
(() => {
  const G = window.GeoDuel;

  // Light or dark as Gradio decides it.
  function colours() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const asked = new URLSearchParams(location.search).get("__theme");
    const set = () => document.body.classList.toggle("dark", asked === "dark" || (asked !== "light" && dark.matches));
    dark.addEventListener("change", set);
    set();
  }

  async function shown(image) {
    const src = G.frontend;
    if (!src) return;
    G.frontend = null;
    await image.decode().catch(() => {});
    document.head.append(G.make("script", { type: "module", crossorigin: "", src }));
  }

  G.firstPaint = {
    mount: colours,
    shown,
    // A browser that cannot move what is in use leaves it where it is: that looks the same.
    adopt(element) {
      if (!element.moveBefore) return;
      element.moveBefore(G.root, null);
      document.querySelector("body > main")?.remove();
    },
  };
})();
