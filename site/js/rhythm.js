/**
 * The rhythm of what was said, drawn from the words and their times: vowels stand tall, consonants
 * low, pauses are gaps. It looks like a waveform, and needs no sound to be loaded.
 */

import { el, svg } from "./dom.js";
import { bare } from "./punctuation.js";

const BAR = 3;
const GAP = 2;
const HEIGHT = 40;
const LOUDNESS = [
  [/[aeiouyàáâäæãåèéêëìíîïòóôöõøùúûü]/, 1],
  [/[lrmnwj]/, 0.66],
  [/[vzbdgh]/, 0.44],
];

/**
 * @param {[string, number, number][]} words
 * @param {Set<number>} marked indexes of words to show as found
 * @param {(seconds: number) => void} onSeek
 * @returns {{element: HTMLElement, follow: (time: number|null) => void}}
 */
export function rhythmView(words, start, end, marked, onSeek, columns = 120) {
  const length = Math.max(end - start, 0.1);
  const { loudness, found } = measure(words, start, length, marked, columns);
  const bars = (keep) => svg("path", { d: loudness.map((value, i) => (keep(i) ? bar(value, i) : "")).join("") });
  const layer = (name, ...paths) =>
    svg("svg", { class: name, viewBox: `0 0 ${columns * (BAR + GAP) - GAP} ${HEIGHT}`, preserveAspectRatio: "none" }, ...paths);
  const hits = bars((i) => found[i]);
  hits.classList.add("found");
  const element = el("div", { class: "rhythm", "aria-hidden": "true" },
    layer("all", bars((i) => !found[i]), hits),
    layer("said", bars(() => true)),
  );
  element.addEventListener("click", (event) => {
    const box = element.getBoundingClientRect();
    onSeek(start + ((event.clientX - box.left) / box.width) * length);
  });
  const follow = (time) => {
    const said = time === null ? 0 : Math.min(Math.max((time - start) / length, 0), 1);
    element.style.setProperty("--said", String(said));
  };
  return { element, follow };
}

/** For each of `columns` equal stretches of time: how loud its letters are (0..1), and whether a marked word is in it. */
function measure(words, start, length, marked, columns) {
  const loudness = new Array(columns).fill(0);
  const found = new Array(columns).fill(false);
  const step = length / columns;
  words.forEach(([text, from, to], index) => {
    const letters = [...bare(text)];
    const share = (to - from) / letters.length;
    letters.forEach((letter, i) => {
      const [a, b] = [from + i * share - start, from + (i + 1) * share - start];
      const value = LOUDNESS.find(([letters]) => letters.test(letter))?.[1] ?? 0.3;
      for (let c = Math.max(0, Math.floor(a / step)); c < columns && c * step < b; c += 1) {
        const [begin, end] = [Math.max(a, c * step), Math.min(b, (c + 1) * step)];
        if (end <= begin) continue;
        const swell = 0.6 + 0.4 * Math.sin(Math.PI * ((begin + end) / 2 - a) / (b - a));
        loudness[c] += ((end - begin) / step) * value * swell;
        if (marked.has(index)) found[c] = true;
      }
    });
  });
  const loudest = Math.max(...loudness) || 1;
  return { loudness: loudness.map((value) => value / loudest), found };
}

function bar(loudness, column) {
  const height = Math.round(2 + (HEIGHT - 2) * loudness ** 1.4);
  const top = (HEIGHT - height) / 2;
  return `M${column * (BAR + GAP)} ${top}h${BAR}v${height}h-${BAR}z`;
}
