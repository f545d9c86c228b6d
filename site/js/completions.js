/** While someone types: words that were really said and go on as theirs do. */

import { write } from "./address.js";
import { suggest } from "./api.js";
import { el } from "./dom.js";

const SHOWN = 5;

/**
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
      [el("a", { class: "chip", href: write({ ...state, q: words, pages: 1 }), "data-nav": true }, words), " "]));
  };
}
