// Small comforts hooked by data-* attributes. Every page works without this file.

const root = document.documentElement;

function switchTheme() {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // Kept for this page only.
  }
}

async function copyText(button) {
  const source = document.querySelector(button.dataset.copy);
  if (!source || !navigator.clipboard) return;
  await navigator.clipboard.writeText(source.textContent.trim());
  const said = button.dataset.copied;
  if (said) button.textContent = said;
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  if (target.closest("[data-theme-switch]")) return switchTheme();
  if (target.closest("[data-print]")) return window.print();
  const copy = target.closest("[data-copy]");
  if (copy) return void copyText(copy);
  // A click beside an open menu closes it.
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
});

// What is downloaded once: the form gives way to the words that say so. A refusal brings its own page.
function once(form) {
  const words = document.querySelector(form.dataset.once);
  if (!words) return;
  form.hidden = true;
  words.hidden = false;
  words.focus();
}

// The second press of a button sends nothing; the page that comes back from the browser's memory is usable again.
let sent = new WeakSet();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) return;
  if (sent.has(form)) return event.preventDefault();
  sent.add(form);
  setTimeout(() => sent.delete(form), 10000); // a download leaves the page where it is
  form.setAttribute("aria-busy", "true");
  form.dataset.changed = "";
  if (form.dataset.once) setTimeout(() => once(form));
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  sent = new WeakSet();
  // Who signed out meanwhile must not see it by going back: the server says.
  if (document.body.matches(".member, .desk")) location.reload();
});

// A form marked data-keep asks before what was typed is lost.
document.addEventListener("input", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form[data-keep]") : null;
  if (form) form.dataset.changed = "yes";
});
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector('form[data-keep][data-changed="yes"]')) event.preventDefault();
});

// After a mistake, the reader starts at what is to be corrected.
document.querySelector("[data-error-summary]")?.focus();
