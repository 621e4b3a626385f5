"use strict";

// Asks for the page again every half minute while it is looked at, and puts the new content in the place of the old.
// Without this script the page is the same, only still.
const EVERY = 30_000;

async function refresh() {
  const note = document.getElementById("connection");
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("main");
    const stale = document.querySelector("main");
    for (const details of fresh.querySelectorAll("details[id]")) {
      const known = document.getElementById(details.id);
      if (known) details.open = known.open;
    }
    const focused = document.activeElement?.closest("details[id]")?.id;
    stale.replaceWith(document.adoptNode(fresh));
    if (focused) document.getElementById(focused)?.querySelector("summary").focus({ preventScroll: true });
    note.hidden = true;
  } catch {
    note.hidden = false;
  }
}

setInterval(() => {
  if (document.visibilityState === "visible") refresh();
}, EVERY);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") refresh();
});
