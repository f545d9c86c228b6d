/** One result: the words that matched, the sound of exactly those words, and who said them. */

import { write } from "./address.js";
import { soundOf } from "./api.js";
import { bestStretch } from "./best.js";
import { el, icon } from "./dom.js";
import { foldersOf } from "./facets.js";
import { clock, ESTIMATED, isEstimated, label, speaker } from "./labels.js";
import { BREATH, leadIn } from "./lead-in.js";
import { day, nameOf } from "./names.js";
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
  const { q, exact } = asked;
  const { words, marks, sounded } = wordsOf(hit);
  const timed = words.length > 0 && words.every(([, from, to]) => Number.isFinite(from + to));
  const estimated = isEstimated(hit);
  const track = { id: hit.recording_id, key: hit.key, sound: soundOf(hit), title: nameOf(hit), duration: hit.duration, words: timed ? words : [] };
  const start = hit.start ?? 0;
  const end = hit.end ?? hit.duration ?? 0;
  const [first, last] = bestStretch(marks, words.map(([text]) => text), PHRASE) ?? [];
  const from = sounded ?? (words[first]?.[1] || start);
  const playMatch = () => playFrom(timed && first !== undefined && sounded === undefined ? leadIn(words, first) : Math.max(0, from - BREATH));
  const also = elsewhere(hit.others ?? [], timed ? [words[0][1], words.at(-1)[1]] : [start, end]);

  const playFrom = (seconds) => player.play(track, seconds);
  const said = words.length ? wordsView(words, hit.sound ? playFrom : null, marks, WORDS_SHOWN) : plain(hit.text);
  if (start > WHOLE && !said.element.querySelector(".unfold")) said.element.prepend(ellipsis());
  if (hit.duration - end > WHOLE) said.element.append(ellipsis());

  const button = el("button", { type: "button", class: "play" }, icon("play"));
  button.addEventListener("click", () => {
    if (mine() && !player.ended) player.toggle();
    else playMatch();
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
  };
  player.addEventListener("state", state, { signal });
  player.addEventListener("time", time, { signal });
  state();

  const clip = hit.sound && timed && first !== undefined && { track, from: leadIn(words, first), to: words[last][2] + BREATH };
  const element = el("article", { class: hit.sound ? "hit" : "hit silent" },
    said.element,
    el("div", { class: "hit-sound" }, hit.sound && button, el("span", { class: "hit-from" }, clock(from, estimated))),
    about(hit, (at) => write({ recording: hit.recording_id, q, exact, at }), from, also, track.title, asked),
  );
  return { element, clip };
}

/** The line beneath: the recording's name, who speaks, how long it is, and where else it answers. */
function about(hit, link, from, also, name, asked) {
  const { key, duration, source } = hit;
  const [folder] = foldersOf(key).filter((one) => one !== asked.prefix);
  return el("div", { class: "about" },
    el("b", {}, el("a", { href: link(from), "data-nav": true, title: key }, name)),
    folder && el("span", { class: "folder" }, "in ", el("a", { href: write({ ...asked, pages: 1, prefix: folder }), "data-nav": true }, folder)),
    speaker(hit) && el("span", {}, speaker(hit)),
    duration > 0 && el("span", {}, clock(duration), el("span", { class: "sr-only" }, " long")),
    day(hit.uploaded_at) && el("span", {}, day(hit.uploaded_at)),
    source === "import" && el("span", {}, label(source)),
    isEstimated(hit) && el("span", {}, ESTIMATED),
    also.length > 0 && el("span", { class: "others" }, "also at ", ...also.flatMap((at, i) => [
      i ? ", " : "", el("a", { href: link(at), "data-nav": true }, clock(at, isEstimated(hit)))])),
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

/**
 * A hit's words, whose times are NaN where they are not known, and the marks that are of one of them.
 * A mark may have a time alone, of sound that nobody wrote down as it was asked for: then what was
 * written there is marked, and `sounded` is where the first of them starts, in seconds.
 */
function wordsOf(hit) {
  const words = (hit.words ?? []).map(([text, from, to]) => [text, from ?? NaN, to ?? NaN]);
  const [written, sounding] = [[], []];
  for (const mark of hit.marks ?? []) (mark.word === undefined || mark.word === null ? sounding : written).push(mark);
  const marks = written.filter(({ word }) => word >= 0 && word < words.length);
  for (const { kind, start, end = start } of sounding) {
    words.forEach(([, from, to], word) => {
      if (from <= end && to >= start && !marks.some((mark) => mark.word === word)) marks.push({ word, kind });
    });
  }
  const sounded = written.length ? undefined : sounding.map(({ start }) => start).sort((a, b) => a - b)[0];
  return { words, marks, sounded };
}

function plain(text) {
  return { element: el("p", { class: "words" }, text || "No speech was heard in it."), follow: () => null };
}

function ellipsis() {
  return el("span", { class: "ellipsis", "aria-hidden": "true" }, " … ");
}
