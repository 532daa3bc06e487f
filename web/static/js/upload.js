// A form marked data-upload-form sends its files in pieces, so that a broken connection costs one piece and not all of
// them. What is chosen stands as a list that can be put in order. The file box always holds the same files: without this
// file, or when the pieces are not taken, the plain form goes.

const PIECE = 512 * 1024;
const WAITS = [1, 2, 4, 8, 15, 30, 30, 30, 60, 60, 60]; // seconds; five minutes in all

const form = document.querySelector("form[data-upload-form]");
const panel = form?.querySelector("[data-upload]");

const find = (name, within = panel) => within.querySelector(`[data-upload-${name}]`);
const words = (name) => find(`say-${name}`).textContent;
const many = () => form.querySelector('input[type="file"][multiple]');

let chosen = [];
let busy = false;

// The list

// Another list is another sending: what came of the first one is not gone on with.
function renew() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  form.elements.namedItem("token").value = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
}

function keepInBox() {
  renew();
  const all = new DataTransfer();
  for (const file of chosen) all.items.add(file);
  for (const box of form.querySelectorAll("[data-upload-box]")) box.value = "";
  many().files = all.files;
}

function isSame(one, other) {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}

function size(bytes) {
  return `${(bytes / 1048576).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })}\u00a0${words("mega")}`;
}

function row(file, place) {
  const line = find("row").content.firstElementChild.cloneNode(true);
  find("name", line).textContent = words("page").replace("{n}", place + 1);
  find("file", line).textContent = `${file.name}, ${size(file.size)}`;
  for (const [name, to] of [["up", place - 1], ["down", place + 1]]) {
    const button = find(name, line);
    button.disabled = to < 0 || to >= chosen.length;
    button.addEventListener("click", () => move(place, to, name));
  }
  find("remove", line).addEventListener("click", () => remove(place));
  for (const hidden of line.querySelectorAll("[data-upload-which]")) hidden.textContent = ` ${place + 1}`;
  return line;
}

function draw() {
  const list = find("files");
  list.replaceChildren(...chosen.map(row));
  panel.hidden = chosen.length === 0;
  unfit();
}

function move(from, to, name) {
  const [file] = chosen.splice(from, 1);
  chosen.splice(to, 0, file);
  keepInBox();
  draw();
  const button = find(name, find("files").children[to]);
  (button.disabled ? find("remove", find("files").children[to]) : button).focus();
  say(words("moved").replace("{n}", to + 1));
}

function remove(place) {
  chosen.splice(place, 1);
  keepInBox();
  draw();
  const next = find("files").children[Math.min(place, chosen.length - 1)];
  (next ? find("remove", next) : many()).focus();
  say(words("removed"));
}

function say(sentence) {
  find("said").textContent = sentence;
}

// What is wrong

function wrong(sentence) {
  const place = find("error");
  place.hidden = !sentence;
  find("why").textContent = sentence;
  if (sentence) place.focus();
}

// What the server would refuse anyway, said before it is sent.
function unfit() {
  const total = chosen.reduce((sum, file) => sum + file.size, 0);
  const heavy = total > Number(panel.dataset.uploadMost) ? words("heavy") : "";
  const sentence = chosen.some((file) => file.size === 0) ? words("empty") : heavy;
  wrong(sentence);
  return Boolean(sentence);
}

class Refused extends Error {}
class Unfit extends Error {}

// One request: its JSON. A refusal has a sentence; anything else that is no JSON is for the plain form to find out.
async function ask(address, fields) {
  const body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "association"]) {
    const box = form.elements.namedItem(name);
    if (box) body.set(name, box.value);
  }
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
  if (answer.status >= 500 && answer.status !== 503 && answer.status !== 507) throw new TypeError("again");
  if (!(answer.headers.get("Content-Type") ?? "").startsWith("application/json")) throw new Unfit();
  const told = await answer.json();
  if (!answer.ok) throw new Refused(told.error);
  return told;
}

function pause(seconds) {
  return new Promise((go) => {
    const timer = setTimeout(go, seconds * 1000);
    window.addEventListener("online", () => (clearTimeout(timer), go()), { once: true });
  });
}

// Again and again while the connection is broken; `wait` counts from the first failure after a success.
async function patiently(address, fields) {
  for (let tried = 0; ; tried += 1) {
    try {
      return await ask(address, fields);
    } catch (error) {
      if (!(error instanceof TypeError) || tried >= WAITS.length) throw error;
      find("text").textContent = words("broken").replace("{n}", WAITS[tried]);
      await pause(WAITS[tried]);
    }
  }
}

function progress(sent, total) {
  const bar = find("bar");
  bar.max = total;
  bar.value = sent;
  find("text").textContent = words("sending").replace("{n}", Math.floor((100 * sent) / Math.max(total, 1)));
}

async function send() {
  const data = new FormData(form);
  const way = await patiently(panel.dataset.uploadBegin, { token: data.get("token"), kind: data.get("kind") ?? "" });
  const total = chosen.reduce((sum, file) => sum + file.size, 0);
  let before = 0;
  for (const [part, file] of chosen.entries()) {
    let offset = way.received[part] ?? 0;
    while (offset < file.size) {
      progress(before + offset, total);
      const piece = file.slice(offset, offset + PIECE);
      const { reached } = await patiently(way.piece, { part, offset, data: piece });
      if (reached === offset) throw new Unfit(); // it takes nothing: no use in asking for ever
      offset = reached;
    }
    before += file.size;
  }
  progress(total, total);
  return (await patiently(way.finish, {})).page;
}

async function start() {
  busy = true;
  wrong("");
  form.setAttribute("aria-busy", "true");
  find("progress").hidden = false;
  progress(0, 1);
  try {
    const page = await send();
    form.dataset.changed = ""; // nothing that was typed is lost now
    location.assign(page);
  } catch (error) {
    find("progress").hidden = true;
    form.removeAttribute("aria-busy");
    busy = false;
    if (error instanceof Unfit) return form.submit();
    if (error instanceof Refused) renew(); // what was refused is over
    wrong(error instanceof Refused ? error.message : words("lost"));
  }
}

if (form && panel && "DataTransfer" in window) {
  for (const box of form.querySelectorAll("[data-upload-box]")) {
    box.addEventListener("change", () => {
      chosen.push(...[...box.files].filter((file) => !chosen.some((one) => isSame(one, file))));
      keepInBox();
      draw();
      say(words("chosen").replace("{n}", chosen.length));
    });
  }
  form.addEventListener("submit", (event) => {
    if (chosen.length === 0) return; // the server says what is missing
    event.preventDefault();
    if (!busy && !unfit()) void start();
  });
}
