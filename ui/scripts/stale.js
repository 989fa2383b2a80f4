// Fades an answer as soon as the form holds other inputs than it was asked with, and says so. Nothing is sent
// meanwhile. `data`: `case` is the case of the answer that can fade, if any; `form` and `widgets` name the form and the
// class of each field's container; `asked` has what the one box of a field holds, or its chosen word, as long as that is
// what was asked; `isEarlier` says that the server faded one; `words`, `link`, `linkWords` are said.
// A hidden checkbox tells the server with whatever is sent next.
const STYLE = "mds-stale";
const RULES = ".st-key-answer_now { opacity: .55; } .st-key-answer_more { display: none !important; }";
const BEFORE = ["pointerdown", "keydown", "focusin", "drop", "paste", "wheel"]; // of a change
const AFTER = ["input", "change"];
const OTHER = "\u0000"; // stands for a value that surely is not what was asked
const DRAWN_LATE = 1500; // milliseconds in which a box that nobody touched may still hold something else
const state = (window.mdsStale ??= {
  data: null, asked: {}, touched: new Set(), last: {}, cells: {}, sent: null, odd: {}, serial: new WeakMap(),
});

function container(key) {
  return document.querySelector("." + CSS.escape("st-key-" + key));
}

function form() {
  const [first] = Object.values(state.data.widgets);
  return (first && container(first)?.closest('[data-testid="stForm"]')) || document.querySelector('[data-testid="stForm"]');
}

function submit() {
  return form()?.querySelector('[data-testid="stFormSubmitButton"] button');
}

// Two ways to write one number are one number.
function written(box) {
  return box.type === "number" && box.value !== "" ? String(Number(box.value)) : box.value;
}

// A file is what it is called and when it came: another one of the same name is another one.
function serial(element) {
  if (!state.serial.has(element)) state.serial.set(element, (state.count = (state.count || 0) + 1));
  return state.serial.get(element);
}

function valuesIn(container) {
  const all = (selector) => [...container.querySelectorAll(selector)];
  return JSON.stringify([
    all("textarea, input:not([type=file], [type=checkbox], [type=radio])").map(written),
    all('[role="spinbutton"][data-type]').map((part) => part.getAttribute("aria-valuenow")),
    all('[role="radio"][aria-checked="true"], [aria-pressed="true"]').map((chosen) => chosen.textContent),
    all("input:checked").map((box) => box.closest("label")?.textContent || ""),
    all('[data-testid="stFileChipName"]').map((chip) => [chip.title, serial(chip)]),
    all('[data-testid="stCameraInput"] img').map((picture) => picture.src),
    all('[data-testid="stAudioInput"] [aria-label="Clear recording"]').map(serial),
    all("table[role=grid]").map((grid) => [grid.getAttribute("aria-rowcount"), changed(grid)]),
  ]);
}

// A table is painted, and only the cells in sight are there as words: each is compared with what it first held.
function changed(grid) {
  const first = (state.cells[serial(grid)] ??= {});
  const texts = [...grid.querySelectorAll("tbody tr")].flatMap((row) =>
    [...row.querySelectorAll("[aria-colindex]")].map((cell) => [
      `${row.getAttribute("aria-rowindex")}:${cell.getAttribute("aria-colindex")}`,
      cell.textContent,
    ]),
  );
  return texts.filter(([place, text]) => (first[place] ??= text) !== text);
}

function collected() {
  const containers = Object.entries(state.data.widgets).map(([name, key]) => [name, container(key)]);
  return Object.fromEntries(containers.filter(([, where]) => where).map(([name, where]) => [name, valuesIn(where)]));
}

function nameOf(target) {
  return Object.keys(state.data.widgets).find((name) => container(state.data.widgets[name])?.contains(target));
}

// Somebody has this field in hand: from now on it is compared with what it held before.
function touch(event, isBefore) {
  const name = state.data && nameOf(event.target);
  if (!name) return;
  if (event.target.closest('[role="tab"]')) return letGo(name);
  const now = isBefore ? valuesIn(container(state.data.widgets[name])) : undefined;
  for (const answer of [{ touched: state.touched, values: state.asked }, state.sent]) {
    if (!answer || answer.touched.has(name)) continue;
    if (isBefore) answer.values[name] = now;
    answer.touched.add(name);
  }
}

// Another tab of a field shows the same value in another way.
function letGo(name) {
  if (valuesIn(container(state.data.widgets[name])) === state.asked[name]) state.touched.delete(name);
}

// Whether a field of one box, or of a row of words, holds what was asked, as the server says; undefined for any other.
function holdsAsked(name) {
  const asked = state.data.asked?.[name];
  const where = container(state.data.widgets[name]);
  if (asked === undefined || !where) return undefined;
  const words = [...where.querySelectorAll('[role="radio"]')];
  if (words.length) return words.filter((word) => word.ariaChecked === "true").map((word) => word.textContent.trim()).join() === asked.trim();
  const boxes = where.querySelectorAll("textarea, input");
  const [box] = boxes;
  if (boxes.length !== 1 || box.role === "combobox" || ["checkbox", "radio", "file"].includes(box.type)) return undefined;
  if (box.type !== "number") return box.value === asked.replace(/\r\n?/g, "\n");
  return box.value === "" || asked === "" ? box.value === asked : Number(box.value) === Number(asked);
}

// What is compared with what the field holds now. Of a field of which the server does not say it, what nobody has touched
// holds what was asked: a table's cells are drawn late, and the page is drawn anew with values written in another way.
function baseline(name, value) {
  const isAsked = holdsAsked(name);
  if (isAsked === undefined) return state.touched.has(name) ? state.asked[name] : value;
  if (isAsked) delete state.odd[name];
  else state.odd[name] ??= Date.now();
  const isLate = !state.touched.has(name) && Date.now() - state.odd[name] < DRAWN_LATE;
  return isAsked || isLate ? value : OTHER;
}

function differs() {
  for (const [name, key] of Object.entries(state.data.widgets)) if (!state.touched.has(name)) forgetCells(container(key));
  const now = collected();
  for (const [name, value] of Object.entries(now)) state.asked[name] = baseline(name, value);
  state.last = { ...state.last, ...now };
  return Object.entries(state.last).some(([name, value]) => value !== (state.asked[name] ?? value));
}

function forgetCells(where) {
  where?.querySelectorAll("table[role=grid]").forEach((grid) => delete state.cells[serial(grid)]);
}

function show(isStale) {
  let style = document.getElementById(STYLE);
  if (!style) document.head.append((style = Object.assign(document.createElement("style"), { id: STYLE })));
  style.textContent = isStale ? RULES : "";
  const box = container("answer_differs")?.querySelector("input");
  if (box && box.checked !== isStale) box.click();
  if (state.draw) state.draw(isStale);
}

function check() {
  const { data } = state;
  if (data && state.root?.isConnected) show(Boolean(data.case) && differs());
}

function listen() {
  const on = (kind, work) => document.addEventListener(kind, work, true);
  const isInForm = (event) => event.target.closest && form()?.contains(event.target);
  let timers = [];
  const later = () => {
    timers.forEach(clearTimeout);
    timers = [100, 600].map((time) => setTimeout(check, time)); // a table says its cells a moment later
  };
  BEFORE.forEach((kind) => on(kind, (event) => touch(event, true)));
  AFTER.forEach((kind) => on(kind, (event) => touch(event, false)));
  const isOurs = (event) => container("answer_differs")?.contains(event.target);
  ["input", "change", "click", "keyup", "drop", "paste"].forEach((kind) => on(kind, (event) => isOurs(event) || later()));
  on("click", (event) => state.data && submit()?.contains(event.target) && press());
  on("keydown", (event) => state.data && event.key === "Enter" && isInForm(event) && press());
  const seen = { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-valuenow", "aria-checked", "title"] };
  setInterval(() => document.hidden || check(), 1000); // a slow browser changes a box after all of these
  new MutationObserver((changes) => changes.some(isOfForm) && later()).observe(document.body, seen);
}

function isOfForm(change) {
  return change.target.closest?.('[data-testid="stForm"]');
}

// What is sent now: whoever types on while the model is asked has other inputs than its answer.
function press() {
  const before = state.cells;
  state.cells = {};
  state.sent = { form: state.data.form, values: { ...state.last, ...collected() }, cells: state.cells, touched: new Set() };
  state.cells = before;
}

function make(name, attributes, text) {
  const element = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.textContent = text;
  return element;
}

function build(root, { data, setTriggerValue }) {
  const words = make("output", { "aria-live": "polite" }, "");
  const again = make("button", { type: "button", class: "first" }, "Predict again");
  const restore = make("button", { type: "button" }, "Restore them");
  const row = make("div", { class: "row" }, "");
  row.append(...(data.isEarlier ? [again] : [again, restore]));
  const host = root.querySelector(".host") ?? root.appendChild(make("div", { class: "host" }, ""));
  host.replaceChildren(words, row); // beside the styles, which are children of the root too
  again.onclick = () => submit()?.click();
  restore.onclick = () => setTriggerValue("restore", true);
  return (isStale) => {
    const isSaid = words.childNodes.length > 0;
    if (isStale !== isSaid) words.replaceChildren(...(isStale ? [`${data.words} `, ...(data.link ? [make("a", { href: data.link }, data.linkWords)] : [])] : []));
    row.hidden = !(isStale || data.isEarlier);
  };
}

export default function (component) {
  const { data, parentElement: root } = component;
  const last = state.data;
  Object.assign(state, { data, root });
  if (!last || last.case !== data.case || last.form !== data.form) {
    const sent = state.sent?.form === data.form ? state.sent : { values: {}, cells: {}, touched: new Set() };
    Object.assign(state, { asked: sent.values, touched: sent.touched, cells: sent.cells, last: {}, sent: null, odd: {} });
  }
  state.draw = build(root, component);
  if (!state.heard) {
    state.heard = true;
    listen();
  }
  check();
  return () => {
    if (state.root === root) show(false);
  };
}
