// Leaving in a hurry: the page is blank at once, the session ends behind it, and the weather takes its place in the
// history. The form works without this file.

const form = document.querySelector("form[data-quick-exit]");
const others = "BroadcastChannel" in window ? new BroadcastChannel("quick-exit") : null;
const TWICE_WITHIN = 1000;

function vanish() {
  document.title = "…";
  document.body.replaceChildren();
  location.replace(form.dataset.quickExit);
}

function leave() {
  const action = form.action;
  others?.postMessage("leave");
  // Outlives the page; the answer's redirect is not followed, since nobody waits for it.
  fetch(action, { method: "POST", keepalive: true, redirect: "manual" }).catch(() => {});
  vanish();
}

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    leave();
  });
  // Every open page of this browser goes.
  others?.addEventListener("message", vanish);

  let last = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    if (event.timeStamp - last < TWICE_WITHIN) leave();
    last = event.timeStamp;
  });
}
