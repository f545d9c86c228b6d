/** The start page's own words, said once in silence: they light up as spoken words do everywhere here. */

import { isCalm } from "./dom.js";
import { wordsView } from "./words.js";

/** In seconds, as one would say it. @type {[string, number, number][]} */
const WORDS = [["Search", 0.25, 0.66], ["what", 0.74, 0.96], ["was", 1.0, 1.22], ["said.", 1.3, 1.85]];
const END = 2.1;

/** Fills `tagline`, a heading; @returns a function that says it. */
export function greet(tagline) {
  const said = wordsView(WORDS, null, [{ word: 3, kind: "exact" }]);
  tagline.replaceChildren(...said.element.childNodes);
  tagline.querySelectorAll("mark").forEach((mark) => mark.removeAttribute("title")); // it answers nothing

  return () => {
    if (isCalm()) return;
    const began = performance.now();
    const step = (now) => {
      const time = (now - began) / 1000;
      said.follow(time > END ? null : time);
      if (time <= END) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  };
}
