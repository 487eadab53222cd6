// The searchable list of the 56: an ARIA combobox. What a text means is decided in names.js.
(() => {
  const G = window.GeoDuel;
  let input, list, shown = [], active = -1;

  // A line for those who look for a country that is not in the game.
  const absent = (names) =>
    G.text(names.length ? "search_elsewhere" : "search_none", {
      country: new Intl.ListFormat(G.state.language, { type: "disjunction" }).format(names),
    });

  function open(text) {
    const { found, likely, elsewhere } = G.names.look(text);
    shown = found;
    active = likely && text ? found.indexOf(likely) : -1;
    const options = shown.map((code, i) =>
      G.make("li", { role: "option", id: `country-option-${i}`, "data-code": code }, G.country(code))
    );
    if (!options.length || elsewhere.length) {
      const note = G.make("li", { role: "option", "aria-disabled": "true", class: "gd-nothing" }, absent(elsewhere));
      options.splice(likely ? options.length : 0, 0, note);
    }
    list.replaceChildren(...options);
    list.hidden = false;
    list.scrollTop = 0;
    input.setAttribute("aria-expanded", "true");
    mark();
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark() {
    for (const option of list.children) {
      const chosen = option.dataset.code && option.dataset.code === shown[active];
      option.setAttribute("aria-selected", Boolean(chosen));
      if (chosen) option.scrollIntoView({ block: "nearest" });
    }
    if (active >= 0) input.setAttribute("aria-activedescendant", `country-option-${active}`);
    else input.removeAttribute("aria-activedescendant");
  }

  // Text left in the box counts if it can only mean one country; else the page says why it does not.
  function settle() {
    close();
    const typed = input.value.trim();
    if (!typed) return G.state.picked && G.pick(null);
    if (G.state.picked && typed === G.country(G.state.picked)) return;
    const { sure, found, elsewhere } = G.names.look(typed);
    G.pick(sure);
    if (sure || G.state.phase !== "guess") return;
    input.value = typed;
    const key = elsewhere.length ? "search_elsewhere" : found.length ? "choose_first" : "search_none";
    G.status(key, () => ({ country: G.names.look(typed).elsewhere[0] }));
  }

  function key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) open("");
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = active < 0 && step < 0 ? 0 : active;
      active = shown.length ? (from + step + shown.length) % shown.length : -1;
      mark();
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      const note = list.querySelector(".gd-nothing");
      if (active >= 0) take(shown[active]);
      else if (note) G.announce(note.textContent); // the list stays open, and the note in sight
      else settle();
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      close();
    }
  }

  function take(code) {
    G.pick(code);
    close();
    if (G.touch()) input.blur(); // the soft keyboard has done its work
  }

  G.search = {
    mount() {
      input = G.find("#country-input");
      list = G.find("#country-list");
      input.addEventListener("input", () => open(input.value));
      input.addEventListener("click", () => list.hidden && open(""));
      input.addEventListener("focus", () => input.select());
      input.addEventListener("keydown", key);
      input.addEventListener("blur", settle);
      // The box must not lose its focus and settle before the click has come.
      list.addEventListener("mousedown", (event) => event.preventDefault());
      list.addEventListener("click", (event) => {
        const code = event.target.closest("[data-code]")?.dataset.code;
        if (code) take(code);
      });
    },
    settle,
    find: (text) => G.names.look(text).found,
    absent: (text) => absent(G.names.look(text).elsewhere),
    show(code) {
      input.value = code ? G.country(code) : "";
      if (document.activeElement === input) input.select(); // typing on starts a new search
      close();
    },
    focus() {
      input.focus({ preventScroll: true });
    },
  };
})();
