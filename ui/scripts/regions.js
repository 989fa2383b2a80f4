// Boxes on a picture, or segments of a sound: drawn, moved, resized, named and taken away, by pointer and by keys.
// `data`: `kind` ("boxes" or "segments"), `noun`, `width` and `height` of the whole (pixels, or seconds and 1), `picture`
// (an address) or `peaks` (0 to 1), `labels` that are known, `items` ({label, edges: [left, top, right, bottom]}), `answer`
// (the model's own items), `most`, `title`, `token` (another one: begin anew). The state `drawn` is what stands there now.
const LEAST = 4; // pixels of the screen: less is a click, and draws nothing
const SIDES = { nw: [0, 1], ne: [2, 1], se: [2, 3], sw: [0, 3], n: [1], s: [3], w: [0], e: [2] };
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...inside);
  return element;
}

const isSound = (at) => at.data.kind === "segments";
const clamp = (value, most) => Math.min(Math.max(value, 0), most);
const copy = (items) => items.map((item) => ({ label: item.label, edges: [...item.edges] }));

// As it is kept: a tenth of a pixel, a millisecond.
function rounded(at, item) {
  const digits = isSound(at) ? 1000 : 10;
  return { label: item.label.trim(), edges: item.edges.map((edge) => Math.round(edge * digits) / digits) };
}

function words(at, item, number) {
  const [left, top, right, bottom] = rounded(at, item).edges;
  const place = isSound(at) ? `${left.toFixed(2)} to ${right.toFixed(2)} s` : `${left}, ${top} to ${right}, ${bottom}`;
  return `${at.data.noun[0].toUpperCase()}${at.data.noun.slice(1)} ${number + 1}${item.label ? ` ${item.label}` : ""}: ${place}`;
}

function say(at, sentence) {
  at.output.textContent = sentence;
}

// Held keys make one change: the page hears of it when they rest, or when the focus leaves.
function changed(at, isAtOnce) {
  clearTimeout(at.timer);
  at.isWaiting = true;
  if (isAtOnce) tell(at);
  else at.timer = setTimeout(() => tell(at), 300);
}

function tell(at) {
  clearTimeout(at.timer);
  if (!at.isWaiting) return;
  at.isWaiting = false;
  at.send("drawn", at.items.map((item) => rounded(at, item)));
}

// What is drawn.

function placed(at, element, item) {
  const [left, top, right, bottom] = item.edges;
  const { width, height } = at.data;
  element.style.left = `${(100 * left) / width}%`;
  element.style.top = `${(100 * top) / height}%`;
  element.style.width = `${(100 * (right - left)) / width}%`;
  element.style.height = `${(100 * (bottom - top)) / height}%`;
}

function region(at, item, number) {
  const isChosen = number === at.chosen;
  const element = make("div", { class: "region", role: "button", tabindex: "0", "aria-pressed": String(isChosen), "data-focus": `region-${number}` });
  element.setAttribute("aria-label", words(at, item, number));
  element.append(make("span", { class: "tag", "aria-hidden": "true" }, `${number + 1} ${item.label}`.trim()));
  if (isChosen) {
    // The whole of an edge can be dragged; the corners lie above it.
    if (!isSound(at)) for (const side of ["n", "s", "w", "e"]) element.append(make("i", { class: `edge ${side}`, "data-side": side }));
    for (const side of isSound(at) ? ["w", "e"] : ["nw", "ne", "se", "sw"]) element.append(make("i", { class: `handle ${side}`, "data-side": side }));
  }
  element.onfocus = () => choose(at, number);
  element.onkeydown = (event) => press(at, event, number);
  placed(at, element, item);
  return element;
}

function labelled(at, item, number) {
  const name = { "aria-label": `Label of ${at.data.noun} ${number + 1}`, "data-focus": `label-${number}` };
  const names = at.data.labels;
  const field = names.length ? make("select", name) : make("input", { ...name, maxlength: "200", placeholder: "label", list: "names", autocomplete: "off" });
  if (names.length) {
    const offered = [...new Set([...(item.label && names.includes(item.label) ? [] : [item.label]), ...names])];
    field.append(...offered.map((label) => make("option", { value: label }, label || "(no label)")));
  }
  field.value = item.label;
  field.oninput = () => {
    item.label = field.value;
    changed(at, names.length > 0);
    const tag = at.stage.querySelectorAll(".tag")[number];
    if (tag) tag.textContent = `${number + 1} ${item.label}`.trim();
  };
  field.onchange = () => {
    draw(at);
    changed(at, true);
    say(at, words(at, item, number));
  };
  return field;
}

function row(at, item, number) {
  const pick = make("button", { type: "button", class: "pick", "aria-pressed": String(number === at.chosen), "data-focus": `pick-${number}` }, words(at, { ...item, label: "" }, number));
  pick.onclick = () => {
    choose(at, number);
    say(at, `${words(at, item, number)}. Arrows move it, Shift and arrows resize it, Delete takes it away.`);
  };
  pick.onkeydown = (event) => press(at, event, number);
  const away = make("button", { type: "button", "aria-label": `Delete ${at.data.noun} ${number + 1}`, "data-focus": `away-${number}` }, "Delete");
  away.onclick = () => remove(at, number);
  return make("li", {}, pick, labelled(at, item, number), away);
}

function draw(at) {
  const focused = at.root.querySelector(":focus")?.dataset.focus;
  at.isDrawing = true;
  at.stage.querySelectorAll(".region").forEach((element) => element.remove());
  at.stage.append(...at.items.map((item, number) => region(at, item, number)));
  at.list.replaceChildren(...at.items.map((item, number) => row(at, item, number)));
  at.add.disabled = at.items.length >= at.data.most;
  if (focused) at.root.querySelector(`[data-focus="${focused}"]`)?.focus({ preventScroll: true });
  at.isDrawing = false;
}

function choose(at, number) {
  if (at.isDrawing || at.chosen === number) return;
  at.chosen = number;
  draw(at);
}

// What is done.

function moved(at, edges, across, down) {
  const { width, height } = at.data;
  const right = Math.min(Math.max(across, -edges[0]), width - edges[2]);
  const lower = isSound(at) ? 0 : Math.min(Math.max(down, -edges[1]), height - edges[3]);
  return [edges[0] + right, edges[1] + lower, edges[2] + right, edges[3] + lower];
}

function tidy(at, edges) {
  const { width, height } = at.data;
  const across = [clamp(edges[0], width), clamp(edges[2], width)].sort((a, b) => a - b);
  const down = isSound(at) ? [0, height] : [clamp(edges[1], height), clamp(edges[3], height)].sort((a, b) => a - b);
  return [across[0], down[0], across[1], down[1]];
}

function remove(at, number) {
  at.items.splice(number, 1);
  at.chosen = Math.min(number, at.items.length - 1);
  draw(at);
  changed(at, true);
  say(at, `${at.data.noun} ${number + 1} is deleted, ${at.items.length} left.`);
  (at.root.querySelector(`[data-focus="pick-${at.chosen}"]`) || at.add).focus();
}

function add(at, edges) {
  if (at.items.length >= at.data.most) return say(at, `At most ${at.data.most} can be kept.`);
  const label = at.items[at.chosen]?.label ?? at.data.labels[0] ?? "";
  at.items.push({ label, edges: tidy(at, edges) });
  at.chosen = at.items.length - 1;
  draw(at);
  at.root.querySelector(`[data-focus="region-${at.chosen}"]`).focus({ preventScroll: true });
  changed(at, true);
  say(at, `Added. ${words(at, at.items[at.chosen], at.chosen)}`);
}

function press(at, event, number) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const item = at.items[number];
  const move = MOVES[event.key];
  if (event.key === "Delete" || event.key === "Backspace") remove(at, number);
  else if (move && item) {
    const [across, down] = [move[0] * at.step, move[1] * at.step];
    const { edges } = item;
    const grown = [edges[0], edges[1], Math.max(edges[2] + across, edges[0] + at.step), Math.max(edges[3] + down, edges[1] + at.step)];
    item.edges = event.shiftKey ? tidy(at, grown) : moved(at, edges, across, down);
    at.chosen = number;
    draw(at);
    changed(at, false);
    say(at, words(at, item, number));
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function where(at, event) {
  const box = at.stage.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * at.data.width, ((event.clientY - box.top) / box.height) * at.data.height];
}

// What a pointer that moves does: to draw a new one, to resize or to move the one under it.
function grasp(at, event) {
  if (event.button) return;
  const element = event.target.closest(".region");
  const [x, y] = where(at, event);
  const side = event.target.dataset.side;
  const number = element ? [...at.stage.querySelectorAll(".region")].indexOf(element) : -1;
  at.grip = { x, y, side, number, from: [event.clientX, event.clientY], edges: number < 0 ? null : [...at.items[number].edges] };
  event.preventDefault();
  at.stage.setPointerCapture(event.pointerId);
  if (number >= 0) {
    choose(at, number);
    at.root.querySelector(`[data-focus="region-${number}"]`)?.focus({ preventScroll: true });
  }
}

function drag(at, event) {
  const { grip } = at;
  if (!grip) return;
  const [x, y] = where(at, event);
  grip.isFar ||= Math.hypot(event.clientX - grip.from[0], event.clientY - grip.from[1]) >= LEAST;
  if (!grip.isFar) return;
  if (grip.number < 0) {
    at.ghost.hidden = false;
    return placed(at, at.ghost, { edges: tidy(at, [grip.x, grip.y, x, y]) });
  }
  const item = at.items[grip.number];
  const edges = [...grip.edges];
  if (grip.side) SIDES[grip.side].forEach((place) => (edges[place] += place % 2 ? y - grip.y : x - grip.x));
  item.edges = grip.side ? tidy(at, edges) : moved(at, edges, x - grip.x, y - grip.y);
  placed(at, at.stage.querySelectorAll(".region")[grip.number], item);
}

function letGo(at, event, isKept) {
  const { grip } = at;
  at.grip = null;
  at.ghost.hidden = true;
  if (!grip?.isFar) return;
  const [x, y] = where(at, event);
  if (grip.number < 0) {
    const edges = tidy(at, [grip.x, grip.y, x, y]);
    if (isKept && edges[2] - edges[0] > 0 && edges[3] - edges[1] > 0) add(at, edges);
    return;
  }
  const item = at.items[grip.number];
  const isFlat = rounded(at, item).edges.some((edge, place, all) => place < 2 && all[place + 2] <= edge);
  if (!isKept || isFlat) item.edges = grip.edges;
  draw(at);
  changed(at, true);
  say(at, words(at, item, grip.number));
}

// What stands there.

function wave(peaks) {
  const SVG = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const ends = peaks.map((peak, place) => `${place} ${1 - peak}`);
  const back = peaks.map((peak, place) => `${place} ${1 + peak}`).reverse();
  path.setAttribute("d", `M${[...ends, ...back].join("L")}Z`);
  svg.setAttribute("viewBox", `0 0 ${Math.max(peaks.length - 1, 1)} 2`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}

function button(name, does) {
  const element = make("button", { type: "button", "data-focus": name }, name);
  element.onclick = does;
  return element;
}

function middle({ width, height }) {
  return [width * 0.375, height * 0.375, width * 0.625, height * 0.625];
}

function begin(root, data) {
  const at = { root, data, items: copy(data.items), chosen: -1, token: data.token };
  at.step = data.kind === "segments" ? Math.max(0.01, Math.round(data.width / 2) / 100) : Math.max(1, Math.round(data.width / 200));
  at.stage = make("div", { class: `stage ${data.kind}`, role: "application", "aria-label": data.title, "aria-describedby": "how" });
  at.stage.append(data.picture ? make("img", { src: data.picture, alt: "", draggable: "false" }) : wave(data.peaks));
  at.ghost = make("div", { class: "ghost", hidden: "" });
  at.stage.append(at.ghost);
  at.list = make("ol", { "aria-label": `The ${data.kind}` });
  at.output = make("output", { "aria-live": "polite" });
  at.add = button(`Add a ${data.noun}`, () => add(at, middle(at.data)));
  const back = button("As the model answered", () => {
    at.items = copy(at.data.answer);
    at.chosen = -1;
    draw(at);
    changed(at, true);
    say(at, `As the model answered: ${at.items.length}.`);
  });
  const how = `Drag where nothing is to draw; drag one to move it, its ${data.kind === "segments" ? "edges" : "edges and corners"} to resize it. Keys: arrows move, Shift and arrows resize, Delete.`;
  const names = make("datalist", { id: "names" }, ...data.names.map((label) => make("option", { value: label })));
  const ends = data.kind === "segments" ? [make("div", { class: "ends", "aria-hidden": "true" }, make("span", {}, "0 s"), make("span", {}, `${data.width.toFixed(2)} s`))] : [];
  root.replaceChildren(make("p", { id: "how" }, how), at.stage, ...ends, make("div", { class: "bar" }, at.add, back), at.list, names, at.output);
  at.stage.onpointerdown = (event) => grasp(at, event);
  at.stage.onpointermove = (event) => drag(at, event);
  at.stage.onpointerup = (event) => letGo(at, event, true);
  at.stage.onpointercancel = (event) => letGo(at, event, false);
  root.onfocusout = () => tell(at);
  // The page's own keys are for who does not type here; Ctrl+Enter sends what was typed.
  root.onkeydown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) tell(at);
    else if (["INPUT", "SELECT"].includes(event.target.tagName)) event.stopPropagation();
  };
  return at;
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".regions") ?? parentElement.appendChild(make("div", { class: "regions" }));
  if (root.mdsRegions?.token !== data.token) {
    root.mdsRegions = begin(root, data);
    draw(root.mdsRegions);
  }
  root.mdsRegions.send = setStateValue;
}
