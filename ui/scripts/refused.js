// Keeps a form from being sent while one of its uploaders shows a file that the browser refused, for its size or its
// kind: the server never heard of that file, and would be sent what the form opened with. Nothing is sent meanwhile,
// and a sentence says so.
const REFUSED = '[data-testid="stFileChip"][aria-invalid="true"]';
const FORM = '[data-testid="stForm"]';
const outputs = (window.mdsRefused ??= new Set());

function names(form) {
  return [...(form?.querySelectorAll(REFUSED) ?? [])].map((chip) => chip.querySelector('[data-testid="stFileChipName"]')?.title || "A file");
}

function form(element) {
  return (element.getRootNode().host ?? element).closest?.(FORM);
}

function words(form) {
  const files = names(form);
  if (!files.length) return "";
  return `${files.join(", ")} was not taken. Remove it or choose another file, then press Predict: nothing is sent until then.`;
}

// Said again at a press, also where it stands there already.
function say(isAnew) {
  for (const output of outputs) {
    const sentence = words(form(output));
    if (isAnew) output.textContent = "";
    if (output.textContent !== sentence) output.textContent = sentence;
  }
}

// A press of Predict, or Enter where it sends the form.
function isPress(event) {
  if (event.type === "click") return event.target.closest?.('[data-testid="stFormSubmitButton"]');
  const { tagName, type } = event.target;
  if (event.key !== "Enter") return false;
  return (tagName === "INPUT" && type !== "file") || (tagName === "TEXTAREA" && (event.ctrlKey || event.metaKey));
}

function stop(event) {
  if (!isPress(event) || !names(form(event.target)).length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  say(true);
}

function listen() {
  // Before anything else on the page hears of it.
  ["click", "keydown"].forEach((kind) => window.addEventListener(kind, stop, true));
  const seen = { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-invalid"] };
  new MutationObserver(() => say(false)).observe(document.body, seen);
}

export default function (component) {
  const { parentElement: root } = component;
  const output = (root.mdsOutput ??= document.createElement("output"));
  output.setAttribute("aria-live", "assertive");
  root.append(output);
  outputs.add(output);
  if (!window.mdsRefusedHeard) {
    window.mdsRefusedHeard = true;
    listen();
  }
  say(false);
  return () => outputs.delete(output);
}
