// A screen that nobody watches does not go on showing somebody's file: when the session has ended by a pause, the page
// goes blank and its part's first page says why. The server ends the session whether or not this file runs.

const { idle, idleHome } = document.body.dataset;
const LIMIT = (Number(idle) + 1) * 1000; // the server's answer is older than its page
const LOOK = 10_000; // a machine that slept counts no time: the clock is looked at
const others = "BroadcastChannel" in window ? new BroadcastChannel("idle") : null;
let since = Date.now();
let gone = false;

function asked() {
  since = Date.now();
}

// Every open page stands on the same session.
function tell() {
  asked();
  others?.postMessage("asked");
}

function look() {
  if (gone) return;
  if (Date.now() - since < LIMIT) return;
  gone = true;
  document.title = "…";
  document.body.replaceChildren();
  location.replace(idleHome);
}

function wait() {
  look();
  if (!gone) setTimeout(wait, Math.max(0, Math.min(LOOK, LIMIT - (Date.now() - since))));
}

if (Number(idle) > 0) {
  others?.addEventListener("message", asked);
  document.addEventListener("htmx:afterRequest", tell);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
  tell();
  wait();
}
