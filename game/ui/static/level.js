// The levels of the opponent: which one plays, how often each is right, and which comes next.
(() => {
  const G = window.GeoDuel;

  // "Sharp-eyed, 30 %"; without the share where it was not measured.
  function option(level) {
    const share = G.data.facts.measured[level]?.top1;
    return share == null ? G.level.name(level) : G.text("level_option", { level: G.level.name(level), share: G.percent(share) });
  }

  G.level = {
    mount(begin) {
      const select = G.find("#level");
      select.append(...G.data.levels.map((level) => G.make("option", { value: level })));
      // A key on the closed list chooses at once, and another may follow: Enter or leaving it means it.
      let stepping = false, meant = false;
      const commit = () => {
        const chosen = meant;
        meant = false;
        if (chosen) begin({ level: select.value });
      };
      select.addEventListener("pointerdown", () => (stepping = false));
      select.addEventListener("keydown", (event) => {
        stepping = !event.altKey && !["Enter", " ", "F4"].includes(event.key);
        if (event.key === "Enter") commit();
      });
      select.addEventListener("change", () => {
        meant = true;
        if (!stepping) commit();
      });
      select.addEventListener("blur", () => document.activeElement !== select && commit()); // not the window's
    },
    name: (level) => G.text(`level_${level}`),
    show(level) {
      G.find("#level").value = level;
      for (const one of G.all("#level option")) one.textContent = option(one.value);
      G.find("#levels").replaceChildren(
        ...G.data.levels.map((one) => {
          const measured = G.data.facts.measured[one];
          const right = measured ? G.text("level_right", { share: G.percent(measured.top1), n: G.number(measured.n) }) : "";
          return G.make("li", {}, G.make("b", {}, G.level.name(one)), `: ${G.text(`level_${one}_rule`)} ${right}`);
        })
      );
    },
    // After a duel that the player won the next one that sees more, after a lost one the next that sees
    // less, but for those of whom the opposite was measured; none after a draw.
    next({ level, scores: { human, model } }) {
      const { levels, facts: { measured } } = G.data;
      const way = Math.sign(human - model), at = levels.indexOf(level);
      const others = { 1: levels.slice(at + 1), 0: [], [-1]: levels.slice(0, at).reverse() }[way];
      const known = (one) => measured[one] && measured[level];
      return others.find((one) => !known(one) || (measured[one].top1 - measured[level].top1) * way > 0);
    },
  };
})();
