// The searchable list of the 56: an ARIA combobox that forgives accents, nicknames and typos.
(() => {
  const G = window.GeoDuel;
  const { countries } = G.data;
  const codes = Object.keys(countries);

  const fold = (text) =>
    text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();

  // Everything that finds a country: its names in all languages, its code, what people call it.
  const folded = new Map(codes.map((code) => [code, countries[code].terms.map(fold)]));
  let input, list, shown = [], active = -1;

  // Letters put in, left out, replaced, or swapped with the next, from `a` to `b`: the optimal string
  // alignment distance. `b` may run one letter past `a` for free: a text still being typed is
  // compared with the beginning of a name.
  function edits(a, b) {
    let last = [], before = [], row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; i++) {
      [last, before, row] = [before, row, [i]];
      for (let j = 1; j <= b.length; j++) {
        let step = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] !== b[j - 1]));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
          step = Math.min(step, last[j - 2] + 1);
        row.push(step);
      }
    }
    return Math.min(...row.slice(-2));
  }

  // 0 exact, 1 prefix, 2 prefix of a later word, 3 inside a word, 3 + typos, 9 no match.
  function rank(wanted, keys) {
    if (keys.includes(wanted)) return 0;
    if (keys.some((key) => key.startsWith(wanted))) return 1;
    if (keys.some((key) => key.includes(` ${wanted}`))) return 2;
    if (wanted.length >= 3 && keys.some((key) => key.includes(wanted))) return 3;
    const allowed = wanted.length < 4 ? 0 : wanted.length < 7 ? 1 : 2;
    const long = keys.filter((key) => key.length > 3);
    const typos = Math.min(...long.map((key) => edits(wanted, key.slice(0, wanted.length + 1))));
    return typos <= allowed ? 3 + typos : 9;
  }

  function matches(text) {
    const wanted = fold(text);
    const collator = new Intl.Collator(G.state.language);
    const sorted = [...codes].sort((a, b) => collator.compare(G.country(a), G.country(b)));
    if (!wanted) return sorted.map((code) => [0, code]);
    let ranked = sorted.map((code) => [rank(wanted, folded.get(code)), code]);
    ranked = ranked.filter(([r]) => r < 9).sort((a, b) => a[0] - b[0]);
    // A typo only counts where nothing matches as typed.
    const asTyped = ranked.filter(([r]) => r < 4);
    return asTyped.length ? asTyped : ranked;
  }

  function open(text) {
    shown = G.search.find(text);
    active = shown.length && text ? 0 : -1;
    const options = shown.map((code, i) =>
      G.make(
        "li",
        { role: "option", id: `country-option-${i}`, "data-code": code },
        G.country(code)
      )
    );
    if (!options.length)
      options.push(G.make("li", { class: "gd-nothing" }, G.text("search_none")));
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
    [...list.children].forEach((option, i) => {
      option.setAttribute("aria-selected", i === active);
      if (i === active) option.scrollIntoView({ block: "nearest" });
    });
    if (active >= 0) input.setAttribute("aria-activedescendant", `country-option-${active}`);
    else input.removeAttribute("aria-activedescendant");
  }

  // Text left in the box counts if it can only mean one country.
  function settle() {
    close();
    const typed = input.value;
    if (!fold(typed)) return G.state.picked && G.pick(null);
    if (G.state.picked && typed === G.country(G.state.picked)) return;
    const found = matches(typed);
    const sure = found.length && (found.length === 1 || found[0][0] === 0);
    G.pick(sure ? found[0][1] : null);
  }

  function key(event) {
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) open("");
      const step = event.key === "ArrowDown" ? 1 : -1;
      active = shown.length ? (active + step + shown.length) % shown.length : -1;
      mark();
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      if (active >= 0) G.pick(shown[active]);
      close();
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      close();
    }
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
      // mousedown, not click: the box must not lose its focus and settle first.
      list.addEventListener("mousedown", (event) => {
        event.preventDefault();
        const code = event.target.closest("[data-code]")?.dataset.code;
        if (!code) return;
        G.pick(code);
        close();
      });
    },
    settle,
    find: (text) => matches(text).map(([, code]) => code),
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
