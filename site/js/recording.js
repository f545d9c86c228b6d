/** One recording: everything said in it, from the first word to the last, and its files to keep. */

import { transcriptUrl } from "./api.js";
import { write } from "./address.js";
import { el, icon } from "./dom.js";
import { ago, clock, count, label, speaker, title } from "./labels.js";
import { notice } from "./notice.js";
import { LEAD } from "./player.js";
import { rhythmView } from "./rhythm.js";
import { wordsView } from "./words.js";

const FORMATS = { txt: "Text", srt: "Subtitles (SRT)", vtt: "Subtitles (VTT)", json: "Words and times (JSON)" };
const COLUMNS = 200;
/** An address has its seconds rounded. */
const ROUNDED = 0.01;
const COPY = "Copy a link to here";

/**
 * @param {object} recording as the API gives it
 * @param {object|null} transcript its .json, when there is one
 * @param {number|null} at seconds that the address points to
 */
export function recordingView(recording, transcript, at, { player, signal }) {
  const { recording_id: id, key, status, error, uploaded_at: uploaded, source } = recording;
  const segments = (transcript?.segments ?? []).map(({ words }) => words.map(({ text, start, end }) => [text, start, end]));
  const words = segments.flat();
  const duration = recording.duration ?? transcript?.duration ?? 0;
  const model = recording.model ?? transcript?.provenance?.model;
  const track = { id, key, title: title(key), duration, words };

  player.learn(track);
  const playFrom = (seconds) => player.play(track, seconds);
  const button = el("button", { type: "button", class: "play large", on: { click: () => (mine() && !player.ended ? player.toggle() : playFrom(at ?? 0)) } });
  const rhythm = rhythmView(words, 0, duration, new Set(), playFrom, COLUMNS);
  const views = segments.map((some) => ({ start: some[0][1], end: some.at(-1)[2], ...wordsView(some, playFrom) }));

  const mine = () => player.track?.id === id;
  const segmentAt = (seconds) => views.findLast(({ start }) => start - LEAD <= seconds);
  const state = () => {
    const playing = player.plays(id);
    button.replaceChildren(icon(playing ? "pause" : "play"));
    button.setAttribute("aria-label", playing ? "Pause" : at ? `Play from ${clock(at)}` : "Play");
    element.classList.toggle("playing", playing);
    time();
  };
  let segment = null;
  let before = null;
  const time = () => {
    const now = mine() ? player.time : null;
    rhythm.follow(now);
    const next = now === null ? null : segmentAt(now);
    if (segment !== next) segment?.follow(null);
    segment = next;
    const lit = segment?.follow(now) ?? null;
    if (lit && lit !== before) keepInSight(before, lit);
    before = lit ?? before;
  };
  player.addEventListener("state", state, { signal });
  player.addEventListener("time", time, { signal });

  const element = el("article", { class: "recording" },
    el("header", {},
      el("div", { class: "recording-title" }, status === "done" && button,
        el("div", {},
          el("h1", {}, track.title),
          el("p", { class: "about" },
            key !== track.title && el("span", { class: "key" }, key),
            speaker(recording) && el("span", {}, speaker(recording)),
            duration > 0 && el("span", {}, clock(duration)),
            words.length > 0 && el("span", {}, count(words.length, "word", "words")),
            model && el("span", {}, `written by ${model}`),
            source === "import" && el("span", {}, label(source)),
            ago(uploaded) && el("span", {}, ago(uploaded))))),
      words.length > 0 && rhythm.element,
      status === "done" && el("p", { class: "downloads" }, el("span", {}, "Keep it as "),
        ...Object.entries(FORMATS).flatMap(([format, name]) => [
          el("a", { class: "chip", href: transcriptUrl(id, format), download: `${track.title}.${format}`, title: name }, `.${format}`), " "]),
        navigator.clipboard && el("button", { type: "button", class: "chip", on: { click: copyLink } }, COPY)),
    ),
    status === "failed" && notice(el("p", {}, error?.message ?? "This recording could not be read.")),
    (status === "queued" || status === "transcribing") && notice(el("p", {}, "This recording is being written down. It takes a moment.")),
    status === "done" && words.length === 0 && notice(el("p", {}, "No speech was heard in this recording.")),
    el("div", { class: "transcript" }, ...views.map(({ start, element: text }) =>
      el("section", {},
        el("a", { class: "stamp", href: write({ recording: id, at: start }), "data-nav": true, "aria-label": `From ${clock(start)}` }, clock(start)),
        text))),
  );
  state();
  return { element, arrive };

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
    const view = segmentAt(at + ROUNDED - LEAD);
    if (!view) return false;
    const index = segments[views.indexOf(view)].findLastIndex(([, start]) => start <= at + ROUNDED);
    view.element.scrollIntoView({ block: "center" });
    view.focus(Math.max(index, 0));
    return true;
  }
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
