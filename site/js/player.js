/** The one player of the page: a single sound at a time, from any word. */

import { el, icon, showPlaying } from "./dom.js";
import { clock } from "./labels.js";
import { parts } from "./punctuation.js";
import { faster, keep, kept } from "./speeds.js";

/**
 * Seconds before a word at which it is played from and lit: a recogniser places a word's start on
 * its first loud part, when it has begun already.
 */
export const LEAD = 0.1;
/** Seconds for which a word stays lit after its end, when no other word follows at once. */
const LINGER = 0.3;
/** Seconds that the buttons beside the position go back and on. */
const STEP = 5;
const WORDS_SHOWN = 7;
const WORDS_SHOWN_NARROW = 3;
export const FAILED = "This sound can't be played. It may have been removed.";

/**
 * @typedef {{id: string, key: string, sound: string, title: string, duration: number,
 *   words: [string, number, number][]}} Track
 */

/** Which of `words` is being spoken at `time`, or -1. */
export function spoken(words, time) {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle][1] - LEAD <= time) low = middle + 1;
    else high = middle;
  }
  return low && time <= words[low - 1][2] + LINGER ? low - 1 : -1;
}

/** Events: "time" while the position moves, "state" when it starts, stops, waits or fails. */
export class Player extends EventTarget {
  /** @type {Track|null} */
  track = null;
  failed = false;
  waiting = false;
  #audio;
  #root;
  #parts;
  #frame = 0;
  #word = -1;

  constructor(root) {
    super();
    this.#root = root;
    const part = (name) => root.querySelector(`.player-${name}`);
    this.#parts = {
      toggle: part("toggle"),
      link: part("title").firstElementChild,
      words: part("words"),
      now: part("now"),
      seek: part("seek"),
      length: part("length"),
      speed: part("speed"),
    };
    const onClick = {
      toggle: () => this.toggle(),
      back: () => this.seek(this.time - STEP),
      on: () => this.seek(this.time + STEP),
      speed: () => this.#nextSpeed(),
      close: () => this.close(),
    };
    for (const [name, act] of Object.entries(onClick)) part(name).addEventListener("click", act);
    part("close").append(icon("close"));
    part("seek").addEventListener("input", () => this.seek(part("seek").valueAsNumber));

    this.#audio = root.querySelector("audio");
    this.#setSpeed(kept());
    for (const event of ["play", "playing", "pause", "ended", "waiting", "error"]) {
      this.#audio.addEventListener(event, () => this.#changed(event));
    }
    for (const event of ["timeupdate", "seeked"]) this.#audio.addEventListener(event, () => this.#moved());
    this.#audio.addEventListener("durationchange", () => this.#measured());
    navigator.mediaSession?.setActionHandler("play", () => this.toggle());
    navigator.mediaSession?.setActionHandler("pause", () => this.toggle());
  }

  get playing() {
    return this.track !== null && !this.failed && !this.#audio.paused && !this.#audio.ended;
  }

  get ended() {
    return this.#audio.ended;
  }

  get time() {
    return this.#audio.currentTime;
  }

  plays(id) {
    return this.playing && this.track.id === id;
  }

  /** Plays `track` from `seconds`; a track that is loaded already is only moved, one that failed is loaded again. */
  play(track, seconds = 0) {
    const load = this.track?.id !== track.id || this.failed;
    this.track = track;
    this.failed = false;
    this.#word = -1;
    if (load) {
      this.#audio.src = track.sound;
      this.#audio.playbackRate = this.#audio.defaultPlaybackRate;
      this.#present();
    }
    this.#audio.currentTime = Math.max(0, (seconds || 0) - LEAD);
    this.#audio.play().catch(() => {}); // a failure comes as "error", a newer play() as its own
  }

  /** Tells the player the words of what it plays already. */
  learn(track) {
    if (this.track?.id === track.id) this.track = track;
  }

  toggle() {
    if (!this.track) return;
    if (this.failed) this.play(this.track, this.time + LEAD); // from the same place
    else if (this.playing) this.#audio.pause();
    else this.#audio.play().catch(() => {});
  }

  seek(seconds) {
    if (this.track) this.#audio.currentTime = seconds;
  }

  close() {
    const had = this.#root.contains(document.activeElement);
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.load();
    this.track = null;
    this.failed = false;
    this.#root.hidden = true;
    document.body.classList.remove("has-player");
    if (had) document.getElementById("content").focus();
    this.#tell("state");
  }

  #present() {
    const { link, words, seek, length, now } = this.#parts;
    link.textContent = this.track.title;
    link.href = `/?recording=${encodeURIComponent(this.track.id)}`;
    words.replaceChildren();
    seek.max = String(this.track.duration || 1);
    seek.value = "0";
    now.textContent = clock(0);
    length.textContent = clock(this.track.duration);
    this.#root.hidden = false;
    document.body.classList.add("has-player");
    if (navigator.mediaSession && window.MediaMetadata) {
      navigator.mediaSession.metadata = new MediaMetadata({ title: this.track.title, artist: "Earshot" });
    }
  }

  /** The sound's own length is truer than the record's. */
  #measured() {
    const { duration } = this.#audio;
    if (!this.track || !Number.isFinite(duration)) return;
    this.#parts.seek.max = String(duration);
    this.#parts.length.textContent = clock(duration);
  }

  #changed(event) {
    if (!this.track) return;
    if (event === "error") this.failed = true;
    this.waiting = event === "waiting" || (event === "play" && this.#audio.readyState < 3);
    cancelAnimationFrame(this.#frame);
    if (this.playing) this.#tick();
    const { toggle, words } = this.#parts;
    showPlaying(toggle, this.playing, this.playing ? "Pause" : "Play");
    this.#root.classList.toggle("waiting", this.waiting);
    this.#root.classList.toggle("failed", this.failed);
    if (this.failed) words.textContent = FAILED;
    words.setAttribute("aria-hidden", String(!this.failed));
    this.#tell("state");
  }

  #tick() {
    this.#frame = requestAnimationFrame(() => {
      this.#moved();
      if (this.playing) this.#tick();
    });
  }

  #moved() {
    if (!this.track) return;
    const { seek, now } = this.#parts;
    const time = this.#audio.currentTime;
    seek.value = String(time);
    seek.style.setProperty("--at", String(time / (Number(seek.max) || 1)));
    seek.setAttribute("aria-valuetext", `${clock(time)} of ${clock(Number(seek.max))}`);
    now.textContent = clock(time);
    this.#showWords(time);
    this.#tell("time");
  }

  /** The words around the one being spoken, which run along in the player. */
  #showWords(time) {
    const { words } = this.track;
    const at = spoken(words, time);
    if (at < 0 || at === this.#word || this.failed) return;
    this.#word = at;
    const shown = matchMedia("(max-width: 34rem)").matches ? WORDS_SHOWN_NARROW : WORDS_SHOWN;
    const first = at - (at % shown);
    this.#parts.words.replaceChildren(
      ...words.slice(first, first + shown).flatMap(([text], i) => {
        if (first + i !== at) return [text, " "];
        const [before, word, after] = parts(text);
        return [before, el("b", {}, word), after, " "];
      }),
    );
  }

  #nextSpeed() {
    keep(faster(this.#audio.playbackRate));
    this.#setSpeed(faster(this.#audio.playbackRate));
  }

  #setSpeed(speed) {
    this.#audio.defaultPlaybackRate = speed; // what a newly loaded sound starts with
    this.#audio.playbackRate = speed;
    this.#parts.speed.textContent = `${speed}×`;
    this.#parts.speed.setAttribute("aria-label", `${speed}× speed`);
  }

  #tell(event) {
    this.dispatchEvent(new Event(event));
  }
}
