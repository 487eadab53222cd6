// A visitor's photo: read here, sent inside the event, never left as a file on the server.
(() => {
  const G = window.GeoDuel;
  const SLOWEST_LINE = 32; // bytes a millisecond: the page waits for what a phone sends so slowly
  // What can befall any question, in words for a photo.
  const SAID_OF_PHOTOS = {
    problem_too_big: "photo_refused",
    problem_lost: "photo_lost",
    problem_server: "photo_failed",
    problem_busy: "photo_busy",
  };
  let message = null, working = null; // the file that the net looks at

  function draw() {
    const place = G.find("#upload-result");
    if (working) return place.replaceChildren(G.make("p", { class: "gd-working" }, G.text("photo_working")));
    if (!message) return place.replaceChildren();
    if (message.problem)
      return place.replaceChildren(
        G.make("p", { class: "gd-problem", role: "alert" }, G.text(message.problem))
      );
    const heat = G.make("div", { class: "gd-photo-heat" });
    const why = G.make("div", { class: "gd-why", role: "group", "aria-label": G.text("why_open") });
    place.replaceChildren(
      heat,
      why,
      G.make(
        "div",
        { class: "gd-photo-guess" },
        G.make("h2", {}, G.text("photo_title")),
        G.topFive(message.top),
        G.make("p", { class: "gd-about" }, G.text("photo_note"))
      )
    );
    G.heat(heat, message.picture, message.heat, G.text("photo_alt"), { subject: "photo", why, top: message.top });
  }

  const base64 = (file) =>
    new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(String(reader.result).split(",")[1] ?? "");
      reader.onerror = () => done(null);
      reader.readAsDataURL(file);
    });

  const patience = (data) => G.data.photoPatienceMs + data.length / SLOWEST_LINE;

  // The newest photo counts: one that takes long, or whose answer is lost, never keeps off the next.
  async function take(file) {
    if (!file) return;
    G.tab("photo"); // a file can also be handed in while the other tab is open
    if (file.size > G.data.photoBytesMax) return show({ problem: "photo_bytes" });
    working = file;
    draw();
    G.announce(G.text("photo_working"));
    const data = await base64(file);
    const answer =
      data === null
        ? { problem: "photo_damaged" }
        : await G.connection.ask("photo", { data }, { patient: false, patience_ms: patience(data) });
    if (working === file) show(answer);
  }

  function show(answer) {
    working = null;
    message = SAID_OF_PHOTOS[answer.problem] ? { problem: SAID_OF_PHOTOS[answer.problem] } : answer;
    draw();
    if (message.top) G.announce(`${G.text("photo_title")}: ${G.country(message.top[0][0])}`);
  }

  G.photo = {
    mount() {
      const zone = G.find(".gd-drop");
      const input = zone.querySelector("input");
      input.addEventListener("change", () => {
        take(input.files[0]);
        input.value = ""; // so that the same file can be chosen again
      });
      // Anywhere on its panel; a file that is dropped elsewhere must not take the page's place.
      for (const name of ["dragover", "dragleave", "drop"])
        addEventListener(name, (event) => {
          if (!event.dataTransfer?.types.includes("Files")) return;
          event.preventDefault();
          const aimed = G.find("#panel-photo").contains(event.target);
          zone.classList.toggle("over", aimed && name === "dragover");
          if (aimed && name === "drop") take(event.dataTransfer.files[0]);
        });
    },
    redraw: draw,
  };
})();
