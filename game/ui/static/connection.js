// The way to the server and back. What gets lost on the way is asked for again until it comes: every
// step of a game names the step that it follows, so that nothing counts twice.
(() => {
  const G = window.GeoDuel;
  const STORED = "geoduel-player";
  const PAUSES_MS = [400, 800, 1600, 3200, 5000];
  const ATTEMPT_MS = 40000; // longer than the server waits for the net
  const STALE_MS = 3000; // an attempt that is older when the network comes back has missed it
  const OPEN_AGAIN_MS = 15000;
  const AGAIN_MIN_MS = 1000; // others wait for their turn, too

  const random = () =>
    [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  // The key of this tab's game, which nobody can guess, and the server that last answered.
  const player = (() => {
    try {
      const stored = JSON.parse(sessionStorage.getItem(STORED));
      if (/^[0-9a-f]{32}$/.test(stored?.key)) return stored;
    } catch {
      // Storage can be closed inside a frame: then a reload begins a new game.
    }
    return { key: random(), server: "" };
  })();

  function keep(server) {
    player.server = server;
    try {
      sessionStorage.setItem(STORED, JSON.stringify(player));
    } catch {
      // As above.
    }
  }

  const address = (name) => {
    const url = new URL(`geoduel/${name}`, location.href.replace(/[?#].*/, ""));
    const sign = new URLSearchParams(location.search).get("__sign"); // lets in to a private Space
    if (sign) url.searchParams.set("__sign", sign);
    return url;
  };

  const waking = new Set(); // what is to be done as soon as the network may be there again
  const wake = () => [...waking].forEach((act) => act());
  const pause = (ms) =>
    new Promise((done) => {
      const act = () => {
        clearTimeout(timer);
        waking.delete(act);
        done();
      };
      const timer = setTimeout(act, ms);
      waking.add(act);
    });

  // One attempt: the server's answer, or null where there was none. Only what will be asked again is
  // given up for a network that has come back.
  async function attempt(name, body, { patient, patience_ms }) {
    const began = Date.now();
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), patience_ms);
    const act = () => Date.now() - began > STALE_MS && abort.abort();
    if (patient) waking.add(act);
    try {
      const headers = { "content-type": "application/json" };
      const options = { method: "POST", headers, body, signal: abort.signal, cache: "no-store" };
      const response = await fetch(address(name), options);
      if (response.status === 413) return { phase: "problem", problem: "problem_too_big" };
      // Else it comes from something in between: a proxy, a host whose server sleeps, a log-in page.
      return response.headers.has("x-geoduel") ? await response.json() : null;
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
      waking.delete(act);
    }
  }

  let trying = 0; // how many questions have had no answer yet though they were asked
  function banner(change) {
    trying += change;
    const shown = G.root?.querySelector(".gd-connection");
    if (!trying) return shown?.remove();
    if (shown || !G.root) return;
    G.root.append(
      G.make(
        "div",
        { class: "gd-connection", role: "status" },
        G.make("span", { "data-t": "connection_lost" }, G.text("connection_lost")),
        G.make("button", { type: "button", "data-t": "connection_now", onclick: wake }, G.text("connection_now"))
      )
    );
  }

  // Asks the server. A patient question is asked until it is answered: the page says meanwhile that
  // the connection is lost, or why the server wants it to wait. Any other is answered with the problem.
  async function ask(name, data = {}, { patient = true, patience_ms = ATTEMPT_MS, waits = (answer) => G.status(answer.problem) } = {}) {
    const body = JSON.stringify({ ...data, key: player.key, server: player.server });
    let failed = 0;
    for (;;) {
      const answer = await attempt(name, body, { patient, patience_ms });
      if (answer === null && patient) {
        if (!failed) banner(1);
        await pause(PAUSES_MS[Math.min(failed++, PAUSES_MS.length - 1)]);
        continue;
      }
      if (failed) banner(-1);
      failed = 0;
      if (answer?.retry_after_s && patient) {
        waits(answer);
        await pause(Math.max(1000 * answer.retry_after_s, AGAIN_MIN_MS));
        continue;
      }
      if (answer?.server) keep(answer.server);
      return answer ?? { phase: "problem", problem: "problem_lost" };
    }
  }

  // The game of this page. Where nobody can be let in at present, the page says so and asks again.
  async function open(turnedAway = () => {}) {
    for (;;) {
      const answer = await ask("open", {}, { waits: turnedAway });
      if (answer.phase !== "problem") return answer;
      turnedAway(answer);
      await pause(OPEN_AGAIN_MS);
    }
  }

  const mounted = {};
  mounted.yet = new Promise((done) => (mounted.now = done));

  addEventListener("online", wake);
  document.addEventListener("visibilitychange", () => document.hidden || wake());
  addEventListener("pagehide", () => {
    const body = JSON.stringify({ key: player.key });
    navigator.sendBeacon?.(address("leave"), new Blob([body], { type: "application/json" }));
  });

  G.connection = {
    ask,
    // The first question does not wait for the page: what it says in words does.
    opened: open((problem) => mounted.yet.then((take) => take(problem))),
    mount(take) {
      mounted.now(take);
      banner(0);
      G.connection.opened.then(take);
      // Out of the browser's cache, as it was left; the game may have gone on or away meanwhile.
      addEventListener("pageshow", (event) => event.persisted && open(take).then(take));
    },
  };
})();
