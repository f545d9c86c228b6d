/** Where a recording may have been misheard: words that are not sure, and what the other listener heard. */

import { el, switchOf } from "./dom.js";
import { bare } from "./punctuation.js";

/** Words below are shaded: about one in twelve of what is heard well. */
const UNSURE = 0.6;

/** What the person chose stays so on the next recording. */
let shaded = false;

/**
 * What the listener heard where a word is shown, if that is another word; empty otherwise.
 *
 * @param {{text: string, start: number, end: number}} word
 * @param {{text: string, start: number, end: number}[]} heard in order of time
 */
export function heardAs({ text, start, end }, heard) {
  const there = heard.filter((other) => Math.min(end, other.end) - Math.max(start, other.start) > Math.min(end - start, other.end - other.start) / 2);
  const words = there.map((other) => bare(other.text)).join(" ");
  const letters = (some) => some.replaceAll(/[^\p{L}\p{N}]/gu, "").toLowerCase();
  return letters(words) === letters(text) ? "" : words;
}

/**
 * A switch that shades unsure words of `text`, and a line that says of the word pointed at how sure it is.
 *
 * @param {HTMLElement} text
 * @param {(node: HTMLElement) => {text: string, start: number, end: number, confidence?: number}} wordOf
 * @param {{words: {text: string, start: number, end: number}[]}[]|null} heard the listener's own segments, where a writer wrote the text
 * @returns {{control: HTMLElement, note: HTMLElement}}
 */
export function doubtsView(text, wordOf, heard) {
  const listened = (heard ?? []).flatMap(({ words }) => words);
  const note = el("p", { class: "doubt", role: "status" });
  const control = switchOf("shaded", shaded, (on) => {
    shaded = on;
    shade();
  }, "Shade unsure words");
  for (const event of ["focusin", "pointerover", "click"]) text.addEventListener(event, tell);
  shade();
  return { control, note };

  function shade() {
    text.classList.toggle("shaded", shaded);
    note.replaceChildren();
    if (!shaded) return;
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (text.querySelectorAll(".word"))) node.classList.toggle("unsure", wordOf(node).confidence < UNSURE);
  }

  function tell({ target }) {
    const node = target.closest(".word");
    if (!shaded || !node) return;
    const { confidence, ...word } = wordOf(node);
    const other = heardAs(word, listened);
    note.replaceChildren(el("span", {}, el("b", {}, bare(word.text)), ` is ${Math.round(confidence * 100)} % sure`, other && `; the listener heard “${other}”`));
  }
}
