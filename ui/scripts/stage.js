// The keys of a presenter's remote, besides those of the buttons: Page Down and Space go on, Page Up goes back. Keys do
// nothing while somebody types, or while a button has the focus and Space is to press it.
const BUTTONS = { PageDown: ".st-key-stage_next button", " ": ".st-key-stage_next button", PageUp: ".st-key-stage_previous button" };

function press(event) {
  const button = BUTTONS[event.key] && document.querySelector(BUTTONS[event.key]);
  if (!button || event.ctrlKey || event.metaKey || event.altKey) return;
  const on = event.target;
  if (on.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(on.tagName)) return;
  if (event.key === " " && ["BUTTON", "A", "SUMMARY"].includes(on.tagName)) return;
  event.preventDefault();
  if (!button.disabled) button.click();
}

export default function () {
  if (window.mdsStageHeard) return;
  window.mdsStageHeard = true;
  document.addEventListener("keydown", press);
}
