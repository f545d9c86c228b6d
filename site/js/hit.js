/** One result: who said it, the words that matched, and the sound of exactly those words. */

import { write } from "./address.js";
import { el, icon } from "./dom.js";
import { clock, label, speaker, title } from "./labels.js";
import { rhythmView } from "./rhythm.js";
import { wordsView } from "./words.js";

const RANK = { exact: 0, stem: 1, near: 2, sound: 3 };

/** A view of a hit of the API; `player` plays it, `signal` ends its listening when it leaves the page. */
export function hitView(hit, player, signal) {
  const words = (hit.words ?? []).map(([text, from, to]) => [text, from ?? NaN, to ?? NaN]);
  const timed = words.length > 0 && words.every(([, from, to]) => Number.isFinite(from + to));
  const marks = (hit.marks ?? []).filter(({ word }) => word >= 0 && word < words.length);
  const track = { id: hit.recording_id, key: hit.key, title: title(hit.key), duration: hit.duration, words };
  const from = best(marks, words) ?? hit.start ?? 0;
  const start = hit.start ?? 0;
  const end = hit.end ?? hit.duration ?? 0;

  const playFrom = (seconds) => player.play(track, seconds);
  const said = words.length
    ? wordsView(words, marks, playFrom)
    : { element: el("p", { class: "words" }, hit.text || "Nothing was said, or nothing was understood."), follow: () => null };
  const rhythm = timed ? rhythmView(words, start, end, new Set(marks.map(({ word }) => word)), playFrom) : null;
  if (start > 0.5) said.element.prepend(ellipsis());
  if (hit.duration - end > 0.5) said.element.append(ellipsis());

  const button = el("button", { type: "button", class: "play" }, icon("play"));
  button.addEventListener("click", () => {
    if (mine()) player.toggle();
    else playFrom(from);
  });

  /** Another passage of the same recording may be the one that plays. */
  const mine = () => player.track?.id === hit.recording_id && player.time >= start - 0.5 && player.time <= end + 0.5;
  const state = () => {
    const playing = mine() && player.playing;
    button.replaceChildren(icon(playing ? "pause" : "play"));
    button.setAttribute("aria-label", playing ? `Pause ${track.title}` : `Play ${track.title} from ${clock(from)}`);
    button.classList.toggle("waiting", playing && player.waiting);
    element.classList.toggle("playing", playing);
    time();
  };
  const time = () => {
    const now = mine() ? player.time : null;
    said.follow(now);
    rhythm?.follow(now);
  };
  player.addEventListener("state", state, { signal });
  player.addEventListener("time", time, { signal });

  const element = el("article", { class: "hit" },
    el("div", { class: "hit-side" }, button, el("span", { class: "hit-from" }, clock(from))),
    el("div", { class: "hit-body" },
      said.element,
      rhythm?.element,
      about({ ...hit, track, at: from }),
    ),
  );
  state();
  return element;
}

/** The line beneath: the recording's name, who speaks, how long it is, and who wrote it down. */
function about({ recording_id: recording, track, at, duration, key, source, model, ...hit }) {
  return el("p", { class: "about" },
    el("a", { href: write({ recording, at }), "data-nav": true, title: key }, track.title),
    ...speaker(hit).map((text) => el("span", {}, text)),
    duration > 0 && el("span", {}, clock(duration), el("span", { class: "sr-only" }, " long")),
    model && el("span", {}, `written by ${model}`),
    source === "import" && el("span", {}, label(source)),
  );
}

/** The start of the word that matches best; the first of equals. */
function best(marks, words) {
  const [first] = [...marks].sort((a, b) => (RANK[a.kind] ?? 9) - (RANK[b.kind] ?? 9) || a.word - b.word);
  return first && (words[first.word][1] || 0);
}

function ellipsis() {
  return el("span", { class: "ellipsis", "aria-hidden": "true" }, " … ");
}
