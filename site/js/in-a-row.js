/** How matches are played: from a breath before them, and all of them in a row. */

import { press } from "./dom.js";
import { endsSentence } from "./punctuation.js";

/** Seconds beside a stretch at which somebody has moved the sound elsewhere. */
const ELSEWHERE = 2;

/**
 * A button that starts it, and stops it. It also stops when somebody pauses, or plays something else.
 *
 * @param {import("./player.js").Player} player
 * @param {() => {track: import("./player.js").Track, from: number, to: number, show?: () => void}[]} stretches
 *   in seconds; `show` brings one into sight
 * @param {AbortSignal} signal ends its listening
 */
export function playAll(player, stretches, signal) {
  let left = [];
  let now = null;
  const button = press("quiet", () => (now ? player.toggle() : start(stretches())));
  player.addEventListener("time", look, { signal });
  player.addEventListener("state", look, { signal });
  set(null);
  return button;

  function set(stretch) {
    now = stretch;
    button.textContent = now ? "Stop" : "Play all";
  }

  function start(all) {
    left = joined(all);
    next();
  }

  function next() {
    set(left.shift() ?? null);
    now?.show?.();
    if (now) player.play(now.track, now.from);
    else if (player.playing) player.toggle();
  }

  function look() {
    if (!now) return;
    const isElsewhere = player.time < now.from - ELSEWHERE || player.time > now.to + ELSEWHERE;
    if (player.track?.id === now.track.id && (player.ended || (player.time >= now.to && !isElsewhere))) next();
    else if (player.track?.id !== now.track.id || isElsewhere || !player.playing) set(null);
  }
}

/** Stretches of one recording that run into each other are one. */
export function joined(stretches) {
  const found = [];
  for (const stretch of stretches) {
    const last = found.at(-1);
    if (last && last.track.id === stretch.track.id && stretch.from >= last.from && stretch.from <= last.to) last.to = Math.max(last.to, stretch.to);
    else found.push({ ...stretch });
  }
  return found;
}

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
