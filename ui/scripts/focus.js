// Moves the focus to what an action brought, and says it in a live region. `data`: `token` names what stands there now
// under `name`, `place` is the class of it (empty: the title of the page; null: the focus stays), `words` are said. The first token under a
// name is what stood there when the page was opened: then nothing happens, nor while somebody types in a box.
const seen = (window.mdsFocus ??= {});
const PATIENCE = 10_000, STEP = 100; // ms
const PHONE = 640; // pixels

function target(place) {
  if (!place) return document.querySelector('[data-testid="stMain"] h1');
  const box = document.querySelector("." + CSS.escape("st-key-" + place));
  return box?.querySelector("h1, h2, h3, [role=alert]") || box;
}

function isTyping() {
  return document.activeElement?.matches("input, textarea, select, [contenteditable=true]");
}

function move(place) {
  const found = target(place);
  if (!found || isTyping()) return;
  found.setAttribute("tabindex", "-1");
  found.focus({ preventScroll: true });
  // On a phone what came lies below a long form: it begins at the top of the screen.
  found.scrollIntoView({ block: innerWidth <= PHONE ? "start" : "nearest" });
}

// Until the script has run, what stands there is of before.
function whenDrawn(work, left = PATIENCE) {
  const app = document.querySelector('[data-testid="stApp"]');
  const isDrawn = app?.dataset.testScriptState === "notRunning";
  if (isDrawn || left <= 0) return work();
  setTimeout(() => whenDrawn(work, left - STEP), STEP);
}

function region(root) {
  const found = root.querySelector("[role=status]") ?? root.appendChild(document.createElement("div"));
  found.setAttribute("role", "status");
  found.className = "said";
  return found;
}

export default function ({ data, parentElement: root }) {
  const status = region(root);
  const before = seen[data.name];
  seen[data.name] = data.token;
  if (before === undefined || before === data.token || !data.token) return;
  setTimeout(
    () =>
      whenDrawn(() => {
        if (seen[data.name] !== data.token) return;
        status.textContent = data.words;
        if (data.place !== null) move(data.place);
      }),
    STEP,
  );
}
