/** One recording: everything said in it, from the first word to the last, and its files to keep. */

import { soundOf, transcriptUrl } from "./api.js";
import { link, write } from "./address.js";
import { bounds, save, soundClip, subtitles } from "./clip.js";
import { el, isCalm, press, showPlaying, spans } from "./dom.js";
import { doubtsView } from "./doubts.js";
import { finderView } from "./finder.js";
import { ago, clock, count, day, ESTIMATED, isUnderWay, label, lostOf, nameOf, speaker, title } from "./labels.js";
import { leadIn, playAll } from "./in-a-row.js";
import { fullest, placeAt, places } from "./matches.js";
import { notice } from "./notice.js";
import { paragraphs } from "./paragraphs.js";
import { LEAD } from "./player.js";
import { quote, selectionBar } from "./selected.js";
import { timelineView } from "./timeline.js";
import { keepInSight, wordsView } from "./words.js";

const FORMATS = { txt: "Text", srt: "Subtitles (SRT)", vtt: "Subtitles (VTT)", json: "Words and times (JSON)" };
/** An address has its seconds rounded. */
const ROUNDED = 0.01;
const COPY = "Copy a link to here";
const REFUSED = "The browser did not let it be copied";
/** Seconds after a match that are played with it. */
const AFTER = 0.5;

/**
 * @param {{recording: object, transcript: object|null, marks: {word: number, kind: string}[]}} answer of
 *   the API: the recording, its .json, and which words answer the search
 * @param {{q: string, exact: boolean, at: number|null}} state of the address; `at` in seconds
 */
export function view({ recording, transcript, marks }, { q, exact, at }, { player, announce, signal }) {
  const { recording_id: id, key, status, error, uploaded_at: uploaded, source, has_sound: sound } = recording;
  const segments = transcript?.segments ?? [];
  const parts = paragraphs(segments);
  const written = segments.flatMap((segment) => segment.words); // as marks count them
  const kinds = new Map(marks.map(({ word, kind }) => [written[word], kind]));
  /** @returns {[string, number, number]} */
  const triple = ({ text, start, end }) => [text, start, end];
  const inTime = written.toSorted((a, b) => a.start - b.start || a.end - b.end); // voices of channels overlap
  const words = inTime.map(triple);
  const found = places(
    inTime.flatMap((one, word) => (kinds.has(one) ? [{ word, kind: kinds.get(one) }] : [])), words.map(([text]) => text));
  const duration = recording.duration ?? transcript?.duration ?? 0;
  const estimated = recording.estimated_times;
  const estimates = estimated ? ESTIMATED : someEstimated(transcript?.provenance);
  const made = makers(recording, transcript?.provenance);
  const lost = lostOf(recording);
  const track = { id, key, sound: soundOf(recording), title: nameOf(recording), duration, words };

  player.learn(track);
  const playFrom = (seconds) => player.play(track, seconds);
  const playAt = (word) => playFrom(word < 0 ? 0 : leadIn(words, word));
  const opened = at === null ? (fullest(found)?.first ?? -1) : words.findLastIndex(([, start]) => start <= at + ROUNDED);
  const button = press("play large", () => (mine() && !player.ended ? player.toggle() : playAt(opened)));
  const timeline = timelineView(words, duration, found.map(({ first }) => words[first][1]), playFrom);
  const views = parts.map(({ words: some }) => {
    const marked = some.flatMap((one, word) => (kinds.has(one) ? [{ word, kind: kinds.get(one) }] : []));
    return { start: some[0].start, said: some, ...wordsView(some.map(triple), sound ? playFrom : null, marked) };
  });
  const finder = q && transcript ? finderView(q, found.length, (index, byKey) => goTo(index, byKey), signal) : null;
  if (sound && found.length > 1) finder?.element.append(playAll(player, inARow, signal));

  const mine = () => player.track?.id === id;
  const paragraphAt = (seconds) => views.findLast(({ start }) => start - LEAD <= seconds);
  const state = () => {
    const playing = player.plays(id);
    const from = opened < 0 ? 0 : words[opened][1];
    showPlaying(button, playing, playing ? "Pause" : from ? `Play from ${clock(from)}` : "Play");
    element.classList.toggle("playing", playing);
    time();
  };
  let paragraph = null;
  let before = null;
  const time = () => {
    const now = mine() ? player.time : null;
    timeline.follow(now);
    const next = now === null ? null : paragraphAt(now);
    if (paragraph !== next) paragraph?.follow(null);
    paragraph = next;
    const lit = paragraph?.follow(now) ?? null;
    if (lit && lit !== before) keepInSight(before, lit);
    before = lit ?? before;
  };
  player.addEventListener("state", state, { signal });
  player.addEventListener("time", time, { signal });

  const text = el("div", { class: "transcript" }, ...views.map(({ start, element: said }, i) =>
    el("section", {},
      link({ recording: id, q, exact, at: start }, { class: "stamp", "aria-label": `From ${clock(start)}` }, clock(start, estimated)),
      el("div", {}, voice(i) && el("p", { class: "voice" }, voice(i)), said))));
  const doubts = words.length > 0 && source !== "import" && doubtsView(text, wordOf, transcript?.heard);
  const element = el("article", { class: "recording" },
    el("header", {},
      el("div", { class: "recording-title" }, status === "done" && sound && button,
        el("div", {},
          el("h1", {}, track.title),
          el("p", { class: "about" },
            key !== track.title && el("span", { class: "key" }, key),
            ...spans(speaker(recording), recording.place, recording.collection, ...(recording.tags ?? []), day(recording.recorded_at),
              duration > 0 && clock(duration),
              words.length > 0 && count(words.length, "word"),
              source === "import" && label(source),
              words.length > 0 && estimates,
              ago(uploaded))),
          made && el("p", { class: "small made" }, made))),
      words.length > 0 && !estimated && timeline.element,
      status === "done" && el("p", { class: "downloads" }, el("span", {}, "Keep it as "),
        ...Object.entries(FORMATS).flatMap(([format, name]) => [
          el("a", { class: "chip", href: transcriptUrl(id, format), download: `${title(key)}.${format}`, title: name }, `.${format}`), " "]),
        navigator.clipboard && press("chip", copyLink, COPY),
        doubts && doubts.control),
    ),
    lost && notice(el("p", {}, lost)),
    status === "failed" && notice(el("p", {}, error?.message ?? "This recording could not be read.")),
    isUnderWay(recording) && notice(el("p", {}, "This recording is being written down. It takes a moment.")),
    status === "done" && words.length === 0 && notice(el("p", {}, "No speech was heard in this recording.")),
    finder?.element,
    selectionBar(text, actions(), signal),
    doubts && doubts.note,
    text,
    el("details", { class: "help deletion", on: { toggle: deletion } }, el("summary", {}, "Delete this recording")),
  );
  state();
  return { element, title: track.title, arrive };

  /** Who speaks from here on, where the channels of the sound were kept apart. */
  function voice(i) {
    const { channel } = parts[i];
    return Number.isInteger(channel) && channel !== parts[i - 1]?.channel ? `Speaker ${channel + 1}` : "";
  }

  /** The code of deleting comes for who wants it. */
  async function deletion({ currentTarget: details }) {
    if (details.childElementCount > 1) return;
    const { deletionView } = await import("./writing.js");
    details.append(deletionView(id, announce));
  }

  /** What can be done with words that someone selected. */
  function actions() {
    const name = (at, ending) => `${title(key)} ${clock(at).replaceAll(":", ".")}.${ending}`;
    const keep = (what, ending, make) => ({ name: what, done: "Saved", failed: "This sound can't be cut here", async act({ nodes }) {
      const some = spokenBy(nodes);
      save(await make(some, bounds(some, words)), name(some[0][1], ending));
    } });
    return [
      navigator.clipboard && { name: "Copy as a quote", done: "Copied", failed: REFUSED, act: (chosen) => navigator.clipboard.writeText(quoteOf(chosen)) },
      sound && keep("Save the sound", "wav", (_, span) => soundClip(track, span)),
      !estimated && keep("Save subtitles", "srt", async (some, [from]) => new Blob([subtitles(some, from)], { type: "application/x-subrip" })),
    ].filter(Boolean);
  }

  function wordOf(node) {
    return views.find(({ element: part }) => part.contains(node)).said[Number(node.dataset.i)];
  }

  function spokenBy(nodes) {
    return nodes.map((node) => triple(wordOf(node)));
  }

  /** The words that someone selected, with what is needed to find them again. */
  function quoteOf({ words: some, nodes }) {
    const [[, start]] = spokenBy(nodes);
    const link = new URL(write({ recording: id, at: start }), location.origin).href;
    return quote(some, { name: track.title, start, estimated, link });
  }

  /** The matches as stretches to play in a row. */
  function inARow() {
    return found.map(({ first, last }, index) => ({
      track, from: leadIn(words, first), to: words[last][2] + AFTER,
      show: () => {
        finder.set(index);
        show(first, last, false);
      },
    }));
  }

  /** Here: where the sound is, or else where the address points to. */
  async function copyLink({ currentTarget: copy }) {
    const here = write({ recording: id, q, exact, at: mine() ? player.time : at });
    await navigator.clipboard.writeText(new URL(here, location.origin).href).then(
      () => copy.replaceChildren("Copied"),
      () => copy.replaceChildren(REFUSED),
    );
    setTimeout(() => copy.replaceChildren(COPY), 2000);
  }

  /** Brings the place that the address points to into sight, with the keyboard on its word. */
  function arrive() {
    if (opened < 0) return false;
    const index = placeAt(found, opened);
    const { first, last } = found[index] ?? {};
    const isMatch = first <= opened && opened <= last;
    if (isMatch) finder.set(index);
    show(opened, isMatch ? last : opened, true);
    return true;
  }

  /** Shows a match; the sound moves there if it is being played. */
  function goTo(index, byKey) {
    const { first, last } = found[index];
    show(first, last, byKey);
    if (player.plays(id)) playAt(first);
  }

  /** Points at the words from `first` to `last`, which may be in two paragraphs. */
  function show(first, last, focus) {
    element.querySelectorAll(".target").forEach((word) => word.classList.remove("target"));
    element.querySelectorAll(".stretch").forEach((old) => old.replaceWith(...old.childNodes));
    const viewOf = (one) => views.find(({ said }) => said.includes(one));
    const nodes = inTime.slice(first, last + 1).map((one) => viewOf(one).word(viewOf(one).said.indexOf(one)));
    nodes.forEach((node) => node.classList.add("target"));
    views.map((view) => nodes.filter((node) => view.element.contains(node))).filter((some) => some.length).forEach(outline);
    nodes[0]?.scrollIntoView({ block: "center", behavior: isCalm() || focus ? "auto" : "smooth" });
    if (focus) viewOf(inTime[first]).focus(viewOf(inTime[first]).said.indexOf(inTime[first]));
  }
}

/** Draws one line around words of a paragraph, and around what is between them. */
function outline(nodes) {
  const range = document.createRange();
  range.setStartBefore(nodes[0]);
  range.setEndAfter(nodes.at(-1));
  range.surroundContents(el("span", { class: "stretch" }));
}

/** Which models made the transcript, in a sentence. */
function makers({ model, source }, provenance) {
  if (!model) return "";
  if (source === "import") return `Written by ${model}`;
  return provenance?.writer ? `Heard by ${model}, written by ${provenance.writer}` : `Heard by ${model}`;
}

/** How many of an import's words were not found in its sound; its provenance says it. */
function someEstimated({ decoder = "" } = {}) {
  const [, some] = /(\d+ of \d+) times estimated$/.exec(decoder) ?? [];
  return some ? `${some} times are estimated` : "";
}
