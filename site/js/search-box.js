/** The search box: searches while one types, at once on Enter, is one key ("/") away, and offers words and help. */

import { link } from "./address.js";
import { suggest } from "./api.js";
import { isShortcut } from "./dom.js";

/** Long enough that a word is not searched letter by letter, short enough to feel immediate. */
const TYPING_PAUSE_MS = 180;

/**
 * @param {HTMLFormElement} form
 * @param {(q: string, settled: boolean) => void} onSearch `settled` when the person pressed Enter
 * @returns {{early: string, show: (q: string) => void}} `early` is what was typed before this code had
 *   come; `show` puts a query in the box, in place of what someone is typing there
 */
export function searchBox(form, onSearch) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("q"));
  let timer = 0;
  const search = (settled) => {
    clearTimeout(timer);
    onSearch(input.value.trim(), settled);
  };
  const later = (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(search, TYPING_PAUSE_MS, false);
  };
  input.addEventListener("input", later);
  input.addEventListener("compositionend", later);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search(true);
    if (matchMedia("(pointer: coarse)").matches) input.blur(); // puts a phone's keyboard away
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || isShortcut(event) || isTyping(event.target)) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  return {
    early: input.value.trim(),
    show(q) {
      if (input.value.trim() === q) return;
      clearTimeout(timer);
      input.value = q;
    },
  };
}

export function isTyping(target) {
  return target.closest?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=range])") != null;
}

const SHOWN = 5;

/**
 * While someone types: words that were really said and go on as theirs do.
 *
 * @returns {(q: string, state: object) => void} shows what `q` may become; an empty
 *   `q` clears it. The arrow keys go from the box, `input`, to what is offered, and back
 */
export function completions(place, input) {
  let asking = new AbortController();
  place.addEventListener("keydown", (event) => {
    const chips = [...place.querySelectorAll("a")];
    const now = chips.indexOf(event.target);
    const next = { ArrowRight: now + 1, ArrowDown: now + 1, ArrowLeft: now - 1, ArrowUp: now - 1 }[event.key];
    if (next === undefined && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    (chips[next] ?? (next === chips.length ? chips.at(-1) : input)).focus();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !place.firstElementChild) return;
    event.preventDefault();
    place.firstElementChild.focus();
  });
  return async (q, state) => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    let found = [];
    try {
      if (q) ({ suggestions: found } = await suggest(q, signal));
    } catch {
      // It is only a help: without it the search works as well.
    }
    if (signal.aborted) return;
    const others = found.filter((words) => words.toLowerCase() !== q.toLowerCase()).slice(0, SHOWN);
    place.replaceChildren(...others.flatMap((words) =>
      [link({ ...state, q: words, pages: 1 }, { class: "chip" }, words), " "]));
  };
}

/** What the person unfolded stays so when the next results come. */
let unfolded = false;

/** How to ask: what quotes, minus and OR do. The words are in index.html. */
export function helpView() {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("help"));
  const details = /** @type {HTMLDetailsElement} */ (template.content.firstElementChild.cloneNode(true));
  details.open = unfolded;
  details.addEventListener("toggle", () => {
    unfolded = details.open;
  });
  return details;
}
