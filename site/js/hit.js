/** One result: the words that matched, the sound of exactly those words, and who said them. */

import { write } from "./address.js";
import { bestStretch } from "./best.js";
import { el, icon } from "./dom.js";
import { clock, label, speaker, title } from "./labels.js";
import { rhythmView } from "./rhythm.js";
import { wordsView } from "./words.js";

const WORDS_SHOWN = 42;
/** Words among which what was searched for is expected together. */
const PHRASE = 8;
/** Seconds that a passage may begin after its recording, or end before it, without an ellipsis. */
const WHOLE = 0.8;

/** A view of a hit of the API; `player` plays it, `signal` ends its listening when it leaves the page. */
export function hitView(hit, player, signal) {
  const words = (hit.words ?? []).map(([text, from, to]) => [text, from ?? NaN, to ?? NaN]);
  const timed = words.length > 0 && words.every(([, from, to]) => Number.isFinite(from + to));
  const marks = (hit.marks ?? []).filter(({ word }) => word >= 0 && word < words.length);
  const track = { id: hit.recording_id, key: hit.key, title: title(hit.key), duration: hit.duration, words: timed ? words : [] };
  const start = hit.start ?? 0;
  const end = hit.end ?? hit.duration ?? 0;
  const [first] = bestStretch(marks, words.map(([text]) => text), PHRASE) ?? [];
  const from = words[first]?.[1] || start;

  const playFrom = (seconds) => player.play(track, seconds);
  const said = words.length ? wordsView(words, playFrom, marks, WORDS_SHOWN) : plain(hit.text);
  const rhythm = timed ? rhythmView(words, start, end, new Set(marks.map(({ word }) => word)), playFrom) : null;
  if (start > WHOLE && !said.element.querySelector(".unfold")) said.element.prepend(ellipsis());
  if (hit.duration - end > WHOLE) said.element.append(ellipsis());

  const button = el("button", { type: "button", class: "play" }, icon("play"));
  button.addEventListener("click", () => {
    if (mine() && !player.ended) player.toggle();
    else playFrom(from);
  });

  /** Another passage of the same recording may be the one that plays. */
  const mine = () => player.track?.id === hit.recording_id && player.time >= start - 1 && player.time <= end + 1;
  const state = () => {
    const playing = mine() && player.playing;
    button.replaceChildren(icon(playing ? "pause" : "play"));
    button.setAttribute("aria-label", playing ? `Pause ${track.title}` : `Play ${track.title} from ${clock(from)}`);
    button.classList.toggle("waiting", playing && player.waiting);
    time();
  };
  const time = () => {
    const now = mine() ? player.time : null;
    said.follow(now);
    rhythm?.follow(now);
  };
  player.addEventListener("state", state, { signal });
  player.addEventListener("time", time, { signal });
  state();

  return el("article", { class: "hit" },
    said.element,
    el("div", { class: "hit-sound" }, button, el("span", { class: "hit-from" }, clock(from))),
    rhythm?.element,
    about(hit, from, track.title),
  );
}

/** The line beneath: the recording's name, who speaks, how long it is, and who wrote it down. */
function about({ recording_id: recording, key, duration, source, model, others = [], ...hit }, from, name) {
  return el("div", { class: "about" },
    el("b", {}, el("a", { href: write({ recording, at: from }), "data-nav": true, title: key }, name)),
    speaker(hit) && el("span", {}, speaker(hit)),
    duration > 0 && el("span", {}, clock(duration), el("span", { class: "sr-only" }, " long")),
    source === "import" && el("span", {}, label(source)),
    model && el("span", {}, `written by ${model}`),
    others.length > 0 && el("span", { class: "others" }, "also at ", ...others.flatMap(({ start }, i) => [
      i ? ", " : "", el("a", { href: write({ recording, at: start }), "data-nav": true }, clock(start))])),
  );
}

function plain(text) {
  return { element: el("p", { class: "words" }, text || "No speech was heard in it."), follow: () => null };
}

function ellipsis() {
  return el("span", { class: "ellipsis", "aria-hidden": "true" }, " … ");
}
