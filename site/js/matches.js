/** Where a recording answers a search: its marked words as places to go to, one after the other. */

import { bare } from "./punctuation.js";

/** Words among which what was searched for is expected together. */
const PHRASE = 8;
/** What has less than this of the words that the fullest places have is marked, but no place to go to. */
const ENOUGH = 0.6;

/**
 * @param {{word: number, kind: string}[]} marks in order of time; `word` is an index of `texts`
 * @param {string[]} texts all words of the recording, in order of time
 * @returns {{first: number, last: number}[]} indexes of words, in order of time
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
  const most = Math.max(...found.map(({ told }) => told.size), 0);
  return found.filter(({ told }) => told.size >= ENOUGH * most).map(({ first, last }) => ({ first, last }));
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
