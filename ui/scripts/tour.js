// A tour: a card at the foot that says a step, and a line around what it is about. `data`: `steps` ({title, words, place,
// brings}; `place` is a selector, or several of which the first in sight counts), `begun` counts how often it was begun here, `isDone`, and the `cookie` that remembers that. The trigger
// `done` says that it is over. The step lives as long as the tab, so that a page that is loaded anew goes on.
const STYLE = "mds-tour", KEPT = "mdsTour";
const LOOK = 300; // ms
const ROOM = 12; // px between what a step is about and what lies over the page
const YEAR = 365 * 86_400;
const state = (window.mdsTour ??= { begun: null, step: -1 });

function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...inside);
  return element;
}

function inSight(selectors) {
  const found = [selectors || []].flat().map((one) => [...document.querySelectorAll(one)].find((each) => each.checkVisibility()));
  return found.find(Boolean);
}

function outline(at, step) {
  let style = document.getElementById(STYLE);
  if (!step) return style?.remove();
  if (!style) document.head.append((style = Object.assign(document.createElement("style"), { id: STYLE })));
  const line = "outline: 3px solid var(--link) !important; outline-offset: 4px; border-radius: 8px; scroll-margin: 84px 0 280px;";
  style.textContent = `.mds-tour-here { ${line} } [data-testid="stMainBlockContainer"] { padding-bottom: 280px !important; }`;
}

function mark(found) {
  document.querySelectorAll(".mds-tour-here").forEach((each) => each !== found && each.classList.remove("mds-tour-here"));
  if (found && !found.classList.contains("mds-tour-here")) {
    found.classList.add("mds-tour-here");
  }
}

// What stands there may move while the page is drawn, and lie under the header or the card: as long as nobody goes elsewhere
// by themselves, it is scrolled to. The header's own links are always in sight.
function keepInSight(at, found) {
  const header = document.querySelector('[data-testid="stHeader"]');
  if (!found || state.isLeft || header?.contains(found)) return;
  const { top, bottom, height } = found.getBoundingClientRect();
  const above = (header?.getBoundingClientRect().bottom ?? 0) + ROOM, below = at.card.getBoundingClientRect().top - ROOM;
  const isBelow = bottom > below && (height <= below - above || top > above + ROOM);
  if (top < above || isBelow) found.scrollIntoView({ block: top < above || height > below - above ? "start" : "end" });
}

function leave(event) {
  if (!event.composedPath().some((each) => each.matches?.("section[aria-label=Tour]"))) state.isLeft = true;
}

function isAtRest() {
  return document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === "notRunning";
}

function show(at, number, isMoved) {
  const { steps } = at.data;
  state.step = number;
  state.isPressed = state.isLeft = false;
  sessionStorage.setItem(KEPT, String(number));
  const step = steps[number];
  // Noted now and not at the next look: an answer may be quicker.
  at.wasThere = { step: number, isThere: Boolean(inSight(step?.brings)) };
  at.card.hidden = !step;
  outline(at, step);
  if (!step) return mark(null);
  const isLast = number === steps.length - 1;
  at.count.textContent = `Tour, step ${number + 1} of ${steps.length}`;
  at.title.textContent = step.title;
  at.words.textContent = step.words;
  at.back.disabled = number === 0;
  at.next.textContent = isLast ? "Done" : "Next";
  at.skip.hidden = isLast;
  if (isMoved) at.title.focus({ preventScroll: true });
}

function next(at) {
  const step = at.data.steps[state.step];
  if (state.step >= at.data.steps.length - 1) return finish(at);
  const found = !state.isPressed && step.brings && !inSight(step.brings) && inSight(step.place);
  if (!found) return show(at, state.step + 1, true);
  state.isPressed = true;
  found.click();
}

function finish(at) {
  remember(at);
  show(at, -1, false);
  sessionStorage.removeItem(KEPT);
  at.send("done", true);
  // Who had it on the card goes on with the page, not at its very beginning.
  const title = document.querySelector('[data-testid="stMain"] h1');
  title?.setAttribute("tabindex", "-1");
  title?.focus({ preventScroll: true });
}

function remember(at) {
  document.cookie = `${at.data.cookie}; path=/; max-age=${YEAR}; SameSite=Lax`;
}

// What a step is about comes and goes: the page is drawn anew, or is another one. Once what a press brings has come, it
// is the next one's turn.
function look(at) {
  if (state.step < 0 || !at.card.isConnected) return;
  const step = at.data.steps[state.step];
  const isThere = Boolean(inSight(step.brings));
  const hasCome = isThere && at.wasThere?.step === state.step && !at.wasThere.isThere;
  if (hasCome && isAtRest()) return show(at, state.step + 1, true);
  if (!hasCome) at.wasThere = { step: state.step, isThere };
  const found = inSight(step.place);
  mark(found);
  keepInSight(at, found);
}

function button(words, kind, does) {
  const element = make("button", { type: "button", class: kind }, words);
  element.onclick = does;
  return element;
}

function open(root) {
  const at = { root, count: make("p", { class: "step" }), title: make("h2", { tabindex: "-1" }), words: make("p", { "aria-live": "polite" }) };
  at.back = button("Back", "", () => show(at, state.step - 1, true));
  at.next = button("Next", "main", () => next(at));
  at.skip = button("Skip the tour", "skip", () => finish(at));
  at.card = make("section", { "aria-label": "Tour", hidden: "" }, at.count, at.title, at.words, make("div", { class: "bar" }, at.next, at.back, at.skip));
  at.card.onkeydown = (event) => event.key === "Escape" && finish(at);
  root.append(at.card);
  ["wheel", "touchmove", "keydown", "pointerdown"].forEach((kind) => window.addEventListener(kind, leave, { capture: true, passive: true }));
  at.timer = setInterval(() => look(at), LOOK);
  return at;
}

export default function ({ data, parentElement: root, setTriggerValue }) {
  const at = (root.mdsTour ??= open(root));
  at.data = data;
  at.send = setTriggerValue;
  if (data.isDone) {
    remember(at);
    if (state.step >= 0) show(at, -1, false);
  } else if (state.begun !== data.begun) {
    // Loaded anew, the session begins anew as well: the tab knows where the tour was.
    const kept = Number(sessionStorage.getItem(KEPT) ?? -1);
    show(at, data.begun ? 0 : kept, data.begun > 0);
  }
  state.begun = data.begun;
}
