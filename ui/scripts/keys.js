// The keys of a page, and the list of them that ? opens. `data`: `title` of the page, `here` ({key, words, target}: what
// is pressed, or gets the focus where it is a box), `jump` is the key before the letter of a page, `ways` ({key, words,
// path}), `isQuiet`: no button leads to the list. Keys do nothing while somebody types.
const PATIENCE = 2000; // ms for the letter after the jump
const TYPING = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable=true], [role=combobox]";
const state = (window.mdsKeys ??= { data: null, list: null, jumped: 0 });

function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...inside);
  return element;
}

// Within a component, the page sees the component alone.
function isTyping(event) {
  return event.composedPath().some((at) => at.matches?.(TYPING));
}

function take(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function press(event) {
  if (!state.data || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (isTyping(event) || state.list?.open || document.querySelector("dialog[open], [role=dialog]")) return;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  if (Date.now() - state.jumped < PATIENCE && key !== "Shift") {
    state.jumped = 0;
    const way = state.data.ways.find((each) => each.key === key);
    take(event); // the page has keys of its own for the same letters
    if (way) go(way);
  } else if (key === "?") {
    take(event);
    openList();
  } else if (key === state.data.jump) {
    take(event);
    state.jumped = Date.now();
  } else {
    use(event, state.data.here.find((each) => each.target && each.key === key));
  }
}

// The first one that is in sight and can be pressed.
function use(event, shortcut) {
  const found = shortcut && [...document.querySelectorAll(shortcut.target)].find((each) => each.checkVisibility() && !each.disabled);
  if (!found) return;
  take(event);
  if (found.matches("input, textarea")) found.focus();
  else found.click();
}

// As the browser's own Back and Forward go to a page: its link may stand behind a word that is closed.
function go(way) {
  const link = [...document.querySelectorAll('[data-testid="stTopNavLink"]')].find((each) => new URL(each.href).pathname.endsWith(`/${way.path}`));
  if (link) return link.click();
  const base = location.pathname.replace(/[^/]*$/, "");
  history.pushState({}, "", base + way.path);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}

function rows(pairs) {
  const lines = pairs.flatMap(([keys, words]) => [make("dt", {}, ...keys.flatMap((key, place) => [place ? " then " : "", make("kbd", {}, key)])), make("dd", {}, words)]);
  return make("dl", {}, ...lines);
}

function part(title, pairs) {
  return pairs.length ? [make("section", {}, make("h3", {}, title), rows(pairs))] : [];
}

// What is closed has no words: nobody finds them who looks through the page.
function openList() {
  fill(state.list, state.data);
  state.list.showModal();
}

function fill(list, data) {
  const close = make("button", { type: "button" }, "Close");
  close.onclick = () => list.close();
  const here = data.here.map((each) => [[each.key], each.words]);
  const ways = data.ways.map((each) => [[data.jump, each.key], each.words]);
  list.replaceChildren(
    make("header", {}, make("h2", { id: "title" }, "Keys"), close),
    make("div", { class: "lists" }, ...part(data.title, here), ...part("Go to", ways), ...part("Everywhere", [[["?"], "This list"], [["Esc"], "Close what is open"]])),
  );
}

export default function ({ data, parentElement: root }) {
  if (!root.querySelector("dialog")) {
    const list = make("dialog", { "aria-labelledby": "title" });
    list.onclick = (event) => event.target === list && list.close();
    const button = make("button", { type: "button", class: "open", tabindex: "-1", title: "The keys of this page", "aria-label": "Keys", "aria-keyshortcuts": "?" }, "?");
    button.onclick = openList;
    list.onclose = () => list.replaceChildren();
    root.append(button, list);
  }
  state.data = data;
  state.list = root.querySelector("dialog");
  root.querySelector(".open").hidden = data.isQuiet;
  if (!window.mdsKeysHeard) {
    window.mdsKeysHeard = true;
    window.addEventListener("keydown", press, true); // before anything else on the page hears of it
  }
}
