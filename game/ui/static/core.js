// The page's state and language. One message of the server holds a whole step (game/ui/messages.py);
// what it leaves out (picture, heat) stays as it was.
(() => {
  const G = window.GeoDuel;
  const { countries, elsewhere, texts } = G.data;
  const languages = Object.keys(texts);
  G.state = { language: languages[0], phase: "loading", step: "", picked: null, game: null };
  const STORED = "geoduel-language";

  // `values` are filled in; they may be a function that returns them in the language of the moment.
  G.text = (key, values = {}) => {
    const filled = typeof values === "function" ? values() : values;
    return (texts[G.state.language][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => filled[name] ?? "");
  };
  // Also of those outside the game.
  G.country = (code) => {
    const { language } = G.state;
    return countries[code]?.[language] ?? elsewhere[code]?.[languages.indexOf(language)] ?? "";
  };
  // As it stands inside a sentence: "the Netherlands". `articles` names the countries that have one.
  G.theCountry = (code) => {
    const article = texts[G.state.language].articles.match(`${code} (\\w+)`)?.[1];
    return article ? `${article} ${G.country(code)}` : G.country(code);
  };
  G.number = (value) => new Intl.NumberFormat(G.state.language).format(value);
  G.percent = (share) => {
    const digits = share > 0 && share < 0.01 ? 1 : 0;
    const options = { style: "percent", maximumFractionDigits: digits };
    return new Intl.NumberFormat(G.state.language, options).format(share);
  };
  G.touch = () => matchMedia("(pointer: coarse)").matches;
  G.short = () => matchMedia("(max-height: 520px)").matches; // a phone on its side
  G.onPhone = () => matchMedia("(max-aspect-ratio: 1/1), (max-width: 560px)").matches; // as in the style sheets
  G.still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  // Keys held with these are the browser's or the system's: they zoom the page, go back, change tabs.
  G.shortcut = ({ ctrlKey, metaKey, altKey }) => ctrlKey || metaKey || altKey;
  G.find = (selector) => G.root.querySelector(selector);
  G.all = (selector) => [...G.root.querySelectorAll(selector)];

  // An element with text, never markup: names and messages are data.
  G.make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child != null && child !== ""));
    return element;
  };

  G.svg = (tag, attributes = {}, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  // A press beside a dialog closes it; one that only ends there, as of marking its text, does not.
  G.closesOutside = (dialog) => {
    let began = false;
    const beside = ({ target, clientX: x, clientY: y }) => {
      const { left, right, top, bottom } = dialog.getBoundingClientRect();
      return target === dialog && (x < left || x > right || y < top || y > bottom);
    };
    dialog.addEventListener("pointerdown", (event) => (began = beside(event)));
    dialog.addEventListener("click", (event) => began && beside(event) && dialog.close());
  };

  G.firstLanguage = () => {
    let saved = null;
    try {
      saved = localStorage.getItem(STORED);
    } catch {
      // Storage can be closed inside a frame; the browser's own language will do.
    }
    if (saved in texts) return saved;
    return languages.find((code) => code === navigator.language?.slice(0, 2)) ?? languages[0];
  };

  G.setLanguage = (language) => {
    if (!(language in texts)) return;
    G.state.language = language;
    try {
      localStorage.setItem(STORED, language);
    } catch {
      // As above: then the choice holds for this visit only.
    }
    document.documentElement.lang = language;
    for (const radio of G.all("#language input")) radio.checked = radio.value === language;
    for (const element of G.all("[data-t]")) element.textContent = G.text(element.dataset.t);
    for (const [mark, attribute] of [
      ["tLabel", "aria-label"],
      ["tPlaceholder", "placeholder"],
      ["tTitle", "title"],
    ]) {
      const dashed = mark.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      for (const element of G.all(`[data-${dashed}]`))
        element.setAttribute(attribute, G.text(element.dataset[mark]));
    }
    const kind = G.data.facts.rendered ? "imagery_rendered" : "imagery_photo";
    G.find(".gd-imagery").textContent = G.text(kind);
    G.find(".gd-imagery-short").textContent = G.text(`${kind}_short`);
    G.find(".gd-kept").textContent = G.text(G.data.facts.counts ? "kept_counts" : "kept_nothing");
  };

  // What a step brought, said once to those who do not see it.
  G.announce = (text) => {
    G.find("#announcer").textContent = text;
  };

  G.status = (key, values) => {
    G.find("#status").textContent = key ? G.text(key, values) : "";
    G.find("#status").dataset.key = key ?? "";
    G.state.status = key ? [key, values] : null;
  };
})();
