// The keys of a page, and the list of them that ? opens. `data`: `title` of the page, `here` ({key, words, target}: what
// is pressed, or gets the focus where it is a box), `jump` is the key before the letter of a page, `ways` ({key, words,
// path}), `isQuiet`: no button leads to the list. Keys do nothing while somebody types. Where it is not `isOn`, single keys
// do nothing at all, whoever hears them; the `cookie` remembers that. `skip` ({words, target}) is where the first stop leads. `words` and `help` are those of the switch, and the
// trigger `switched` says what it was put to.
const PATIENCE = 2000; // ms for the letter after the jump
const YEAR = 365 * 86_400;
// A table of a form is typed into, too; a list goes to what begins with a letter.
const TYPING = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable=true], [role=combobox], "
  + '[role=listbox], [role=menu], [class*="st-key-field_"] [data-testid="stDataFrame"]';
const HELP = '[data-testid="stTooltipHoverTarget"] button[aria-label^="Help"]';
// What Esc closes first, or what hears it by itself: a list, a calendar, a box that opened, a picture over all of the page, a table.
const OPEN = '[aria-expanded=true][role=combobox], [data-testid="stPopoverBody"], [data-baseweb="calendar"], '
  + '[aria-label="Close fullscreen"], [title="Close fullscreen"]';
const TABLE = '[data-testid="stDataFrame"], .gdg-style';
const SKIP = '[data-testid="stSkipToContent"]';
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

function isForSomethingOpen(event) {
  const isOpen = [...document.querySelectorAll(OPEN)].some((each) => each.checkVisibility());
  return event.isComposing || isOpen || event.composedPath().some((at) => at.matches?.(TABLE));
}

// A letter, digit or sign by itself: what speech and slips of a hand bring about. Space presses what has the focus.
function isSingle(event) {
  return event.key.length === 1 && event.key !== " ";
}

function press(event) {
  if (!state.data || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!state.data.isOn && isSingle(event)) {
    // Keys of the page's own buttons are among those.
    if (!isTyping(event)) event.stopImmediatePropagation();
    return;
  }
  if (state.list?.open && event.key === "Escape") {
    take(event); // else a button of the page hears it, too: the one that leaves the stage
    state.list.close();
    return;
  }
  if (event.repeat) return;
  forgetHeld(event);
  const isEsc = event.key === "Escape"; // also from within a box
  if (isEsc ? isForSomethingOpen(event) : isTyping(event)) return;
  if (state.list?.open || document.querySelector("dialog[open], [role=dialog]")) return;
  const key = isEsc ? "Esc" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
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

// The keys of the page's buttons are heard by the document: those that are pressed over an open dialog do not get there.
function keepFromPage(event) {
  if (document.querySelector("[role=dialog]")) event.stopPropagation();
}

// Streamlit (hotkeys-js) hears the key of a button only while no other key is down: not of who types fast, and has the next key down
// before the last is up, nor where it missed that a key came up. Binding any key has it forget those.
function forgetHeld(event) {
  const hotkeys = window.hotkeys;
  if (event.shiftKey || !hotkeys?.getPressedKeyCodes().length) return;
  const nothing = () => {};
  hotkeys("f19", nothing);
  hotkeys.unbind("f19", nothing);
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
  const on = make("input", { type: "checkbox" });
  on.checked = data.isOn;
  on.onchange = () => {
    state.data = { ...state.data, isOn: on.checked };
    remember(state.data);
    state.send("switched", on.checked ? "on" : "off");
  };
  const here = data.here.map((each) => [[each.key], each.words]);
  const ways = data.ways.map((each) => [[data.jump, each.key], each.words]);
  const lists = make("div", { class: "lists" }, ...part(data.title, here), ...part("Go to", ways), ...part("Everywhere", [[["?"], "This list"], [["F1"], "What the input means that has the focus"], [["Esc"], "Close what is open"]]));
  list.replaceChildren(
    make("header", {}, make("h2", { id: "title" }, "Keys"), close),
    make("label", { class: "switch" }, on, data.words),
    make("p", { class: "small" }, data.help),
    lists,
  );
}

function remember(data) {
  document.cookie = `${data.cookie}; path=/; max-age=${data.isOn ? 0 : YEAR}; SameSite=Lax`;
}

// What explains an input stands at its name: no press of Tab on the way from box to box, and F1 leads to it.
function explain(event) {
  if (event.key === "Tab") for (const each of document.querySelectorAll(HELP)) each.tabIndex = -1;
  if (event.key !== "F1" || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const help = document.activeElement?.closest('[data-testid="stElementContainer"]')?.querySelector(HELP);
  if (!help) return;
  take(event);
  help.focus();
}

// The first stop of a page leads past what stands before its question.
function skip(event) {
  const goal = state.data?.skip && event.target.closest?.(SKIP) && document.querySelector(state.data.skip.target);
  if (!goal) return;
  take(event);
  goal.setAttribute("tabindex", "-1");
  goal.focus();
}

function nameSkip() {
  const link = document.querySelector(SKIP);
  if (!link) return;
  state.skipWords ??= link.textContent;
  const words = state.data.skip?.words || state.skipWords;
  if (link.firstChild?.data !== words) link.firstChild.data = words; // React keeps its node
}

export default function ({ data, parentElement: root, setTriggerValue }) {
  if (!root.querySelector("dialog")) {
    const list = make("dialog", { "aria-labelledby": "title" });
    list.onclick = (event) => void (event.target === list && list.close()); // false would undo a press within it
    const button = make("button", { type: "button", class: "open", tabindex: "-1", title: "The keys of this page", "aria-label": "Keys", "aria-keyshortcuts": "?" }, "?");
    button.onclick = openList;
    list.onclose = () => list.replaceChildren();
    root.append(button, list);
  }
  state.data = data;
  state.send = setTriggerValue;
  state.list = root.querySelector("dialog");
  const open = root.querySelector(".open");
  open.hidden = data.isQuiet;
  open.tabIndex = data.isOn ? -1 : 0; // without its key, the button is the way
  document.documentElement.classList.toggle("mds-no-keys", !data.isOn);
  remember(data);
  nameSkip();
  if (!window.mdsKeysHeard) {
    window.mdsKeysHeard = true;
    window.addEventListener("keydown", explain, true);
    window.addEventListener("keydown", press, true); // before anything else on the page hears of it
    window.addEventListener("click", skip, true);
    document.body.addEventListener("keydown", keepFromPage);
  }
}
