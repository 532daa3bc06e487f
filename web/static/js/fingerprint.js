// A file that its owner keeps. The browser makes the salt and the sum: neither the file nor the salt is sent anywhere.
//   form[data-kept-form]   notes a fingerprint: posts the sum alone, then shows the receipt, which is made here
//   [data-proof]           compares a file and a salt with the fingerprint that stands in the attribute
// Without this file, or where the browser knows no sums (an address in plain), the plain forms go.

const MOST = 25 * 1024 * 1024;
const SALT = 32;
const known = globalThis.crypto?.subtle;

const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
const bytesOf = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));

async function sum(salt, file) {
  const whole = new Uint8Array(salt.length + file.size);
  whole.set(salt);
  whole.set(new Uint8Array(await file.arrayBuffer()), salt.length);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", whole)));
}

const show = (element) => {
  element.hidden = false;
  element.focus();
};

function groups(element, signs) {
  const parts = signs.match(/.{1,4}/g).map((four) => {
    const part = document.createElement("span");
    part.textContent = four;
    return part;
  });
  element.replaceChildren(...parts);
}

function heard(root) {
  for (const one of root.querySelectorAll("[data-kept-plain]")) one.hidden = true;
  for (const one of root.querySelectorAll("[data-kept-local]")) one.hidden = false;
}

// Noting one

function note(form) {
  const find = (name) => document.querySelector(`[data-kept-${name}]`);
  const words = (name) => find(`say-${name}`).textContent;
  const button = form.querySelector('[type="submit"]');
  let salt = null;
  let salted = null;
  let receipt = "";

  function sorry(sentence) {
    find("error").textContent = sentence;
    show(find("error"));
  }

  function complaint(file, kind) {
    if (!kind) return words("kind");
    if (!file) return words("none");
    if (file.size === 0) return words("empty");
    return file.size > MOST ? words("heavy") : "";
  }

  // The same salt as long as the file is the same: a second try after a broken connection is the same fingerprint.
  async function fingerprintOf(file) {
    if (salted !== file) {
      salt = crypto.getRandomValues(new Uint8Array(SALT));
      salted = file;
    }
    return sum(salt, file);
  }

  async function send(file) {
    const typed = new FormData(form);
    const fingerprint = await fingerprintOf(file);
    const body = new URLSearchParams();
    for (const name of ["csrfmiddlewaretoken", "token", "kind"]) body.set(name, typed.get(name));
    body.set("fingerprint", fingerprint);
    const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) return sorry(told.error);
    done({ ...told, fingerprint, salt: hex(salt) });
  }

  function done(told) {
    const fill = (name, text) => (document.querySelector(`[data-receipt-${name}]`).textContent = text);
    fill("document", told.document);
    fill("day", told.recorded_on);
    groups(document.querySelector("[data-receipt-fingerprint]"), told.fingerprint);
    groups(document.querySelector("[data-receipt-salt]"), told.salt);
    receipt = find("text").textContent.replace(/\{(\w+)\}/g, (all, name) => told[name] ?? all);
    find("before").hidden = true;
    find("after").hidden = false;
    find("title").textContent = words("done");
    find("title").focus();
  }

  function save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([receipt], { type: "text/plain" }));
    link.download = "recu.txt";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    const file = form.querySelector("[data-kept-file]").files[0];
    const wrong = complaint(file, new FormData(form).get("kind"));
    if (wrong) return sorry(wrong);
    find("error").hidden = true;
    find("busy").hidden = false;
    button.disabled = true;
    try {
      await send(file);
    } catch {
      sorry(words("lost"));
    } finally {
      find("busy").hidden = true;
      button.disabled = false;
    }
  });
  find("save").addEventListener("click", save);
  heard(document);
}

// Proving one

// What may be the salt: all that was typed, or each run of as many signs in a receipt.
function saltsIn(typed) {
  const text = typed.slice(0, 20000).toLowerCase();
  const alone = text.replace(/[\s.-]+/g, "");
  if (/^[0-9a-f]{64}$/.test(alone)) return [alone];
  return text.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g) ?? [];
}

function prove(root) {
  const form = root.querySelector("[data-proof-form]");
  const find = (name) => root.querySelector(`[data-proof-${name}]`);

  async function salts() {
    const [receipt] = find("receipt").files;
    const told = receipt ? saltsIn(await receipt.slice(0, 20000).text()) : [];
    return told.length ? told : saltsIn(find("salt").value);
  }

  async function verdict() {
    const file = form.querySelector("[data-kept-file]").files[0];
    const found = await salts();
    if (!file) return "say-none";
    if (file.size > MOST) return "say-heavy";
    if (!found.length) return "say-salt";
    for (const salt of found) if ((await sum(bytesOf(salt), file)) === root.dataset.proof) return "yes";
    return "no";
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const name of ["yes", "no", "error"]) find(name).hidden = true;
    const said = await verdict();
    if (said === "yes" || said === "no") return show(find(said));
    find("error").textContent = find(said).textContent;
    show(find("error"));
  });
  heard(root);
}

if (known) {
  for (const form of document.querySelectorAll("[data-kept-form]")) note(form);
  for (const root of document.querySelectorAll("[data-proof]")) prove(root);
}
