/** A recording's length as a line: where someone speaks, where the search is answered, what was played. */

import { el, svg } from "./dom.js";

const WIDTH = 1000;
const HEIGHT = 24;
/** Pauses that are narrower than this, of WIDTH, or shorter, in seconds, are not drawn. */
const NARROW = 1;
const SHORT = 0.4;

/**
 * @param {[string, number, number][]} words in order of time
 * @param {number} duration in seconds
 * @param {number[]} ticks seconds at which the search is answered
 * @param {(seconds: number) => void} onSeek
 * @returns {{element: HTMLElement, follow: (time: number|null) => void}}
 */
export function timelineView(words, duration, ticks, onSeek) {
  const scale = WIDTH / Math.max(duration, 0.1);
  const speech = stretches(words, Math.max(NARROW / scale, SHORT))
    .map(([from, to]) => `M${(from * scale).toFixed(1)} 9h${Math.max((to - from) * scale, NARROW).toFixed(1)}v6H${(from * scale).toFixed(1)}z`);
  const marks = ticks.map((at) => `M${(Math.min(at * scale, WIDTH - 3)).toFixed(1)} 2h3v20h-3z`);
  const layer = (name, ...paths) => svg("svg", { class: name, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" }, ...paths);
  const element = el("div", { class: "timeline", "aria-hidden": "true" },
    layer("all", svg("path", { d: speech.join("") })),
    layer("said", svg("path", { d: speech.join("") })),
    layer("ticks", svg("path", { d: marks.join("") })),
  );
  element.addEventListener("click", (event) => {
    const box = element.getBoundingClientRect();
    onSeek(((event.clientX - box.left) / box.width) * duration);
  });
  const follow = (time) => {
    element.style.setProperty("--said", String(time === null ? 0 : Math.min(Math.max(time / (duration || 1), 0), 1)));
  };
  return { element, follow };
}

/**
 * @param {[string, number, number][]} words
 * @returns {[number, number][]} from when to when someone speaks, in seconds, pauses below `narrow` left out
 */
export function stretches(words, narrow) {
  /** @type {[number, number][]} */
  const found = [];
  for (const [, from, to] of words) {
    const last = found.at(-1);
    if (last && from - last[1] < narrow) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}
