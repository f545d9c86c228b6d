/** Sentences into paragraphs: a new one where the speaker rests or changes, and about every minute. */

import { endsSentence } from "./punctuation.js";

const REST_S = 2;
const PARAGRAPH_S = 60;
/** A transcript made elsewhere may be a single segment of an hour: longer ones than this are cut. */
const SEGMENT_S = 30;

/**
 * @typedef {{text: string, start: number, end: number}} Word
 * @param {{words: Word[], channel?: number}[]} segments as the API gives them; a sentence each where
 *   there was a writer
 * @returns {{words: Word[], channel: number|undefined}[]} in order of time
 */
export function paragraphs(segments) {
  const found = [];
  const said = segments.filter(({ words }) => words.length);
  for (const { words, channel } of said.toSorted((a, b) => a.words[0].start - b.words[0].start)) {
    for (const sentence of sentences(words)) {
      const last = found.at(-1);
      if (last && last.channel === channel && goesOn(last.words, sentence)) last.words.push(...sentence);
      else found.push({ words: [...sentence], channel });
    }
  }
  return found;
}

function goesOn(words, sentence) {
  const rest = sentence[0].start - words.at(-1).end;
  return rest < REST_S && sentence.at(-1).end - words[0].start <= PARAGRAPH_S;
}

/** A segment, or where it is a very long one its sentences, or else stretches of it. */
function sentences(words) {
  if (words.at(-1).end - words[0].start <= SEGMENT_S) return [words];
  const found = [];
  for (const word of words) {
    const last = found.at(-1);
    const goesOn = last && !endsSentence(last.at(-1).text) && word.end - last[0].start <= SEGMENT_S;
    if (goesOn) last.push(word);
    else found.push([word]);
  }
  return found;
}
