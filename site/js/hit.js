/** One result: the words that matched, the sound of exactly those words, and who said them. */

import { link } from "./address.js";
import { soundOf } from "./api.js";
import { bestStretch } from "./matches.js";
import { el, press, showPlaying, spans } from "./dom.js";
import { foldersOf } from "./facets.js";
import { clock, day, ESTIMATED, label, nameOf, speaker } from "./labels.js";
import { BREATH, leadIn } from "./in-a-row.js";
import { bare } from "./punctuation.js";
import { wordsView } from "./words.js";

const WORDS_SHOWN = 42;
/** Words among which what was searched for is expected together. */
const PHRASE = 8;
/** Seconds that a passage may begin after its recording, or end before it, without an ellipsis. */
const WHOLE = 0.8;

/**
 * A view of a hit of the API; `asked` is the search that found it, `player` plays it, `signal` ends its
 * listening when it leaves the page. `clip` is what is played of it in a row with others, if anything.
 */
export function hitView(hit, asked, player, signal) {
  const { words, marks } = wordsOf(hit);
  const timed = words.length > 0 && words.every(([, from, to]) => Number.isFinite(from + to));
  const estimated = hit.estimated_times;
  const track = { id: hit.recording_id, key: hit.key, sound: soundOf(hit), title: nameOf(hit), duration: hit.duration, words: timed ? words : [] };
  const start = hit.start ?? 0;
  const end = hit.end ?? hit.duration ?? 0;
  const [first, last] = bestStretch(marks, words.map(([text]) => text), PHRASE) ?? [];
  const from = words[first]?.[1] || start;
  const playMatch = () => playFrom(timed && first !== undefined ? leadIn(words, first) : Math.max(0, from - BREATH));
  const also = elsewhere(hit.others ?? [], timed ? [words[0][1], words.at(-1)[1]] : [start, end]);

  const playFrom = (seconds) => player.play(track, seconds);
  const said = words.length ? wordsView(words, hit.sound ? playFrom : null, marks, WORDS_SHOWN) : plain(hit.text);
  if (start > WHOLE && !said.element.querySelector(".unfold")) said.element.prepend(ellipsis());
  if (hit.duration - end > WHOLE) said.element.append(ellipsis());

  const button = press("play", () => (mine() && !player.ended ? player.toggle() : playMatch()));

  /** Another passage of the same recording may be the one that plays. */
  const mine = () => player.track?.id === hit.recording_id && player.time >= start - 1 && player.time <= end + 1;
  const state = () => {
    const playing = mine() && player.playing;
    showPlaying(button, playing, playing ? `Pause ${track.title}` : `Play ${track.title} from ${clock(from)}`);
    button.classList.toggle("waiting", playing && player.waiting);
    time();
  };
  const time = () => said.follow(mine() ? player.time : null);
  player.addEventListener("state", state, { signal });
  player.addEventListener("time", time, { signal });
  state();

  const clip = hit.sound && timed && first !== undefined && { track, from: leadIn(words, first), to: words[last][2] + BREATH };
  const element = el("article", { class: hit.sound ? "hit" : "hit silent" },
    said.element,
    el("div", { class: "hit-sound" }, hit.sound && button, el("span", { class: "hit-from" }, clock(from, estimated))),
    about(hit, from, also, track.title, asked),
  );
  return { element, clip };
}

/** The line beneath: the recording's name, who speaks, how long it is, and where else it answers. */
function about(hit, from, also, name, asked) {
  const { key, duration, source } = hit;
  const place = (at, ...shown) => link({ recording: hit.recording_id, q: asked.q, exact: asked.exact, at }, ...shown);
  const [folder] = foldersOf(key).filter((one) => one !== asked.prefix);
  return el("div", { class: "about" },
    el("b", {}, place(from, { title: key }, name)),
    folder && el("span", { class: "folder" }, "in ", link({ ...asked, pages: 1, prefix: folder }, {}, folder)),
    ...spans(speaker(hit)),
    duration > 0 && el("span", {}, clock(duration), el("span", { class: "sr-only" }, " long")),
    ...spans(day(hit.recorded_at ?? hit.uploaded_at), source === "import" && label(source), hit.estimated_times && ESTIMATED),
    also.length > 0 && el("span", { class: "others" }, "also at ", ...also.flatMap((at, i) => [
      i ? ", " : "", place(at, {}, clock(at, hit.estimated_times))])),
  );
}

/**
 * When the search is answered again, in seconds: at one word of each other passage of the recording.
 * Passages overlap, so what a passage has marked may be what the best one shows, or an earlier one
 * of the others: such words are passed over, and a passage that has no more is left out.
 *
 * @param {object[]} others hits of the API
 * @param {[number, number]} shown the starts of the first and the last word of the best passage
 */
function elsewhere(others, shown) {
  const known = [shown];
  const isNew = (seconds) => !known.some(([first, last]) => seconds >= first && seconds <= last);
  for (const other of others) {
    const times = answer(other, isNew) ?? [other.start ?? 0];
    const at = times.find(isNew);
    if (at !== undefined) known.push([at, Math.max(...times)]);
  }
  return known.slice(1).map(([at]) => at).sort((a, b) => a - b);
}

/**
 * The times of the words that answer the search best in a passage: of those with one that `isNew`,
 * where these answer it as fully as any. Null where no word is marked, or none has a time.
 */
function answer(hit, isNew) {
  const { words, marks } = wordsOf(hit);
  const texts = words.map(([text]) => bare(text));
  const at = ({ word }) => words[word][1];
  const best = (some) => {
    const [first, last] = bestStretch(some, texts, PHRASE) ?? [];
    return some.filter(({ word }) => word >= first && word <= last);
  };
  const told = (some) => new Set(some.map(({ word }) => texts[word])).size;

  const timed = marks.filter((mark) => Number.isFinite(at(mark)));
  if (!timed.length) return null;
  const whole = best(timed);
  if (whole.some((mark) => isNew(at(mark)))) return whole.map(at);
  const again = best(timed.filter((mark) => isNew(at(mark))));
  return told(again) >= told(whole) ? again.map(at) : [];
}

/** A hit's words, whose times are NaN where they are not known, and the marks that are of one of them. */
function wordsOf(hit) {
  const words = (hit.words ?? []).map(([text, from, to]) => [text, from ?? NaN, to ?? NaN]);
  return { words, marks: (hit.marks ?? []).filter(({ word }) => word >= 0 && word < words.length) };
}

function plain(text) {
  return { element: el("p", { class: "words" }, text || "No speech was heard in it."), follow: () => null };
}

function ellipsis() {
  return el("span", { class: "ellipsis", "aria-hidden": "true" }, " … ");
}
