// The frame around the game: tabs, the menu of small screens, the rules, room for a soft keyboard.
(() => {
  const G = window.GeoDuel;

  G.tab = (name) => {
    G.root.dataset.tab = name;
    for (const button of G.all("[role=tab]")) {
      const chosen = button.dataset.tab === name;
      button.setAttribute("aria-selected", chosen);
      button.tabIndex = chosen ? 0 : -1;
      G.find(`#panel-${button.dataset.tab}`).hidden = !chosen;
    }
    menu(false);
    if (name === "guide") G.guide.open();
  };

  function menu(open) {
    const button = G.find("#menu-button");
    if (!open && G.find("#gd-menu").contains(document.activeElement) && button.offsetParent) button.focus();
    G.root.classList.toggle("menu-open", open);
    button.setAttribute("aria-expanded", open);
  }

  function tabs() {
    const all = G.all("[role=tab]");
    for (const button of all) {
      button.addEventListener("click", () => G.tab(button.dataset.tab));
      button.addEventListener("keydown", (event) => {
        if (G.shortcut(event) || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
        const step = event.key === "ArrowRight" ? 1 : all.length - 1;
        const other = all[(all.indexOf(button) + step) % all.length];
        G.tab(other.dataset.tab);
        other.focus();
      });
    }
  }

  function rules() {
    const dialog = G.find("#rules");
    const opener = () => G.find(G.find("#rules-button").offsetParent ? "#rules-button" : "#menu-button");
    G.find("#rules-button").addEventListener("click", () => {
      menu(false);
      dialog.showModal();
    });
    G.find("#rules-close").addEventListener("click", () => dialog.close());
    G.closesOutside(dialog);
    dialog.addEventListener("close", () => opener().focus());
  }

  // While a country is typed on a phone, picture, list and text share what the keyboard leaves.
  function keyboard() {
    const input = G.find("#country-input");
    const seen = window.visualViewport;
    const typing = (on) => G.root.classList.toggle("typing", on && G.onPhone() && G.touch());
    input.addEventListener("focus", () => typing(true));
    input.addEventListener("blur", () => typing(false));
    G.find("#search-close").addEventListener("click", () => input.blur());
    if (!seen) return;
    const fit = () => {
      if (seen.scale > 1.01) return; // the page itself is enlarged: nothing to fit
      G.root.style.setProperty("--height", `${seen.height}px`);
      if (G.root.classList.contains("typing")) window.scrollTo(0, 0);
    };
    seen.addEventListener("resize", fit);
    fit();
  }

  G.shell = {
    mount() {
      tabs();
      rules();
      keyboard();
      G.find("#menu-button").addEventListener("click", () => menu(!G.root.classList.contains("menu-open")));
      document.addEventListener("pointerdown", (event) => {
        if (!event.target.closest?.(".gd-top")) menu(false);
      });
      G.find(".gd-top").addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !G.root.classList.contains("menu-open")) return;
        event.stopPropagation();
        menu(false);
      });
      G.tab("play");
    },
  };
})();
