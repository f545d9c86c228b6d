/** The page: shows what its address says, and moves from address to address. */

import { kindOf, read, replaces, write } from "./address.js";
import * as api from "./api.js";
import { around, isShortcut } from "./dom.js";
import { greet } from "./hero.js";
import { isUnderWay } from "./labels.js";
import { failure, lost, skeleton, stillWaiting } from "./notice.js";
import { FAILED, Player } from "./player.js";
import { completions, isTyping, searchBox } from "./search-box.js";
import { codeOf, here, warm } from "./views.js";

/** Within this time an answer replaces the old view; only then does the page show that it waits. */
const PATIENCE_MS = 250;
/** After this time it says so, in place of what was there. */
const LONG_MS = 3000;
const POLL_MS = 2000;
const REMEMBERED = 30;
/** What strangers are answered where reading is not public; only there is the code for it loaded. */
const CLOSED = [401, 403];
const session = () => import("./session.js");

const main = document.getElementById("content");
const announcer = document.getElementById("announcer");
const complete = completions(document.querySelector(".completions"), document.getElementById("q"));
const player = new Player(document.getElementById("player"));
const box = searchBox(document.querySelector(".search"), typed);

/** Answers by address, so that going back shows at once what was there. */
const remembered = new Map();
const greeting = greet(document.querySelector(".tagline"));
let leaving = new AbortController();

/**
 * Shows the view of the present address.
 * `back`: it was there before, and may come from memory; `keepFocus`: focus stays on its control;
 * `newer`: an answer for what is shown already; nobody asked for it, so the search box is left alone.
 */
async function show({ back = false, newer = null, keepFocus = false, focusMain = false } = {}) {
  const state = read(location.search);
  const address = location.pathname + location.search;
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  if (newer) remember(address, newer);
  else box.show(state.q);
  document.title = "Earshot: search what was said";

  if (!["/", "/index.html"].includes(location.pathname)) {
    settle("lost");
    main.replaceChildren(lost("There is nothing at this address.", state.q));
    if (focusMain) main.focus();
    return undefined;
  }
  const kind = kindOf(state);
  const known = newer || back ? remembered.get(address) : undefined;
  if (known) return present(known, here[kind]); // at once: the browser goes back to where one was
  const wait = setTimeout(() => waiting(kind), PATIENCE_MS);
  const long = setTimeout(() => {
    main.replaceChildren(stillWaiting(), skeleton());
    announce("This takes longer than usual.");
  }, LONG_MS);
  try {
    const [answer, view] = await Promise.all([ask(state, signal), codeOf(kind)]);
    if (signal.aborted) return undefined;
    remember(address, answer);
    present(answer, view);
  } catch (error) {
    if (error.name === "AbortError" || signal.aborted) return undefined;
    if (!(error instanceof api.ApiError)) throw error;
    const closed = CLOSED.includes(error.status) && await (await session()).door(() => show({ focusMain: true }));
    if (signal.aborted) return undefined;
    settle(kind);
    if (closed) main.replaceChildren(closed);
    else main.replaceChildren(error.status === 404 ? lost(error.message, state.q) : failure(error, () => show({ focusMain: true })));
    if (focusMain) main.focus({ preventScroll: true });
  } finally {
    clearTimeout(wait);
    clearTimeout(long);
  }
  return undefined;

  function present(answer, view) {
    settle(kind);
    const focused = keepFocus ? describe(document.activeElement) : null;
    const { element, title, arrive } = view(answer, state, { player, go, announce, signal });
    if (title) document.title = `${title} · Earshot`;
    main.replaceChildren(element);
    const arrived = arrive?.() ?? false;
    warm(kind);
    watch(answer, state, signal);
    if (focused) /** @type {HTMLElement|null} */ (main.querySelector(focused))?.focus({ preventScroll: true });
    // What had the focus is gone, unless it is a control outside the view.
    if (back && !arrived && document.activeElement === document.body) main.focus({ preventScroll: true });
    if (focusMain && !arrived) {
      scrollTo(0, 0);
      main.focus({ preventScroll: true });
    }
  }
}

async function ask(state, signal) {
  if (state.view === "bring") return {};
  if (state.recording) {
    const recording = await api.recording(state.recording, signal);
    if (recording.status !== "done") return { recording, transcript: null, marks: [] };
    const [transcript, marks] = await Promise.all([api.transcript(state.recording, signal), api.marks(state.recording, state, signal)]);
    return { recording, transcript, marks };
  }
  if (kindOf(state) === "results") {
    const numbers = Array.from({ length: state.pages }, (_, i) => i + 1);
    return { pages: await Promise.all(numbers.map((n) => api.search(state, n, signal))) };
  }
  const [{ recordings }, collection] = await Promise.all([api.latest(signal), api.collection(signal)]);
  return { recordings, collection };
}

/** While something is being written down, its views follow, but not under someone's hands. */
function watch(answer, state, signal) {
  const { recordings = [], recording } = answer;
  if (![...recordings, recording].some((one) => one && isUnderWay(one))) return;
  const timer = setTimeout(async () => {
    const follows = document.visibilityState === "visible" && !inUse();
    const newer = follows ? await ask(state, signal).catch(() => null) : null; // there is a next time
    if (signal.aborted) return;
    if (newer && !inUse()) show({ newer });
    else watch(answer, state, signal);
  }, POLL_MS);
  signal.addEventListener("abort", () => clearTimeout(timer));
}

/** Whether the keyboard is on a control of the view, or text in it is selected: a new view would lose them. */
function inUse() {
  const { activeElement } = document;
  const selection = getSelection();
  return (activeElement !== main && main.contains(activeElement)) || (!selection.isCollapsed && selection.containsNode(main, true));
}

function waiting(kind) {
  main.setAttribute("aria-busy", "true");
  if (document.body.dataset.view !== kind || !main.childElementCount || main.querySelector(".failure")) {
    document.body.dataset.view = kind;
    main.replaceChildren(skeleton());
  }
}

function settle(kind) {
  main.removeAttribute("aria-busy");
  if (kind === "start" && (document.body.dataset.view !== kind || !main.childElementCount)) greeting();
  document.body.dataset.view = kind;
}

function remember(address, answer) {
  remembered.delete(address);
  remembered.set(address, answer);
  if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value);
}

/**
 * Moves to `address`. `typing`: one of many steps while someone types, which share an entry in the
 * history; `quiet`: the page shows it already.
 */
function go(address, { typing = false, quiet = false, keepFocus = false, focusMain = false } = {}) {
  const here = location.pathname + location.search;
  if (quiet) {
    remember(address, remembered.get(here));
    history.replaceState(history.state, "", address);
    return;
  }
  if (address === here) {
    if (!typing) history.replaceState(null, "");
    if (!typing) show({ keepFocus, focusMain });
    return;
  }
  const entry = typing ? { typing: Date.now() } : null;
  if (typing && replaces(history.state, entry.typing)) history.replaceState(entry, "", address);
  else history.pushState(entry, "", address);
  show({ keepFocus, focusMain });
}

function typed(q, settled) {
  const state = read(location.search);
  complete(settled ? "" : q, state);
  go(write({ ...state, q, pages: 1, recording: "" }), { typing: !settled });
}

function announce(sentence) {
  announcer.textContent = sentence;
}

/** A selector that finds the same control after the view was made anew. */
function describe(node) {
  if (!node || !main.contains(node) || !node.name) return null;
  const value = node.localName === "input" ? `[value="${CSS.escape(node.value)}"]` : "";
  return `${node.localName}[name="${CSS.escape(node.name)}"]${value}`;
}

document.addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement|null} */ (around(event, "a[data-nav]"));
  if (!link || event.button || isShortcut(event) || event.shiftKey) return;
  event.preventDefault();
  complete("");
  const { pathname, search } = new URL(link.href);
  go(pathname + search, { focusMain: true });
});

document.addEventListener("keydown", (event) => {
  if (isShortcut(event) || isTyping(event.target)) return;
  if (event.key === "Escape" && player.track) player.close();
  const onControl = around(event, "button, a, input, summary, [role=button]");
  if (event.key === " " && player.track && !onControl) {
    event.preventDefault();
    player.toggle();
  }
});

let failed = false;
player.addEventListener("state", () => {
  if (player.failed && !failed) announce(FAILED);
  failed = player.failed;
  if (player.playing && history.state?.typing) history.replaceState({ ...history.state, played: true }, "");
});

addEventListener("popstate", () => {
  complete("");
  show({ back: true });
});

if (document.cookie.includes("earshot-signed-in")) session().then(({ showWho }) => showWho(document.querySelector(".who")));
if (box.early) typed(box.early, true);
else show();
