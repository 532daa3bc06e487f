// Before the first paint: the theme that this browser chose, else the system's. A file of its own, as no inline script may run.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // Storage may be forbidden: the system decides.
  }
})();
