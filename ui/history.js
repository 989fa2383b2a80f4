// Which change of the address is a step of the browser's history, that Back takes back, and which one takes the place of what
// was there. Streamlit makes one of each change that the script writes (pushState), and none of what is chosen in a bound widget
// (replaceState). Here both are decided alike:
//
// - What a person does (a key, a press, a choice, a file) makes one step at most. A change after it, or without it, as when a
//   page completes or corrects its address, replaces: there is nothing to go back to.
// - What is named in DETAILS tells how the form is filled. Beside a case it is one step until the next answer, which takes its
//   place: from an answer, Back shows the answer before with its own values.
// - What is named in TYPED changes with each stroke: all strokes after the first are one step with it.
// - To another page is a step. Streamlit says the parameters of the page to come before its name, so that the page which is left
//   would get an entry with them: that entry, or the address as it was, is put right.
// - Leaving the stage goes back to before its first step, or takes the place of its steps where something else was there: Back
//   then shows what was there before the show, and does not enter it again.
(() => {
  const DETAILS = ["example"];
  const TYPED = ["search"];
  const STAGE = "/present";
  const TOGETHER = 2000; // ms within which the name of a page follows its parameters
  const DEEDS = ["pointerdown", "keydown", "click", "input", "change", "drop", "paste"];
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  let isDone = false; // whether somebody did something since the last change
  let returning = ""; // where a way back over the stage's steps is to end
  let last = { search: "", from: "", isStep: false, at: -TOGETHER }; // the last change within a page

  function without(address, names) {
    const url = new URL(address);
    names.forEach((name) => url.searchParams.delete(name));
    return url;
  }

  function isCase(address) {
    return new URL(address).searchParams.has("case");
  }

  function sameBut(one, other, names = DETAILS) {
    const words = (address) => [...without(address, names).searchParams].map(String).sort().join("\n");
    return words(one) === words(other);
  }

  function isTypedOn(from, to) {
    const isThere = (address) => TYPED.some((name) => new URL(address).searchParams.has(name));
    return isThere(from) && isThere(to) && sameBut(from, to, TYPED);
  }

  function step(to) {
    const isBeside = isCase(location.href) && sameBut(location.href, to.href);
    if (isBeside) return push({ isBeside }, "", to.href);
    if (history.state?.isBeside) return replace({}, "", to.href);
    const stage = history.state?.stage; // its steps count from 1, and know from where it was entered
    push(stage ? { stage: { ...stage, step: stage.step + 1 } } : {}, "", to.href);
  }

  function within(to) {
    if (to.href === location.href) return;
    const from = location.href;
    if (isTypedOn(from, to.href)) isDone = false;
    const isStep = isDone && !(history.state?.isBeside && sameBut(from, to.href));
    if (isStep) step(to);
    else replace(history.state, "", to.href);
    isDone &&= !isStep;
    last = { search: to.search, from, isStep, at: performance.now() };
  }

  function toPage(to) {
    const isAnnounced = to.search && to.search === last.search && performance.now() - last.at < TOGETHER;
    if (isStage(location)) {
      leave(to);
    } else {
      const from = isAnnounced ? last.from : location.href;
      const state = isStage(to) ? { stage: entered(from) } : {};
      if (isAnnounced && !last.isStep) replace(history.state, "", from);
      if (isAnnounced && last.isStep) replace(state, "", to.href);
      else push(state, "", to.href);
    }
    isDone = false;
    last = { ...last, at: -TOGETHER };
  }

  function isStage(address) {
    return address.pathname.endsWith(STAGE);
  }

  // A reload keeps what an entry holds, and its steps are those of one document to the browser: no load on the way back.
  function entered(from) {
    return { step: 1, from };
  }

  function isSame(one, other) {
    return new URL(one).pathname === new URL(other).pathname && sameBut(one, other);
  }

  function leave(to) {
    const stage = history.state?.stage ?? entered("");
    const back = stage.from && isSame(stage.from, to.href) ? stage.step : stage.step - 1;
    replace({}, "", to.href);
    if (!back) return;
    returning = to.href;
    history.go(-back);
  }

  // The page stands there already: Streamlit is not to draw it as one to which somebody went back.
  function arrive(event) {
    event.stopImmediatePropagation();
    if (!isSame(location.href, returning)) replace({}, "", returning);
    returning = "";
  }

  function change(state, title, address) {
    const to = new URL(address ?? location.href, location.href);
    if (returning) {
      returning = to.href;
      return replace(history.state, "", to.href);
    }
    return to.pathname === location.pathname ? within(to) : toPage(to);
  }

  history.pushState = change;
  history.replaceState = change;
  DEEDS.forEach((kind) => addEventListener(kind, (event) => (isDone ||= event.isTrusted), true));
  addEventListener("popstate", (event) => {
    if (event.isTrusted) isDone = false;
    if (returning) arrive(event);
  }, true);
  if (isStage(location) && !history.state?.stage) replace({ ...history.state, stage: entered("") }, "");
})();
