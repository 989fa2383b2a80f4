// Keeps what is typed into a form in the browser's own storage, and brings it back after a reload or another page.
// Nothing is sent while somebody types. `data`: `slot` names the form (person, model, case), `widgets` the
// class of each field's container, `generation` and `session` change when the server fills the form anew, and
// `isDraft` says that it did so with a draft, `isFollowed` that Back or Forward led to it: what was typed where that began is kept
// for the way back, as it was kept where it leads.
const PREFIX = "mds-draft:";
const MOST = 50;
const DAYS = 30;

// A date or a time is typed in parts; as ISO text, empty without any part, null while some are missing.
function moment(parts) {
  const digitsOf = Object.fromEntries([...parts].map((part) => [part.dataset.type, part.getAttribute("aria-valuenow")]));
  const filled = Object.values(digitsOf).filter((value) => value !== null);
  if (filled.length < parts.length) return filled.length ? null : "";
  const digits = (name) => digitsOf[name].padStart(name === "year" ? 4 : 2, "0");
  const joined = (names, by) => names.filter((name) => name in digitsOf).map(digits).join(by);
  return [joined(["year", "month", "day"], "-"), joined(["hour", "minute"], ":")].filter(Boolean).join("T");
}

function typed(container) {
  const parts = container.querySelectorAll('[role="spinbutton"][data-type]');
  if (parts.length) return moment(parts);
  const chosen = container.querySelector('[role="radio"][aria-checked="true"]');
  if (chosen) return chosen.textContent.trim();
  if (container.querySelector('[role="radio"]')) return "";
  const box = container.querySelector("textarea, input:not([type=file])");
  return box ? box.value : null;
}

function collected(widgets) {
  const values = {};
  for (const [name, key] of Object.entries(widgets)) {
    const container = document.querySelector("." + CSS.escape("st-key-" + key));
    const text = container ? typed(container) : null;
    if (text !== null) values[name] = text;
  }
  return values;
}

function tidied() {
  const kept = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  const age = (key) => stored(key.slice(PREFIX.length))?.saved || 0; // what cannot be read is the oldest
  kept.sort((a, b) => age(b) - age(a));
  const oldest = Date.now() - DAYS * 86400000;
  kept.filter((key, place) => place >= MOST || age(key) < oldest).forEach((key) => localStorage.removeItem(key));
}

// What each field opened with: read before anybody changes it, and not while the page is still drawn.
function recall(state) {
  const missing = Object.entries(state.data.widgets).filter(([name]) => !(name in state.opened));
  if (missing.length) Object.assign(state.opened, collected(Object.fromEntries(missing)));
}

function save(state) {
  recall(state);
  const values = { ...state.before, ...collected(state.data.widgets) };
  const isChanged = Object.keys(values).some((name) => values[name] !== (state.opened[name] ?? values[name]));
  state.before = values;
  if (!isChanged) return;
  localStorage.setItem(PREFIX + state.data.slot, JSON.stringify({ saved: Date.now(), values }));
}

function listen(state) {
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => safely(() => save(state)), 250);
  };
  const isInForm = (event) => event.target.closest && event.target.closest('[data-testid="stForm"]');
  const on = (kind, work) => document.addEventListener(kind, (event) => isInForm(event) && work(), true);
  ["pointerdown", "keydown", "focusin"].forEach((kind) => on(kind, () => safely(() => recall(state))));
  ["input", "change", "click", "keyup"].forEach((kind) => on(kind, later));
  on("focusout", () => safely(() => save(state))); // the next click may leave the page
  // A day of the calendar is chosen outside the form; only the number in its part tells of it.
  const parts = { subtree: true, attributes: true, attributeFilter: ["aria-valuenow"] };
  new MutationObserver(later).observe(document.body, parts);
}

function safely(work) {
  try {
    work();
  } catch (error) {
    console.warn("drafts are not kept:", error.message); // storage may be full or forbidden
  }
}

function stored(slot) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + slot));
  } catch {
    return null;
  }
}

// Whoever follows the link of a case wants that case, and not what was typed beside it; a reload brings that back.
function isLinked(data) {
  return data.isCase && performance.getEntriesByType("navigation")[0]?.type === "navigate";
}

export default function (component) {
  const { data, setTriggerValue, parentElement } = component;
  const state = (window.mdsDrafts ??= { data: null, before: {}, opened: {}, heard: false, isLeft: false });
  const last = state.data;
  const isOther = !last || last.session !== data.session || last.model !== data.model;
  const isFilled = !isOther && (last.slot !== data.slot || last.generation !== data.generation);
  // From another page the form comes as it was opened: the server was never told what was typed.
  const isBack = state.isLeft && !isOther && !isFilled;
  const isNew = isOther || isBack;
  state.data = data;
  state.isLeft = false;
  if (isNew || isFilled) {
    state.before = {};
    state.opened = {};
  }
  safely(() => {
    if (!state.heard) {
      state.heard = true;
      tidied();
      listen(state);
    }
    const isMoved = isFilled && data.isFollowed && last.generation !== data.generation;
    const draft = isBack || isMoved || (isNew && !isLinked(data)) ? stored(data.slot) : null;
    if (draft && draft.values) {
      setTriggerValue("draft", draft);
    } else if (isFilled && !isMoved && !(data.isDraft && last.generation !== data.generation)) {
      localStorage.removeItem(PREFIX + last.slot);
    }
  });
  return () => setTimeout(() => (state.isLeft ||= !parentElement.isConnected));
}
