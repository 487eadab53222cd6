// Whatever would end a running game asks first; a game without a finished round has nothing to lose.
(() => {
  const G = window.GeoDuel;
  let answer = null;

  G.leave = {
    mount() {
      const dialog = G.find("#leave");
      const close = (sure) => {
        answer?.(sure);
        answer = null;
        dialog.close();
      };
      G.find("#leave-stay").addEventListener("click", () => close(false));
      G.find("#leave-go").addEventListener("click", () => close(true));
      G.closesOutside(dialog);
      dialog.addEventListener("close", () => close(false)); // Escape, or a press beside it
    },
    // Resolves to whether the game may end. `mode`, `level`: of the one that would begin.
    ask(game, { mode, level }) {
      const running = game && game.phase !== "summary" && game.history.length > 0;
      if (!running) return Promise.resolve(true);
      G.find("#leave-text").textContent = G.text("leave_text", { played: game.history.length, rounds: game.rounds, human: game.scores.human, model: game.scores.model });
      G.find("#leave-rule").textContent = `${G.text(`mode_${mode}`)}: ${G.text(`mode_${mode}_rule`)}. ${G.text("level_name")} ${G.level.name(level)}.`;
      G.find("#leave").showModal();
      G.find("#leave-stay").focus();
      return new Promise((done) => (answer = done));
    },
  };
})();
