/** Where a recording answers a search: its marked words as places to go to, one after the other. */

import { bare } from "./punctuation.js";

/** Words among which what was searched for is expected together. */
const PHRASE = 8;

/**
 * @param {{word: number, kind: string}[]} marks in order of time; `word` is an index of `texts`
 * @param {string[]} texts all words of the recording, in order of time
 * @returns {{first: number, last: number, told: number}[]} indexes of words, in order of time, and
 *   how many different words a place has; every mark is in a place
 */
export function places(marks, texts) {
  const found = [];
  for (const { word } of marks.toSorted((a, b) => a.word - b.word)) {
    const place = found.at(-1);
    const told = bare(texts[word] ?? "");
    if (place && word - place.first < PHRASE && !place.told.has(told)) {
      place.told.add(told);
      place.last = word;
    } else if (!place || word - place.last > 1 || place.told.has(told)) {
      found.push({ first: word, last: word, told: new Set([told]) });
    }
  }
  return found.map(({ first, last, told }) => ({ first, last, told: told.size }));
}

/** The first of the places that have most of what was searched for; undefined where there is none. */
export function fullest(places) {
  return places.toSorted((a, b) => b.told - a.told)[0];
}

/** Which of `places` is at the word `word`, or comes next; the last one behind all. */
export function placeAt(places, word) {
  const next = places.findIndex(({ last }) => last >= word);
  return next < 0 ? places.length - 1 : next;
}

/** The place `step` further than `now` (-1: none yet), round and round. */
export function moved(now, step, count) {
  if (!count) return -1;
  if (now < 0) return step > 0 ? 0 : count - 1;
  return (now + step + count) % count;
}
