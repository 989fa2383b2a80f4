// Takes a picture from the clipboard, and hands it to the uploader beside it as if it had been chosen there.
// `data`: `label` names the input, `types` is the ending of each media type, `takes` those that the model takes (all
// where there is none), `most` in bytes.
const KEYS = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘V" : "Ctrl+V";
const boxes = (window.mdsPasteBoxes ??= new Set());

// An editable box, since only there every browser offers to paste; nothing can be typed into it.
function draw(root) {
  const box = make("div", { class: "box", role: "textbox", contenteditable: "true", inputmode: "none", spellcheck: "false", tabindex: "0" });
  box.setAttribute("aria-placeholder", `Or paste a picture: click here, then ${KEYS}`);
  box.onbeforeinput = (event) => event.preventDefault();
  const parts = [box];
  if (navigator.clipboard?.read) parts.push(make("button", { type: "button" }, "Paste"));
  root.append(make("div", { class: "row" }, ...parts), make("output", { "aria-live": "polite" }));
}

// A screenshot is always called image.png: a name of one's own is kept, that one says nothing.
function named(file, types) {
  const ending = types[file.type];
  const isOwn = file.name && !/^image\.\w+$/.test(file.name) && file.name.toLowerCase().endsWith(`.${ending}`);
  return new File([file], isOwn ? file.name : `pasted.${ending}`, { type: file.type });
}

// A screenshot is always a PNG: it is written anew for a model that takes other pictures alone.
async function fitting(file, takes) {
  const type = ["image/jpeg", "image/webp", "image/png"].find((name) => takes.includes(name));
  if (!type || takes.includes(file.type)) return file;
  try {
    const picture = await createImageBitmap(file);
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white"; // a JPEG has no holes
    pen.fillRect(0, 0, picture.width, picture.height);
    pen.drawImage(picture, 0, 0);
    return new File([await canvas.convertToBlob({ type, quality: 0.95 })], file.name, { type });
  } catch {
    return file; // no picture after all: the check of every file says so
  }
}

function megabytes(size) {
  return `${(size / 2 ** 20).toFixed(1)} MB`;
}

// What happened, as a sentence.
async function taken(root, data, files) {
  const original = files.find((file) => data.types[file.type]);
  if (!original) return "There is no picture in the clipboard that can be taken.";
  const picture = original.size > data.most ? original : await fitting(original, data.takes);
  if (picture.size > data.most) {
    return `This picture is too large: ${megabytes(picture.size)}, and at most ${megabytes(data.most)} can be sent. It was not taken.`;
  }
  const input = uploader(root);
  if (!input) return "This picture could not be taken over. Upload it as a file.";
  const file = named(picture, data.types);
  handOver(input, file);
  if (!(await hasArrived(formOf(input), file.name))) return `${file.name} did not arrive. Paste it again.`;
  return picture === original ? `Pasted as ${file.name}.` : `Pasted as ${file.name}, in a format that the model takes.`;
}

async function read(types) {
  const pictures = [];
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((name) => types[name]);
    if (type) pictures.push(new File([await item.getType(type)], "", { type }));
  }
  return pictures;
}

function isTyping(event) {
  return event.composedPath().some((at) => at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName));
}

export default function (component) {
  const { data, parentElement: root } = component;
  if (!root.querySelector(".box")) draw(root);
  const [box, button, output] = ["div.box", "button", "output"].map((name) => root.querySelector(name));
  const take = async (files) => (output.textContent = await taken(root, data, files));
  box.setAttribute("aria-label", data.label);
  box.onpaste = box.ondrop = (event) => {
    event.preventDefault();
    event.stopPropagation();
    take([...(event.clipboardData || event.dataTransfer).files]);
  };
  if (button) {
    button.onclick = () =>
      read(data.types).then(take, () => {
        output.textContent = `The browser does not let this page look into the clipboard. Click into the box, then press ${KEYS}.`;
      });
  }
  // Pasting into no box at all means the only one that there is.
  const onPage = (event) => {
    const files = [...event.clipboardData.files];
    const shown = [...boxes].filter((other) => other.isConnected);
    if (shown.length === 1 && files.length && !isTyping(event)) take(files);
  };
  root.mdsForget?.();
  boxes.add(root);
  document.addEventListener("paste", onPage);
  root.mdsForget = () => {
    boxes.delete(root);
    document.removeEventListener("paste", onPage);
  };
  return root.mdsForget;
}
