/** While someone types: words that were really said and go on as theirs do. */

import { write } from "./address.js";
import { suggest } from "./api.js";
import { el } from "./dom.js";

const SHOWN = 5;

/** @returns {(q: string, state: object) => void} shows what `q` may become; an empty `q` clears it */
export function completions(place) {
  let asking = new AbortController();
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
