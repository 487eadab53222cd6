// What the page concludes from what the net showed: pure, without elements.
(() => {
  const G = window.GeoDuel;
  const ROUNDS_MIN = 3; // of a continent or a cue, before anything is said of it

  // Whether covering the outlined region says more than covering any other of its size.
  const trusted = ({ before, after, random }) => before - after > Math.max(0, before - random);

  // Whether the page says not to trust a map: it was tested, and its region means no more than others.
  const doubted = ({ uri, occlusion }) => Boolean(uri && occlusion) && !trusted(occlusion);

  // What a map went by, as key of a text: a cue of the picture where that is known, else a part of it.
  const wentBy = ({ uri, cue, where }) => (!uri ? null : cue ? `the_${cue.name}` : where ? `where_${where[0]}_${where[1]}` : null);

  // How many rounds of each group both players got right; groups with too few are left out. `group`
  // names the group of a round, or none. The largest difference comes first.
  function strengths(rounds, group) {
    const found = new Map();
    for (const round of rounds) {
      const name = group(round);
      if (!name) continue;
      const tally = found.get(name) ?? { name, rounds: 0, human: 0, model: 0 };
      tally.rounds += 1;
      tally.human += round.human.correct;
      tally.model += round.model.correct;
      found.set(name, tally);
    }
    const lead = ({ human, model, rounds: all }) => Math.abs(human - model) / all;
    return [...found.values()]
      .filter((tally) => tally.rounds >= ROUNDS_MIN)
      .sort((a, b) => lead(b) - lead(a) || b.rounds - a.rounds || a.name.localeCompare(b.name));
  }

  // What is shared of a game: who won, squares and points, the address; nothing of the pictures.
  const shared = ({ scores, squares }, title, address) =>
    [title, `🙂 ${squares.human} ${scores.human}`, `🤖 ${squares.model} ${scores.model}`, address].join("\n");

  // Passes on the newest of many values: one at a time, and no more often than every `gap_ms`.
  // `send` returns a promise; `clock` and `later` are performance.now and setTimeout outside of tests.
  function newest(send, gap_ms, clock = () => performance.now(), later = setTimeout) {
    let waiting = null, busy = false, last = -Infinity;
    const pump = async () => {
      if (busy || !waiting) return;
      busy = true;
      const pause = last + gap_ms - clock();
      if (pause > 0) await new Promise((done) => later(done, pause));
      const [value] = waiting;
      waiting = null;
      last = clock();
      try {
        await send(value);
      } finally {
        busy = false;
        pump();
      }
    };
    return (value) => {
      waiting = [value];
      pump();
    };
  }

  G.judge = { trusted, doubted, wentBy, strengths, shared, newest };
})();
