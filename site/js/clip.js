/** A piece of a recording to keep: its sound as a WAV file, and its words as subtitles for it. */

import { el } from "./dom.js";
import { endsSentence } from "./punctuation.js";

/** Seconds of a recording that a browser decodes at a time; longer ones would fill a phone's memory. */
const LONGEST = 2 * 3600;
/** Hertz. Of a long recording speech is kept, and less memory needed. */
const [FULL, SPEECH] = [44_100, 16_000];
const LONG = 900;
/** Seconds by which two decoders may differ about a length. */
const ASTRAY = 0.5;
/** Seconds around the words, letters and seconds of a subtitle. */
const AROUND = 0.15;
const [LETTERS, CUE] = [84, 7];

/** From when to when a clip of `words` goes, in seconds: without what else of `all` words is near. */
export function bounds(words, all) {
  const [start, end] = [words[0][1], words.at(-1)[2]];
  const before = all.findLast(([, , to]) => to <= start)?.[2] ?? 0;
  const after = all.find(([, from]) => from >= end)?.[1] ?? Infinity;
  return [Math.max(before, start - AROUND), Math.min(after, end + AROUND)];
}

/** The sound of a track from `from` to `to`, in seconds, as a WAV file; throws where it can't be decoded. */
export async function soundClip({ sound, duration }, [from, to]) {
  if (duration > LONGEST) throw new Error("too long");
  const response = await fetch(sound);
  if (!response.ok) throw new Error("no sound");
  const rate = duration > LONG ? SPEECH : FULL;
  const whole = await new OfflineAudioContext(1, 1, rate).decodeAudioData(await response.arrayBuffer());
  // A file may skip seconds of its clock: a player waits for them, but what is decoded here lacks them.
  if (Math.abs(whole.duration - duration) > ASTRAY) throw new Error("another clock");
  const [first, last] = [from, to].map((at) => Math.min(Math.floor(at * rate), whole.length));
  const channels = Array.from({ length: whole.numberOfChannels }, (_, n) => whole.getChannelData(n).subarray(first, last));
  return new Blob([wav(channels, rate)], { type: "audio/wav" });
}

/** 16 bits a sample (the format: RIFF WAVE, PCM). */
export function wav(channels, rate) {
  const frame = 2 * channels.length;
  const size = frame * channels[0].length;
  const bytes = new DataView(new ArrayBuffer(44 + size));
  const text = (at, letters) => [...letters].forEach((letter, i) => bytes.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  bytes.setUint32(4, 36 + size, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, channels.length, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, rate * frame, true);
  bytes.setUint16(32, frame, true);
  bytes.setUint16(34, 16, true);
  text(36, "data");
  bytes.setUint32(40, size, true);
  channels.forEach((samples, n) => samples.forEach((sample, i) =>
    bytes.setInt16(44 + i * frame + 2 * n, Math.max(-1, Math.min(1, sample)) * 32_767, true)));
  return bytes.buffer;
}

/**
 * Subtitles (SRT) of a clip that begins at `from`.
 *
 * @param {[string, number, number][]} words
 */
export function subtitles(words, from) {
  const cues = [];
  for (const word of words) {
    const cue = cues.at(-1);
    const goesOn = cue && !endsSentence(cue.at(-1)[0]) && word[2] - cue[0][1] <= CUE && [...cue, word].map(([text]) => text).join(" ").length <= LETTERS;
    if (goesOn) cue.push(word);
    else cues.push([word]);
  }
  return cues.map((cue, n) =>
    `${n + 1}\n${stamp(cue[0][1] - from)} --> ${stamp(cue.at(-1)[2] - from)}\n${cue.map(([text]) => text).join(" ")}\n`).join("\n");
}

function stamp(seconds) {
  return new Date(Math.round(Math.max(0, seconds) * 1000)).toISOString().slice(11, 23).replace(".", ",");
}

/** Has the browser keep it as a file. */
export function save(blob, name) {
  const href = URL.createObjectURL(blob);
  el("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
