/** From where a match is played: a breath before it, or where its sentence starts. */

import { endsSentence } from "./punctuation.js";

/** Seconds. A recogniser places a word's start on its first loud part, and an ear needs a moment. */
export const BREATH = 0.6;
/** A sentence that starts not longer before than this is heard from its start. */
const SENTENCE_WITHIN = 1.2;
/** Seconds before a sentence's first word. */
const BEFORE_SENTENCE = 0.15;
/** Seconds of silence after which a new sentence starts where nobody wrote marks. */
const REST = 0.55;

/**
 * @param {[string, number, number][]} words text, start and end in seconds, in order of time
 * @param {number} first index of the first word that matches
 * @returns {number} seconds
 */
export function leadIn(words, first) {
  const at = words[first][1];
  let start = first;
  while (start > 0 && at - words[start - 1][1] <= SENTENCE_WITHIN && !begins(words, start)) start -= 1;
  const sentence = start < first && begins(words, start) ? words[start][1] - BEFORE_SENTENCE : at;
  return Math.max(0, Math.min(sentence, at - BREATH));
}

function begins(words, i) {
  return i === 0 || endsSentence(words[i - 1][0]) || words[i][1] - words[i - 1][2] > REST;
}
