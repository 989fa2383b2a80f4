// A search that narrows a long form in the browser alone: every input stays where it is and keeps what was
// typed. `data.fields` maps the class of each field to its words, `data.groups` each group to its fields.
const STYLE = "mds-find";

function box(root, data) {
  let input = root.querySelector("input");
  if (input) return input;
  const label = document.createElement("label");
  label.textContent = data.label;
  input = document.createElement("input");
  input.type = "search";
  input.autocomplete = "off";
  input.placeholder = data.placeholder;
  label.append(input);
  const status = document.createElement("output");
  status.setAttribute("aria-live", "polite");
  root.append(label, status);
  return input;
}

// Everything around inputs of which none matches is hidden with them, so that no gaps stay.
function rules(matches, data) {
  const names = Object.keys(data.fields);
  if (matches.size === names.length) return "";
  const left = [...matches].map((name) => ".st-key-" + CSS.escape(name)).join(",");
  const around = ':is([data-testid="stForm"], .st-key-what_if_fields) :is([data-testid="stLayoutWrapper"], [data-testid="stColumn"])';
  return `${around}:has([class*="st-key-field_"])${left ? `:not(:has(${left}))` : ""} {display: none !important}`;
}

function open(matches, data) {
  for (const [name, fields] of Object.entries(data.groups)) {
    const details = document.querySelector(`.st-key-${CSS.escape(name)} details`);
    if (details && !details.open && fields.some((field) => matches.has(field))) details.querySelector("summary").click();
  }
}

function narrow(root, data) {
  const words = root.querySelector("input").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const names = Object.keys(data.fields);
  const matches = new Set(names.filter((name) => words.every((word) => data.fields[name].includes(word))));
  let style = document.getElementById(STYLE);
  if (!style) document.head.append((style = Object.assign(document.createElement("style"), { id: STYLE })));
  style.textContent = words.length ? rules(matches, data) : "";
  root.querySelector("output").textContent = words.length ? `${matches.size} of ${names.length} inputs` : "";
  if (words.length && matches.size <= data.most) open(matches, data);
}

export default function (component) {
  const { data, parentElement } = component;
  const input = box(parentElement, data);
  input.oninput = () => narrow(parentElement, data);
  narrow(parentElement, data);
  return () => document.getElementById(STYLE)?.remove();
}
