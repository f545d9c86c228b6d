/** The start page's own words, said once in silence: they light up as spoken words do everywhere here. */

import { rhythmView } from "./rhythm.js";
import { wordsView } from "./words.js";

/** In seconds, as one would say it. */
const WORDS = [["Search", 0.25, 0.66], ["what", 0.74, 0.96], ["was", 1.0, 1.22], ["said.", 1.3, 1.85]];
const END = 2.1;

/** Fills `tagline` (a heading) and the place beneath it for its rhythm. */
export function greet(tagline, below) {
  const said = wordsView(WORDS, say, [{ word: 3, kind: "exact" }]);
  const rhythm = rhythmView(WORDS, 0, END, new Set([3]), say, 132);
  tagline.replaceChildren(...said.element.childNodes);
  below.replaceChildren(rhythm.element);
  // It is a heading: to the keyboard and to screen readers nothing in it is a control.
  tagline.querySelectorAll("mark").forEach((mark) => ["role", "tabindex", "title", "aria-label"].forEach((name) => mark.removeAttribute(name)));

  function say(from = 0) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const began = performance.now() - from * 1000;
    const step = (now) => {
      const time = (now - began) / 1000;
      const over = time > END;
      said.follow(over ? null : time);
      rhythm.follow(over ? null : time);
      if (!over) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }
  return say;
}
