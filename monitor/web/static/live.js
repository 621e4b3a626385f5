"use strict";

// The server says when there is something new: then the page is asked for again, and its content put in the place of the
// old. Without this script the page is the same, only still.
const LATER = 30_000;

let stream = null;

async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("main");
  if (busy()) return;
  for (const details of fresh.querySelectorAll("details[id]")) {
    const known = document.getElementById(details.id);
    if (known) details.open = known.open;
  }
  const focused = path(document.activeElement);
  document.querySelector("main").replaceWith(document.adoptNode(fresh));
  if (focused) document.querySelector(focused)?.focus({ preventScroll: true });
}

// Nobody is interrupted who types or marks text.
function busy() {
  return document.activeElement?.matches("input, select, textarea") || !getSelection().isCollapsed;
}

// How what has the focus is found again: the summary of its fold, or a link by its address.
function path(element) {
  const fold = element?.closest("main details[id]");
  if (element?.matches("summary") && fold) return `#${CSS.escape(fold.id)} > summary`;
  const address = element?.closest("main a[href]")?.getAttribute("href");
  return address ? `main a[href="${CSS.escape(address)}"]` : null;
}

function answers(does) {
  document.getElementById("connection").hidden = does;
}

function listen() {
  stream?.close();
  stream = new EventSource("/events");
  stream.onmessage = async ({ data }) => {
    try {
      if (data && data !== document.querySelector("main").dataset.seen && !busy()) await refresh();
      answers(true);
    } catch {
      answers(false);
    }
  };
  stream.onerror = () => {
    if (stream.readyState !== EventSource.CLOSED) return answers(false);
    setTimeout(look, LATER); // refused: too many listen
  };
}

async function look() {
  if (document.visibilityState !== "visible") return;
  try {
    await refresh();
    answers(true);
  } catch {
    answers(false);
  }
  listen();
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") listen();
  else stream?.close();
});
listen();
