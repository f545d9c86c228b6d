/** One recording: everything said in it, from the first word to the last, and its files to keep. */

import { soundOf, transcriptUrl } from "./api.js";
import { write } from "./address.js";
import { el, icon } from "./dom.js";
import { ago, clock, count, ESTIMATED, isEstimated, label, lostOf, speaker, title } from "./labels.js";
import { notice } from "./notice.js";
import { paragraphs } from "./paragraphs.js";
import { LEAD } from "./player.js";
import { rhythmView } from "./rhythm.js";
import { wordsView } from "./words.js";

const FORMATS = { txt: "Text", srt: "Subtitles (SRT)", vtt: "Subtitles (VTT)", json: "Words and times (JSON)" };
const COLUMNS = 200;
/** An address has its seconds rounded. */
const ROUNDED = 0.01;
const COPY = "Copy a link to here";

/**
 * @param {object} recording as the API gives it, with `sound` where there is some
 * @param {object|null} transcript its .json, when there is one
 * @param {number|null} at seconds that the address points to
 */
export function recordingView(recording, transcript, at, { player, signal }) {
  const { recording_id: id, key, status, error, uploaded_at: uploaded, source, sound } = recording;
  const parts = paragraphs(transcript?.segments ?? []);
  const spoken = parts.map((part) => part.words.map(({ text, start, end }) => [text, start, end]));
  const words = spoken.flat().toSorted((a, b) => a[1] - b[1]); // voices on channels of their own overlap
  const duration = recording.duration ?? transcript?.duration ?? 0;
  const estimated = isEstimated(recording);
  const estimates = estimated ? ESTIMATED : someEstimated(transcript?.provenance);
  const made = makers(recording, transcript?.provenance);
  const lost = lostOf(recording);
  const track = { id, key, sound: soundOf(recording), title: title(key), duration, words };

  player.learn(track);
  const playFrom = (seconds) => player.play(track, seconds);
  const button = el("button", { type: "button", class: "play large", on: { click: () => (mine() && !player.ended ? player.toggle() : playFrom(at ?? 0)) } });
  const rhythm = rhythmView(words, 0, duration, new Set(), playFrom, COLUMNS);
  const views = spoken.map((some) => ({ start: some[0][1], ...wordsView(some, sound ? playFrom : null) }));

  const mine = () => player.track?.id === id;
  const paragraphAt = (seconds) => views.findLast(({ start }) => start - LEAD <= seconds);
  const state = () => {
    const playing = player.plays(id);
    button.replaceChildren(icon(playing ? "pause" : "play"));
    button.setAttribute("aria-label", playing ? "Pause" : at ? `Play from ${clock(at)}` : "Play");
    element.classList.toggle("playing", playing);
    time();
  };
  let paragraph = null;
  let before = null;
  const time = () => {
    const now = mine() ? player.time : null;
    rhythm.follow(now);
    const next = now === null ? null : paragraphAt(now);
    if (paragraph !== next) paragraph?.follow(null);
    paragraph = next;
    const lit = paragraph?.follow(now) ?? null;
    if (lit && lit !== before) keepInSight(before, lit);
    before = lit ?? before;
  };
  player.addEventListener("state", state, { signal });
  player.addEventListener("time", time, { signal });

  const element = el("article", { class: "recording" },
    el("header", {},
      el("div", { class: "recording-title" }, status === "done" && sound && button,
        el("div", {},
          el("h1", {}, track.title),
          el("p", { class: "about" },
            key !== track.title && el("span", { class: "key" }, key),
            speaker(recording) && el("span", {}, speaker(recording)),
            duration > 0 && el("span", {}, clock(duration)),
            words.length > 0 && el("span", {}, count(words.length, "word", "words")),
            source === "import" && el("span", {}, label(source)),
            words.length > 0 && estimates && el("span", {}, estimates),
            ago(uploaded) && el("span", {}, ago(uploaded))),
          made && el("p", { class: "small made" }, made))),
      words.length > 0 && !estimated && rhythm.element,
      status === "done" && el("p", { class: "downloads" }, el("span", {}, "Keep it as "),
        ...Object.entries(FORMATS).flatMap(([format, name]) => [
          el("a", { class: "chip", href: transcriptUrl(id, format), download: `${track.title}.${format}`, title: name }, `.${format}`), " "]),
        navigator.clipboard && el("button", { type: "button", class: "chip", on: { click: copyLink } }, COPY)),
    ),
    lost && notice(el("p", {}, lost)),
    status === "failed" && notice(el("p", {}, error?.message ?? "This recording could not be read.")),
    (status === "queued" || status === "transcribing") && notice(el("p", {}, "This recording is being written down. It takes a moment.")),
    status === "done" && words.length === 0 && notice(el("p", {}, "No speech was heard in this recording.")),
    el("div", { class: "transcript" }, ...views.map(({ start, element: text }, i) =>
      el("section", {},
        el("a", { class: "stamp", href: write({ recording: id, at: start }), "data-nav": true, "aria-label": `From ${clock(start)}` }, clock(start, estimated)),
        el("div", {}, voice(i) && el("p", { class: "voice" }, voice(i)), text)))),
  );
  state();
  return { element, arrive };

  /** Who speaks from here on, where the channels of the sound were kept apart. */
  function voice(i) {
    const { channel } = parts[i];
    return Number.isInteger(channel) && channel !== parts[i - 1]?.channel ? `Speaker ${channel + 1}` : "";
  }

  /** Here: where the sound is, or else where the address points to. */
  async function copyLink({ currentTarget: copy }) {
    const here = write({ recording: id, at: mine() ? player.time : at });
    await navigator.clipboard.writeText(new URL(here, location.origin).href).then(
      () => copy.replaceChildren("Copied"),
      () => copy.replaceChildren("The browser did not let it be copied"),
    );
    setTimeout(() => copy.replaceChildren(COPY), 2000);
  }

  /** Brings the place that the address points to into sight, with the keyboard on its word. */
  function arrive() {
    if (at === null) return false;
    const view = paragraphAt(at + ROUNDED - LEAD);
    if (!view) return false;
    const index = spoken[views.indexOf(view)].findLastIndex(([, start]) => start <= at + ROUNDED);
    view.element.scrollIntoView({ block: "center" });
    view.focus(Math.max(index, 0));
    return true;
  }
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

/** Follows the sound down the page, but leaves a reader alone who has scrolled elsewhere. */
function keepInSight(before, lit) {
  const inSight = (node) => {
    const { top, bottom } = node.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight - 110; // the player covers the rest
  };
  if (before?.isConnected && inSight(before) && !inSight(lit)) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    lit.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  }
}
