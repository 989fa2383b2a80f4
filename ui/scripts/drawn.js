// Shows the page once all of it stands: until then ui/first.css hides it, since what comes late would move what is there.
const BETWEEN = 50; // ms between two looks
const ALIKE = 2; // looks after the first that must find the same

// What the page comes to; empty while the script runs, a part waits for its own script, or words wait for their font.
function standing() {
  const app = document.querySelector('[data-testid="stApp"]');
  const main = document.querySelector('[data-testid="stMain"]');
  if (!main || app?.dataset.testScriptState !== "notRunning" || document.fonts.status !== "loaded") return "";
  return main.querySelector('[data-testid="stSkeleton"]') ? "" : `${main.scrollHeight} ${main.querySelectorAll("*").length}`;
}

function look(before, times) {
  const now = standing();
  const alike = now && now === before ? times + 1 : 0;
  if (alike >= ALIKE) document.documentElement.classList.add("mds-drawn");
  else setTimeout(look, BETWEEN, now, alike);
}

function showOnceItStands() {
  if (window.mdsDrawing) return;
  window.mdsDrawing = true;
  look("", 0);
}
