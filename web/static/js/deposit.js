// The preview of a document: a frame drawn on a page with a finger or the mouse is hidden at once; with the keyboard one
// is placed, moved and sized first. The server paints; the part of the page marked data-deposit then comes anew (htmx).
// Without this file, the same is done by the forms.

const STEP = 1; // percent of the page
const LEAST = 0.5; // a tap is no frame

const said = document.querySelector("[data-deposit-said]");
const root = () => document.querySelector("[data-deposit]");
const form = () => root().querySelector("[data-deposit-measures]");
// What stands with a page: its buttons and hints.
const near = (paper, name) => paper.closest("figure").querySelector(`[data-deposit-${name}]`);

let drawing = null; // the page on which a frame is awaited
let back = ""; // who steered a frame goes on from there

function say(sentence) {
  if (said) said.textContent = sentence;
}

const within = (value, most) => Math.min(Math.max(value, 0), most);

// A frame on a page, in percents: {left, top, width, height}

function place(element, box) {
  element.style.left = `${box.left}%`;
  element.style.top = `${box.top}%`;
  element.style.width = `${box.width}%`;
  element.style.height = `${box.height}%`;
}

function frame(paper, box, name) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "deposit__frame";
  element.setAttribute("aria-label", name);
  element.setAttribute("aria-describedby", near(paper, "keys").id);
  place(element, box);
  paper.append(element);
  return element;
}

// Hide it: `which` is the place of one's own zone that moves there, "" for a new one.
function hide(paper, box, which = "") {
  const boxes = form().elements;
  const page = boxes.namedItem("page");
  page.value = paper.dataset.depositPage;
  for (const [name, value] of Object.entries(box)) boxes.namedItem(name).value = value.toFixed(2);
  form().querySelector("[data-deposit-which]").value = which;
  form().requestSubmit();
}

// By touch and mouse

// For one frame, on one page: while it is awaited, a finger on that page draws and does not scroll.
function draw(paper) {
  for (const one of root().querySelectorAll("[data-deposit-page]")) {
    const on = one === paper;
    one.classList.toggle("deposit__paper--draw", on);
    near(one, "draw").setAttribute("aria-pressed", String(on));
    near(one, "hint").hidden = !on;
  }
  drawing = paper;
  if (paper) say(near(paper, "hint").textContent);
}

function point(paper, event) {
  const area = paper.getBoundingClientRect();
  return {
    x: within((100 * (event.clientX - area.left)) / area.width, 100),
    y: within((100 * (event.clientY - area.top)) / area.height, 100),
  };
}

function between(one, other) {
  return {
    left: Math.min(one.x, other.x),
    top: Math.min(one.y, other.y),
    width: Math.abs(one.x - other.x),
    height: Math.abs(one.y - other.y),
  };
}

function begin(paper, event) {
  if (drawing !== paper || !event.isPrimary || event.button !== 0) return;
  event.preventDefault();
  const from = point(paper, event);
  const element = frame(paper, between(from, from), "");
  paper.setPointerCapture(event.pointerId);
  const gone = new AbortController();
  const { signal } = gone;
  const end = () => (gone.abort(), element.remove());
  paper.addEventListener("pointermove", (move) => place(element, between(from, point(paper, move))), { signal });
  paper.addEventListener("pointercancel", end, { signal });
  paper.addEventListener(
    "pointerup",
    (up) => {
      const box = between(from, point(paper, up));
      if (box.width < LEAST || box.height < LEAST) return end();
      gone.abort();
      back = `[data-deposit-page="${paper.dataset.depositPage}"]`;
      draw(null);
      hide(paper, box);
    },
    { signal },
  );
}

// By keyboard

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function moved(box, [x, y], sizes) {
  if (sizes) {
    return {
      ...box,
      width: Math.max(STEP, within(box.width + x * STEP, 100 - box.left)),
      height: Math.max(STEP, within(box.height + y * STEP, 100 - box.top)),
    };
  }
  return {
    ...box,
    left: within(box.left + x * STEP, 100 - box.width),
    top: within(box.top + y * STEP, 100 - box.height),
  };
}

function tell(box) {
  const words = root().dataset.sayBox;
  const numbers = { l: box.left, t: box.top, w: box.width, h: box.height };
  say(words.replace(/\{(\w)\}/g, (_, name) => Math.round(numbers[name])));
}

// `which`: of a zone that stands already. Enter hides what the frame covers; Escape leaves all as it was.
function steer(paper, element, box, { which = "", remove, leave }) {
  let now = box;
  element.addEventListener("focus", () => (near(paper, "keys").hidden = false));
  element.addEventListener("blur", () => (near(paper, "keys").hidden = true));
  element.addEventListener("keydown", (event) => {
    const way = ARROWS[event.key];
    if (way) {
      now = moved(now, way, event.shiftKey);
      place(element, now);
      tell(now);
    } else if (event.key === "Enter") {
      back = which ? `[data-which="${which}"]` : `[data-deposit-page="${paper.dataset.depositPage}"]`;
      hide(paper, now, which);
    } else if (event.key === "Escape") {
      now = box;
      place(element, now);
      leave();
    } else if (event.key === "Delete" || event.key === "Backspace") remove();
    else return;
    event.preventDefault();
  });
}

function addByKeyboard(paper) {
  const box = { left: 30, top: 45, width: 40, height: 6 };
  const button = near(paper, "key");
  const element = frame(paper, box, button.textContent.trim());
  const leave = () => (element.remove(), button.focus());
  steer(paper, element, box, { leave, remove: leave });
  element.focus();
  say(near(paper, "keys").textContent);
}

function ownFrames() {
  for (const line of root().querySelectorAll("[data-deposit-own]")) {
    const { depositOwn: which, depositOn: page, depositBox, depositName } = line.dataset;
    const paper = root().querySelector(`[data-deposit-page="${page}"]`);
    if (!paper) continue;
    const [left, top, width, height] = depositBox.split(" ").map((one) => 100 * Number(one));
    const box = { left, top, width, height };
    const element = frame(paper, box, depositName);
    element.classList.add("deposit__frame--own");
    element.dataset.which = which;
    const button = line.querySelector("button");
    steer(paper, element, box, { which, leave: () => element.blur(), remove: () => button.click() });
  }
}

function ready() {
  if (!root()?.querySelector("[data-deposit-tools][hidden]")) return; // it is ready, or shows what came
  for (const paper of root().querySelectorAll("[data-deposit-page]")) {
    near(paper, "tools").hidden = false;
    near(paper, "draw").addEventListener("click", () => draw(drawing === paper ? null : paper));
    near(paper, "key").addEventListener("click", () => addByKeyboard(paper));
    paper.addEventListener("pointerdown", (event) => begin(paper, event));
  }
  ownFrames();
}

// What is sent from here comes back as the same part of the page, its picture painted anew.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status !== 422) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});
document.addEventListener("htmx:afterSettle", () => {
  if (!root()) return;
  ready();
  if (root().dataset.said) say(root().dataset.said);
  if (document.activeElement === document.body) goOn();
  back = "";
});

// Who steered or drew a frame goes on from there: at the frame, else at the buttons of its page.
function goOn() {
  const found = back ? root().querySelector(back) : null;
  const shown = (one) => one?.offsetParent !== null;
  const buttons = found?.matches("[data-deposit-page]") ? [near(found, "key"), near(found, "draw")] : [found];
  const next = buttons.find((one) => one && shown(one)) ?? root().querySelector("[data-deposit-draw]");
  next?.focus({ preventScroll: true });
}

ready();
