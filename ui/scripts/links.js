// A link to a page of this app opens where it is pressed, as one of the navigation does: Streamlit opens those of texts, buttons
// and tables in a tab of their own, and others load the whole app anew. `data`: `pages`, the names of the pages in addresses. With
// Ctrl, Shift or the middle button a tab opens as everywhere. What begins with ? is this page as it was: it stands beside what is typed now.
// From a page to the same page with other parameters, Streamlit shows what the link names and leaves the address as it was, and the
// next press leads back there. A view of Cases it opens itself: its link does not name the choices.
const state = (window.mdsLinks ??= { pages: [] });

function isPage(address) {
  const base = location.pathname.replace(/[^/]*$/, "");
  const to = new URL(address, document.baseURI);
  return to.origin === location.origin && to.pathname.startsWith(base) && state.pages.includes(to.pathname.slice(base.length));
}

function isPlain(event) {
  return !event?.button && !event?.ctrlKey && !event?.metaKey && !event?.shiftKey && !event?.altKey;
}

// As the browser's own Back and Forward go to a page.
function go(address) {
  history.pushState({}, "", address);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}

function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || !isPlain(event)) return;
  if (link.hasAttribute("download") || /^[?#]/.test(link.getAttribute("href")) || !isPage(link.href)) return;
  event.preventDefault();
  go(link.href);
}

function followHere(event) {
  const link = event.target.closest?.('[data-testid="stPageLink-NavLink"][href]');
  if (!link || !isPlain(event)) return;
  const to = new URL(link.href);
  if (to.pathname !== location.pathname || to.search === location.search || to.searchParams.has("view")) return;
  event.preventDefault();
  event.stopPropagation();
  go(link.href);
}

// A table is a picture: what is pressed there is no link of the page.
function openAs(open) {
  return (address, target, ...more) => {
    const isOurs = target === "_blank" && isPlain(window.event) && isPage(address);
    return isOurs ? void go(address) : open.call(window, address, target, ...more);
  };
}

export default function ({ data }) {
  state.pages = data.pages;
  if (window.mdsLinksHeard) return;
  window.mdsLinksHeard = true;
  document.addEventListener("click", follow); // after Streamlit, which follows its own
  document.addEventListener("click", followHere, true); // before it
  window.open = openAs(window.open);
}
