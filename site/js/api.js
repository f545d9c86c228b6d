/** The one place that speaks to the API, and that turns its failures into sentences for people. */

import { narrowing } from "./address.js";
import { SAID } from "./labels.js";

/** What is not answered by then is not worth waiting for; the server gives up a little later. */
const PATIENCE_MS = 10_000;
const EXTRA_MS = 1500;
const TOO_LATE = new Error("no answer in time");
const BUSY = "Earshot is busy just now. A moment later it should answer.";

export class ApiError extends Error {
  constructor(sentence, { status = 0, requestId = "" } = {}) {
    super(sentence);
    this.status = status;
    this.requestId = requestId;
  }
}

/** An answer of the API; each of its hits knows besides whether it has `sound`. */
export async function search({ q, exact = false, sort = "", ...narrow }, page, signal) {
  const params = new URLSearchParams([["q", q], ...narrowing(narrow), ...SAID.map((name) => ["facet", name])]);
  if (exact) params.set("exact", "true");
  if (sort) params.set("sort", sort);
  if (page > 1) params.set("page", String(page));
  const answer = await get(`/api/search?${params}`, signal);
  await Promise.all(answer.hits.map(async (hit) => {
    hit.sound = await hasSound(hit, signal);
  }));
  return answer;
}

export function suggest(q, signal) {
  return get(`/api/suggest?${new URLSearchParams({ q })}`, signal);
}

export function latest(signal) {
  return get("/api/recordings", signal);
}

/** What there is in all; null where it does not come soon: it is not what anybody waits for. */
export function collection(signal) {
  const enough = new Promise((resolve) => setTimeout(resolve, EXTRA_MS, null));
  return Promise.race([get("/api/collection", signal).catch(() => null), enough]);
}

export function recording(id, signal) {
  return get(`/api/recordings/${encodeURIComponent(id)}`, signal);
}

/** The recording with this key; undefined where there is none. */
export async function recordingAt(key, signal) {
  return (await get(`/api/recordings?${new URLSearchParams({ key })}`, signal)).recordings[0];
}

export function transcript(id, signal) {
  return get(transcriptUrl(id, "json"), signal);
}

/** The words of a recording that answer a search; none where they can't be told. */
export async function marks(id, { q, exact }, signal) {
  if (!q) return [];
  const params = new URLSearchParams({ q, ...(exact && { exact: "true" }) });
  try {
    return (await get(`/api/recordings/${encodeURIComponent(id)}/marks?${params}`, signal)).marks;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return []; // the recording can be read without them
  }
}

export function transcriptUrl(id, format) {
  return `/api/recordings/${encodeURIComponent(id)}.${format}`;
}

/**
 * Where a recording's sound is, on this origin (the page's policy allows no other).
 *
 * Each part of the key is quoted. A part "." or ".." would be taken for a step in the path and
 * removed on the way, so such keys keep their slashes quoted too.
 */
export function audioUrl(key) {
  const parts = key.split("/");
  const slash = parts.some((part) => part === "." || part === "..") ? "%2F" : "/";
  return `/audio/${parts.map(encodeURIComponent).join(slash)}`;
}

/** What is played of a recording: a copy, where browsers can't seek in the recording itself. */
export function soundOf({ key, playback }) {
  return playback ?? audioUrl(key);
}

const heard = new Map();

/**
 * Whether a hit can be heard, which the API says of recordings alone. What was transcribed has its sound; of
 * an import whose times are estimates it may never have come, so the page asks.
 */
async function hasSound({ key, estimated_times: estimated }, signal) {
  if (estimated && !heard.has(key)) {
    try {
      heard.set(key, (await recordingAt(key, signal))?.has_sound);
    } catch (error) {
      if (error.name === "AbortError") throw error; // else it is not known: the player will say
    }
  }
  return heard.get(key) ?? true;
}

function get(path, signal) {
  return ask(path, { signal });
}

/**
 * What is answered to any request; `options` are those of fetch. Throws an ApiError with a sentence.
 *
 * @param {string} path
 * @param {RequestInit} [options]
 */
export async function ask(path, { signal, headers, ...options } = {}) {
  let response;
  const enough = new AbortController(); // until an answer begins: a long one takes its time
  const timer = setTimeout(() => enough.abort(TOO_LATE), PATIENCE_MS);
  try {
    response = await fetch(path, {
      ...options,
      signal: AbortSignal.any([enough.signal, ...(signal ? [signal] : [])]),
      headers: { accept: "application/json", ...headers },
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    if (error === TOO_LATE) throw new ApiError(BUSY);
    throw new ApiError("Earshot can't be reached. Is there a connection?");
  } finally {
    clearTimeout(timer);
  }
  if (response.ok) {
    try {
      return await response.json();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ApiError("The answer was cut short.", { status: response.status });
    }
  }
  const { error = {} } = await response.json().catch(() => ({}));
  throw new ApiError(sentence(response.status, error?.message), {
    status: response.status,
    requestId: error?.request_id ?? "",
  });
}

function sentence(status, message) {
  if (status === 404) return message || "There is nothing here.";
  if (status >= 400 && status < 500 && status !== 429) return message || "That can't be searched for.";
  if ([429, 502, 503, 504].includes(status)) return BUSY;
  return "Something went wrong on Earshot's side.";
}
