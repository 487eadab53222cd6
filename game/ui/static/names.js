// Which country a text means: forgives accents, nicknames and typos, and knows the names of all
// territories of the world, so that one which is not in the game is called so. No elements here.
(() => {
  const G = window.GeoDuel;
  const { countries, elsewhere } = G.data;
  const codes = Object.keys(countries);
  const NOTHING = 9;

  const fold = (text) =>
    text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();

  // Everything that finds a country: its names in all languages and its code; what people call it.
  const languages = Object.keys(G.data.texts);
  const folded = new Map(
    codes.map((code) => {
      const names = [code, ...languages.map((language) => countries[code][language])].map(fold);
      return [code, { names, aliases: countries[code].terms.map(fold).filter((term) => !names.includes(term)) }];
    })
  );
  const outside = Object.values(elsewhere).map((names) => ({ names, keys: names.map(fold) }));

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
    return typos <= allowed ? 3 + typos : NOTHING;
  }

  // Names come before nicknames that match as well: "Nor" is Norway before Northern Ireland.
  function rankOf(wanted, code) {
    const { names, aliases } = folded.get(code);
    const alias = aliases.length ? rank(wanted, aliases) : NOTHING;
    return Math.min(rank(wanted, names), alias && alias + 0.5);
  }

  // The territories outside the game that match best, if they match at least as well as `best`.
  function others(wanted, best) {
    if (wanted.length < 2) return { rank: NOTHING, names: [] };
    const ranked = outside.map(({ names, keys }) => [rank(wanted, keys), names]);
    const least = Math.min(...ranked.map(([r]) => r));
    if (least >= NOTHING || least > best) return { rank: least, names: [] };
    const at = languages.indexOf(G.state.language);
    return { rank: least, names: ranked.filter(([r]) => r === least).map(([, names]) => names[at]) };
  }

  // What a text finds:
  // `found`: codes, best first. `sure`: the one country that it can only mean, or null. `likely`: the
  // one that Enter takes, or null. `elsewhere`: names outside the game that it means as well.
  function look(text) {
    const wanted = fold(text);
    const collator = new Intl.Collator(G.state.language);
    const sorted = [...codes].sort((a, b) => collator.compare(G.country(a), G.country(b)));
    if (!wanted) return { found: sorted, sure: null, likely: null, elsewhere: [] };
    let ranked = sorted.map((code) => [rankOf(wanted, code), code]);
    ranked = ranked.filter(([r]) => r < NOTHING).sort((a, b) => a[0] - b[0]);
    // A typo only counts where nothing matches as typed, here or elsewhere.
    const asTyped = ranked.filter(([r]) => r < 4);
    const best = ranked.length ? ranked[0][0] : NOTHING;
    const out = others(wanted, best);
    if (asTyped.length || (out.names.length && out.rank < 4)) ranked = asTyped;
    const found = ranked.map(([, code]) => code);
    const least = out.names.length ? out.rank : NOTHING;
    const rivals = least < best || (least === best && best >= 4); // a typo of either
    const likely = found.length && !rivals ? found[0] : null;
    const alone = best === 0 || (found.length === 1 && !out.names.length);
    // Many names beside countries of the game are no help.
    const named = rivals || !found.length || (wanted.length > 2 && out.names.length < 3) ? out.names : [];
    return { found, sure: likely && alone ? likely : null, likely, elsewhere: named.slice(0, 3) };
  }

  G.names = { look, edits, rank, fold };
})();
