// Moves the focus to what an action brought, and says it in a live region. `data`: `token` names what stands there now
// under `name`, `place` is the class of it (empty: the title of the page; null: the focus stays), `words` are said. The first token under a
// name is what stood there when the page was opened: then nothing happens, nor while somebody types in a box. What is wanted waits until
// the script has run and its place is there, and holds a while: Streamlit may put another element in the place of that with the focus.
// And where what had the focus is gone, as a button that was pressed, the focus goes to the heading of what is left around it, or to
// the title where that is another one now. What a button opens beside it has the focus: it stands at the end of the page.
// Nothing without a name has the focus: a block is called by what was said of it last, for as long as it has it. Nobody hears the
// same twice: what the focus reads out as it comes is not said besides.
const state = (window.mdsFocus ??= { seen: {}, called: new WeakSet(), wanted: null, acted: 0, isSent: false, isLost: false, at: null, around: [], title: "" });
const PATIENCE = 60_000, HELD = 10_000, STEP = 100, LOOK = 250; // ms
const STACKED = 800; // pixels: the answer stands below the form (style.css)
const HEAD = 72; // pixels: the frame above the page, and some space
const LEAST = 160; // pixels of what came that must be in sight
const ANSWER = ":is(.st-key-answer_now, .st-key-case_answer) h2";
const BOX = "input, textarea, select, [contenteditable=true]";
const HEADINGS = "h1, h2, h3, h4, [role=alert]";
const OPENER = '[data-testid="stPopoverButton"]';
const OPENED = '[data-testid="stPopoverBody"]';
const OPENING = 2_000; // ms
const MODIFIERS = ["Shift", "Control", "Alt", "Meta"];

function target(place) {
  if (!place) return document.querySelector('[data-testid="stMain"] h1');
  const box = document.querySelector("." + CSS.escape("st-key-" + place));
  return [...(box?.querySelectorAll(HEADINGS) ?? [])].find(isInSight) || onlyButton(box) || box;
}

// A block that is one button has no name beside that of the button.
function onlyButton(box) {
  const button = box?.querySelector("button");
  return button && button.innerText.trim() === box.innerText.trim() && button;
}

// Until the script has run, what stands there is of before.
function isDrawn() {
  return document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === "notRunning";
}

// Who sent a form from within a box is done with the box.
function isTyping() {
  return document.activeElement?.matches(BOX) && !state.isSent;
}

function isNowhere() {
  return !document.activeElement || document.activeElement === document.body;
}

function hasName(element) {
  return !element.matches("div, section") || ["role", "aria-label", "aria-labelledby"].some((name) => element.hasAttribute(name));
}

// The block may have the focus already, called by what was on its way there.
function call(element, words) {
  element.setAttribute("aria-label", words);
  if (state.called.has(element)) return;
  state.called.add(element);
  element.setAttribute("role", "group");
  element.addEventListener("blur", () => uncall(element), { once: true });
}

function uncall(element) {
  state.called.delete(element);
  ["role", "aria-label"].forEach((name) => element.removeAttribute(name));
}

// Whether these words are read out as the focus comes.
function give(element, words) {
  const isNew = document.activeElement !== element;
  if (!element.matches("button")) element.setAttribute("tabindex", "-1");
  if (words && (state.called.has(element) || !hasName(element))) call(element, words);
  element.focus({ preventScroll: true });
  return isNew && [element.ariaLabel, element.textContent].some((read) => read?.trim() === words.trim());
}

function move(request) {
  const found = target(request.place);
  if (!found) return;
  request.isRead = give(found, request.words);
  // Where it is narrow what came lies below a long form: it begins at the top of the screen.
  if (innerWidth <= STACKED) found.scrollIntoView({ block: "start" });
  else comeNear(found);
}

// No further than needed, and the answer stays in sight above what is said of it, where the height allows.
function comeNear(found) {
  const answer = document.querySelector(ANSWER);
  const isAbove = answer && answer.compareDocumentPosition(found) & Node.DOCUMENT_POSITION_FOLLOWING;
  const wasInSight = isAbove && answer.getBoundingClientRect().top >= HEAD;
  found.scrollIntoView({ block: "nearest" });
  const over = wasInSight ? HEAD - answer.getBoundingClientRect().top : 0;
  if (over > 0 && found.getBoundingClientRect().top + over <= innerHeight - LEAST) {
    found.closest('[data-testid="stMain"]')?.scrollBy({ top: -over, behavior: "instant" });
  }
}

// Again and again, until a newer one is wanted, or somebody does something else.
function pursue(request) {
  if (state.wanted !== request) return;
  const now = performance.now();
  if (!request.since) {
    if (isTyping()) return void (state.wanted = null);
    if ((isDrawn() && target(request.place)) || now > request.end) {
      move(request);
      request.since = performance.now();
    }
  } else if (state.acted > request.since || now > request.since + HELD) {
    return void (state.wanted = null);
  } else if (isNowhere()) {
    const found = target(request.place);
    if (found) give(found, request.words);
  }
  setTimeout(pursue, STEP, request);
}

function whenDrawn(work, end = performance.now() + PATIENCE) {
  if (isDrawn() || performance.now() > end) return work();
  setTimeout(whenDrawn, STEP, work, end);
}

// The elements around one, from the nearest, then those before these; the page as a whole is no place to go to.
function around(element) {
  const found = [];
  const page = element.closest('[data-testid="stMainBlockContainer"] > *');
  let each = element;
  while (page && each.parentElement && each.parentElement !== page && each !== page) found.push((each = each.parentElement));
  while ((each = page && each.previousElementSibling)) found.push(each);
  return found;
}

function isInSight(element) {
  return element.isConnected && element.checkVisibility() && element.offsetHeight > 0;
}

function look() {
  if (!isNowhere()) return void (state.isLost = false);
  // What is hidden for a moment loses the focus, too. Out of a box somebody goes on purpose: on a phone, to close its keyboard.
  const isGone = state.at && (!state.at.isConnected || state.at.disabled || !state.at.matches(BOX));
  if (!isGone || state.wanted || !isDrawn()) return;
  if (!state.isLost) return void (state.isLost = true); // it may come back by itself
  const left = isInSight(state.at) && !state.at.disabled ? state.at : whatIsLeft();
  Object.assign(state, { isLost: false, at: null });
  if (left) give(left, document.title);
}

function titleOfPage() {
  return target("")?.textContent ?? "";
}

function whatIsLeft() {
  if (state.title && titleOfPage() && state.title !== titleOfPage()) return target("");
  const seen = state.around.filter(isInSight);
  const named = seen.flatMap((each) => (each.matches(HEADINGS) ? [each] : [...each.querySelectorAll(HEADINGS)]));
  return named.find(isInSight) ?? target("") ?? seen[0];
}

function note(event) {
  state.acted = performance.now();
  if (event.type === "pointerdown") {
    // A finger on the button may leave the focus, and the keyboard on the screen, with the box.
    const isSent = Boolean(event.target.closest?.('[data-testid="stFormSubmitButton"]'));
    return void Object.assign(state, { isSent, at: null });
  }
  if (MODIFIERS.includes(event.key)) return;
  const box = event.target.matches?.(BOX) && !event.isComposing && !event.target.matches("[role=combobox]") && event.target;
  const isLine = box && (!box.matches("textarea") || event.ctrlKey || event.metaKey);
  state.isSent = Boolean(isLine && event.key === "Enter" && box.closest('[data-testid="stForm"]'));
}

// By a key, or a script for one: a hand on the mouse is at what it opened.
function enter(event) {
  const button = event.detail === 0 && event.target.closest?.(OPENER);
  if (!button || button.ariaExpanded === "true") return;
  const end = performance.now() + OPENING;
  const go = () => {
    const opened = document.querySelector(OPENED);
    if (opened?.checkVisibility() && button.ariaExpanded === "true") give(opened, "");
    else if (performance.now() < end) setTimeout(go, STEP);
  };
  setTimeout(go, STEP);
}

function listen() {
  addEventListener("click", enter, true);
  addEventListener("pointerdown", note, true);
  addEventListener("keydown", note, true);
  addEventListener("focusin", ({ target: at }) => Object.assign(state, { at, around: around(at), title: titleOfPage() }), true);
  setInterval(look, LOOK);
}

function region(root) {
  const found = root.querySelector("[role=status]") ?? root.appendChild(document.createElement("div"));
  found.setAttribute("role", "status");
  found.className = "said";
  return found;
}

export default function ({ data, parentElement: root }) {
  if (!state.isHeard) {
    state.isHeard = true;
    listen();
  }
  const status = region(root);
  const before = state.seen[data.name];
  state.seen[data.name] = data.token;
  if (before === undefined || before === data.token || !data.token) return;
  setTimeout(() => {
    if (state.seen[data.name] !== data.token) return;
    const request = { place: data.place, words: data.words, end: performance.now() + PATIENCE, since: 0, isRead: false };
    if (data.place !== null) pursue((state.wanted = request));
    // After the focus: what it reads is known then.
    whenDrawn(() => setTimeout(() => {
      if (state.seen[data.name] === data.token) status.textContent = request.isRead ? "" : data.words;
    }, STEP));
  }, STEP);
}
