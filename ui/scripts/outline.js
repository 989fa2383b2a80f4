// Puts the headings of a page in order for who hears them: Streamlit's titles are of the first level, its subheaders of the
// third, whatever stands between. And the navigation on a phone is links alone: of Streamlit's lists there, one has what is
// no item.
const HEADINGS = '[data-testid="stMain"] :is(h1, h2, h3, h4, h5, h6)';
const REST = 150; // ms without a change

function order() {
  nameStops(); // stops.js
  let before = 0;
  for (const heading of document.querySelectorAll(HEADINGS)) {
    const own = Number(heading.tagName[1]);
    const level = Math.min(own, before + 1);
    if (level === own) heading.removeAttribute("aria-level");
    else if (heading.getAttribute("aria-level") !== String(level)) heading.setAttribute("aria-level", level);
    before = level;
  }
  for (const list of document.querySelectorAll('[data-testid="stSidebarNavItems"]')) {
    [list, ...list.querySelectorAll("ul, li")].forEach((each) => each.setAttribute("role", "presentation"));
  }
}

export default function () {
  showOnceItStands(); // drawn.js
  clearTimeout(window.mdsOutline);
  window.mdsOutline = setTimeout(order, REST);
  if (window.mdsOutlineHeard) return;
  window.mdsOutlineHeard = true;
  new MutationObserver(() => {
    clearTimeout(window.mdsOutline);
    window.mdsOutline = setTimeout(order, REST);
  }).observe(document.body, { subtree: true, childList: true });
}
