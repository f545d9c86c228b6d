/** Where in a passage the search is answered best. */

import { bare } from "./punctuation.js";

const WORTH = { exact: 4, stem: 3, near: 2, sound: 1 };

/**
 * The first and last mark of the stretch of at most `width` words whose marks are worth most. Long
 * words tell more than short ones, and a word said twice tells it once: for "river under the
 * street" this is not the first of many "the".
 *
 * @param {{word: number, kind: string}[]} marks
 * @param {string[]} texts all words of the passage
 * @returns {[number, number]|null} indexes of words
 */
export function bestStretch(marks, texts, width) {
  const sorted = marks.toSorted((a, b) => a.word - b.word);
  let best = null;
  let most = 0;
  sorted.forEach((first, i) => {
    const worth = new Map();
    let last = first;
    for (const mark of sorted.slice(i)) {
      if (mark.word - first.word >= width) break;
      const text = bare(texts[mark.word]);
      const value = text.length * (WORTH[mark.kind] ?? 1);
      if (value <= (worth.get(text) ?? 0)) continue;
      worth.set(text, value);
      last = mark;
    }
    const sum = [...worth.values()].reduce((a, b) => a + b, 0);
    const tighter = best && last.word - first.word < best[1] - best[0];
    if (sum > most || (sum === most && tighter)) [most, best] = [sum, [first.word, last.word]];
  });
  return best;
}
