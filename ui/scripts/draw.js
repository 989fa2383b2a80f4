// A sheet to draw a small picture on. Whatever is drawn is handed to the uploader beside it as a file, stroke by stroke;
// an empty sheet takes its file back, and what the form opened with counts again. `data`: `label` names the input,
// `isLight` says whether strokes are light on dark.
const SIDE = 280; // pixels of the sheet, and of the picture
const PEN = 34; // as thick as what such models have learned from
const NAME = "drawing.png";

function ink(data) {
  return data.isLight ? { paper: "#000", pen: "#fff" } : { paper: "#fff", pen: "#000" };
}

function paint(at) {
  const pen = at.sheet.getContext("2d");
  const { paper, pen: colour } = ink(at.data);
  pen.fillStyle = paper;
  pen.fillRect(0, 0, SIDE, SIDE);
  Object.assign(pen, { strokeStyle: colour, lineWidth: PEN, lineCap: "round", lineJoin: "round" });
  for (const stroke of at.strokes) {
    pen.beginPath();
    stroke.forEach(([x, y], place) => (place ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    if (stroke.length === 1) pen.lineTo(stroke[0][0] + 0.1, stroke[0][1]); // a dot
    pen.stroke();
  }
  const count = at.strokes.length;
  const drawn = count ? `${count} stroke${count === 1 ? "" : "s"}` : "empty";
  at.sheet.setAttribute("aria-label", `${at.data.label}: ${drawn}. From the keyboard, choose a file below.`);
  at.hint.hidden = count > 0;
  at.undo.disabled = at.clear.disabled = !count;
}

function where(at, event) {
  const box = at.sheet.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
}

function begin(at, event) {
  if (event.button) return;
  event.preventDefault();
  at.sheet.setPointerCapture(event.pointerId);
  at.isDrawing = true;
  at.strokes.push([where(at, event)]);
  paint(at);
}

function go(at, event) {
  if (!at.isDrawing) return;
  const seen = event.getCoalescedEvents?.() ?? [];
  at.strokes.at(-1).push(...(seen.length ? seen : [event]).map((each) => where(at, each)));
  paint(at);
}

function end(at) {
  if (!at.isDrawing) return;
  at.isDrawing = false;
  send(at);
}

// Only the newest counts: a file that another stroke overtook is not handed over.
async function send(at) {
  paint(at);
  const input = uploader(at.root);
  if (!input) return (at.output.textContent = "This drawing could not be taken over. Upload a picture instead.");
  const turn = (at.turn = (at.turn ?? 0) + 1);
  if (!at.strokes.length) return takeBack(at, formOf(input));
  const data = await new Promise((done) => at.sheet.toBlob(done, "image/png"));
  if (turn !== at.turn) return;
  handOver(input, new File([data], NAME, { type: "image/png" }));
  const isThere = await hasArrived(formOf(input), NAME);
  if (turn === at.turn) at.output.textContent = isThere ? "Drawn. Predict asks about it." : "The drawing did not arrive. Draw another stroke.";
}

function takeBack(at, form) {
  const chip = chips(form).find((each) => each.title === NAME)?.closest('[data-testid="stFileChip"]');
  chip?.querySelector('[data-testid="stFileChipDeleteBtn"] button, button[data-testid="stFileChipDeleteBtn"]')?.click();
  at.output.textContent = "The sheet is empty.";
}

function button(words, does) {
  const element = make("button", { type: "button" }, words);
  element.onclick = does;
  return element;
}

function open(root, data) {
  const at = { root, data, strokes: [] };
  at.sheet = make("canvas", { width: SIDE, height: SIDE, role: "img" });
  at.hint = make("span", { class: "hint", "aria-hidden": "true" }, "Draw here");
  at.undo = button("Undo", () => {
    at.strokes.pop();
    send(at);
  });
  at.clear = button("Clear drawing", () => {
    at.strokes = [];
    send(at);
  });
  at.output = make("output", { "aria-live": "polite" });
  root.append(make("div", { class: "sheet" }, at.sheet, at.hint), make("div", { class: "bar" }, at.undo, at.clear), at.output);
  at.sheet.onpointerdown = (event) => begin(at, event);
  at.sheet.onpointermove = (event) => go(at, event);
  at.sheet.onpointerup = at.sheet.onpointercancel = () => end(at);
  return at;
}

export default function ({ data, parentElement: root }) {
  root.mdsSheet ??= open(root, data);
  const at = root.mdsSheet;
  const isOther = at.data.isLight !== data.isLight;
  at.data = data;
  root.querySelector(".sheet").classList.toggle("dark", data.isLight);
  if (isOther || !at.strokes.length) paint(at);
}
