// What stands before scripts that make a file: they hand it to the uploader beside them, as if it had been chosen there.

function make(name, attributes, ...inside) {
  const element = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...inside);
  return element;
}

function uploader(root) {
  for (let near = root.getRootNode().host; near; near = near.parentElement) {
    const input = near.querySelector('[data-testid="stFileUploader"] input[type="file"]');
    if (input) return input;
  }
  return null;
}

// The form that is sent with it.
function formOf(input) {
  return input.closest('[data-testid="stForm"]') || document.body;
}

function chips(form) {
  return [...form.querySelectorAll('[data-testid="stFileChipName"]')];
}

function handOver(input, file) {
  const bag = new DataTransfer();
  bag.items.add(file);
  input.files = bag.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// Whether the uploader has the whole file: it is listed, and the form may be sent again.
async function hasArrived(form, name) {
  for (let tries = 0; tries < 600; tries++) {
    await new Promise((go) => setTimeout(go, 100));
    const names = chips(form).map((chip) => chip.title);
    const isHeld = form.querySelector('[data-testid="stFormSubmitButton"] button')?.disabled;
    if (names.includes(name) && !isHeld) return true;
  }
  return false;
}
