// A visitor's photo: read here, sent inside the event, never left as a file on the server.
(() => {
  const G = window.GeoDuel;
  let send, message = null, working = false;

  function draw() {
    const place = G.find("#upload-result");
    if (working) return place.replaceChildren(G.make("p", { class: "gd-working" }, G.text("photo_working")));
    if (!message) return place.replaceChildren();
    if (message.problem)
      return place.replaceChildren(
        G.make("p", { class: "gd-problem", role: "alert" }, G.text(message.problem))
      );
    const heat = G.make("div", { class: "gd-photo-heat" });
    place.replaceChildren(
      heat,
      G.make(
        "div",
        { class: "gd-photo-guess" },
        G.make("h2", {}, G.text("photo_title")),
        G.topFive(message.top),
        G.make("p", { class: "gd-about" }, G.text("photo_note"))
      )
    );
    G.heat(heat, message.picture, message.heat, G.text("photo_alt"));
  }

  async function take(file) {
    if (!file || working) return;
    G.tab("photo"); // a file can also be handed in while the other tab is open
    if (file.size > G.data.photoBytesMax) {
      message = { problem: "photo_too_big" };
      return draw();
    }
    working = true;
    draw();
    const reader = new FileReader();
    reader.onload = () => send("photo", { data: String(reader.result).split(",")[1] ?? "", at: Date.now() });
    reader.onerror = () => G.photo.show({ problem: "photo_unreadable" });
    reader.readAsDataURL(file);
  }

  G.photo = {
    mount(trigger) {
      send = trigger;
      const zone = G.find(".gd-drop");
      const input = zone.querySelector("input");
      input.addEventListener("change", () => {
        take(input.files[0]);
        input.value = ""; // so that the same file can be chosen again
      });
      for (const name of ["dragover", "dragleave", "drop"])
        zone.addEventListener(name, (event) => {
          event.preventDefault();
          zone.classList.toggle("over", name === "dragover");
          if (name === "drop") take(event.dataTransfer.files[0]);
        });
    },
    listen(props, watch) {
      watch("value", () => props.value && G.photo.show(props.value));
    },
    show(answer) {
      message = answer;
      working = false;
      draw();
    },
    redraw: draw,
  };
})();
