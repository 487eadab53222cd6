// How everybody has done so far, below the table of one's own game.
(() => {
  const G = window.GeoDuel;

  const counts = ({ rounds, human, model }) => ({
    rounds: G.number(rounds),
    human: G.number(human),
    model: G.number(model),
  });

  // The countries where one side leads; each row says by how much, and its tip out of how many.
  function leads(who, rows) {
    if (!rows.length) return [];
    const items = rows.map((row) => {
      const [human, model] = [row.human, row.model].map((right) => G.percent(right / row.rounds));
      const share = G.text("statistics_share", { human, model });
      const tip = G.text("statistics_counts", counts(row));
      return G.make("li", { title: tip }, G.country(row.country), G.make("span", {}, share));
    });
    return [G.make("h4", {}, G.text(`statistics_${who}`)), G.make("ul", { class: "gd-leads" }, ...items)];
  }

  const kind = (entry) =>
    G.make(
      "div",
      {},
      G.make("h3", {}, G.text(entry.rendered ? "statistics_rendered" : "statistics_photo")),
      G.make("p", {}, G.text("statistics_total", counts(entry))),
      ...leads("human", entry.leads.human),
      ...leads("model", entry.leads.model)
    );

  // `entries` has one entry for each kind of pictures that anybody has played.
  G.statistics = (entries) => {
    G.find("#everybody").replaceChildren(
      G.make("h2", {}, G.text("statistics_title")),
      entries.length
        ? G.make("div", { class: "gd-kinds" }, ...entries.map(kind))
        : G.make("p", { class: "gd-about" }, G.text("statistics_none"))
    );
  };
})();
