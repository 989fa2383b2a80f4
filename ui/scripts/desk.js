// Moves the focus to the case that is open now and says which it is; M goes to the comment, Esc leaves it. Keys do
// nothing while somebody types.
const CASE = ".st-key-review_case";
const COMMENT = '.st-key-review_decision textarea[aria-label^="Comment"]';

function isTyping(target) {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

function press(event) {
  if (!document.querySelector(CASE) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") goToCase();
    return;
  }
  if (event.key.toLowerCase() === "m") {
    event.preventDefault();
    document.querySelector(COMMENT)?.focus();
  }
}

function goToCase() {
  const found = document.querySelector(CASE);
  if (!found) return;
  found.setAttribute("tabindex", "-1");
  found.setAttribute("role", "region");
  found.setAttribute("aria-label", "The case to decide on");
  found.style.outline = "none";
  found.focus({ preventScroll: true });
  found.scrollIntoView({ block: "nearest" });
}

export default function (component) {
  const { parentElement: root, data } = component;
  const output = (root.mdsOutput ??= document.createElement("output"));
  output.setAttribute("aria-live", "polite");
  root.append(output);
  if (!window.mdsDeskHeard) {
    window.mdsDeskHeard = true;
    document.addEventListener("keydown", press);
  }
  if (root.mdsItem === data.item) return;
  // What is open when the page is opened is not announced as a step, and takes no focus from the navigation.
  const isFirst = root.mdsItem === undefined;
  root.mdsItem = data.item;
  if (isFirst && !data.isStep) return;
  output.textContent = data.words;
  goToCase();
}
