// Names every stop of Tab for who hears the page. Buttons, links and folds of the same words ("Only these") are told apart by what
// stands in their row, or by their number. The page as a whole, which scrolls, is called by its title, and a table by its
// description; what scrolls within a table, whose arrow keys do that, is no stop. And Enter on a row of a table that is only
// read presses the row, as a click on it does: Streamlit hears Shift and Space alone.
const STOPS = '[data-testid="stMain"] :is(button, a[href], summary)';
const TABLE = '[data-testid="stDataFrame"]';
const GRID = '[data-testid="data-grid-canvas"]';
const ICON = '[data-testid="stIconMaterial"]';
const MOST = 90; // letters of a row that are said besides

// What is read: an icon is a word only to the browser.
function readOf(element) {
  const all = element.textContent.replace(/\s+/g, " ").trim();
  if (!element.querySelector(ICON)) return all;
  const read = element.cloneNode(true);
  read.querySelectorAll(ICON).forEach((icon) => icon.remove());
  return read.textContent.replace(/\s+/g, " ").trim();
}

// What stands beside a stop in the nearest block that says more; empty where that is the block of several such stops.
function besides(stop, words) {
  let row = stop.parentElement;
  while (row && !row.matches('[data-testid="stMainBlockContainer"]')) {
    const read = readOf(row);
    if (read !== words) {
      const parts = read.split(words);
      return parts.length > 2 ? "" : parts.join(" ").replace(/\s+/g, " ").trim();
    }
    row = row.parentElement;
  }
  return "";
}

function shortened(words) {
  return words.length <= MOST ? words : `${words.slice(0, MOST).replace(/\s+\S*$/, "")} …`;
}

function tellApart() {
  const groups = new Map();
  for (const stop of document.querySelectorAll(STOPS)) {
    if (stop.hasAttribute("aria-label") && !stop.dataset.mdsNamed) continue; // it has a name of its own
    const words = readOf(stop);
    if (words) groups.set(words, [...(groups.get(words) ?? []), stop]);
  }
  for (const [words, stops] of groups) {
    const seen = stops.length > 1 ? stops.filter(isInPage) : stops;
    stops.filter((stop) => !seen.includes(stop)).forEach(unname);
    nameAll(words, seen);
  }
}

function unname(stop) {
  if (stop.dataset.mdsNamed) stop.removeAttribute("aria-label");
  delete stop.dataset.mdsNamed;
}

// Of some there is a second one for another width, which nobody sees.
function isInPage(stop) {
  return stop.checkVisibility({ visibilityProperty: true }) && stop.offsetHeight > 0;
}

function nameAll(words, stops) {
  const rows = stops.length > 1 ? stops.map((stop) => shortened(besides(stop, words))) : [];
  stops.forEach((stop, place) => {
    if (stops.length === 1) return unname(stop);
    const isOwn = rows[place] && rows.indexOf(rows[place]) === rows.lastIndexOf(rows[place]);
    const name = `${words}: ${isOwn ? rows[place] : `${place + 1} of ${stops.length}`}`;
    if (stop.getAttribute("aria-label") !== name) stop.setAttribute("aria-label", name);
    stop.dataset.mdsNamed = "true";
  });
}

function nameTables() {
  for (const table of document.querySelectorAll(TABLE)) {
    const grid = table.querySelector(GRID);
    const words = describe(table);
    if (!grid || !words) continue;
    grid.setAttribute("role", "group");
    grid.setAttribute("aria-label", words);
    grid.querySelector("[role=grid]")?.setAttribute("aria-label", words);
    table.querySelector(".dvn-scroller")?.setAttribute("tabindex", "-1");
  }
}

// Streamlit says the description of a table in the names of the buttons above it.
function describe(table) {
  const button = table.querySelector('[data-testid="stElementToolbarButton"] button[aria-label*=": "]');
  return button?.getAttribute("aria-label").replace(/^[^:]*: /, "");
}

function namePage() {
  const main = document.querySelector('[data-testid="stMain"]');
  const title = main?.querySelector("h1")?.textContent.trim();
  if (title && main.getAttribute("aria-label") !== title) main.setAttribute("aria-label", title);
}

function pressRow(event) {
  if (event.key !== "Enter" || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const grid = event.target.closest?.(GRID);
  const cell = grid?.contains(document.activeElement) && document.activeElement;
  if (cell?.getAttribute?.("aria-readonly") !== "true") return;
  event.preventDefault();
  event.stopPropagation();
  grid.dispatchEvent(new KeyboardEvent("keydown", { key: " ", code: "Space", keyCode: 32, shiftKey: true, bubbles: true, cancelable: true }));
}

function nameStops() {
  namePage();
  nameTables();
  tellApart();
  if (window.mdsStopsHeard) return;
  window.mdsStopsHeard = true;
  addEventListener("keydown", pressRow, true);
}
