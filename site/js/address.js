/** What the page shows is in its address: every view can be shared, and the back button works. */

import { FACETS, ORDERS } from "./labels.js";

const MOST_PAGES = 20;

/**
 * @typedef {{q: string, exact: boolean, facets: Record<string, string[]>, sort: string, pages: number,
 *   recording: string, at: number|null}} State
 */

/** @returns {State} */
export function read(search) {
  const params = new URLSearchParams(search);
  /** @type {Record<string, string[]>} */
  const facets = {};
  for (const name of Object.keys(FACETS)) {
    const values = [...new Set(params.getAll(name))];
    if (values.length) facets[name] = values;
  }
  const at = Number.parseFloat(params.get("at"));
  const pages = Number.parseInt(params.get("pages"), 10);
  return {
    q: (params.get("q") ?? "").trim(),
    exact: params.get("exact") === "true",
    facets,
    sort: Object.hasOwn(ORDERS, params.get("sort") ?? "") ? params.get("sort") : "",
    pages: Math.min(Math.max(pages || 1, 1), MOST_PAGES),
    recording: params.get("recording") ?? "",
    at: Number.isFinite(at) && at >= 0 ? at : null,
  };
}

export function write({ q = "", exact = false, facets = {}, sort = "", pages = 1, recording = "", at = null }) {
  const params = new URLSearchParams();
  if (recording) {
    params.set("recording", recording);
    if (q) params.set("q", q);
    if (q && exact) params.set("exact", "true");
    if (at !== null) params.set("at", String(Math.round(at * 100) / 100));
  } else if (q) {
    params.set("q", q);
    if (exact) params.set("exact", "true");
    for (const [name, values] of Object.entries(facets)) for (const value of values) params.append(name, value);
    if (sort) params.set("sort", sort);
    if (pages > 1) params.set("pages", String(pages));
  }
  const text = params.toString();
  return text ? `/?${text}` : "/";
}

/** `state` with one facet value switched on or off; a new set of results starts at its first page. */
export function toggled(state, facet, value) {
  const now = state.facets[facet] ?? [];
  const next = now.includes(value) ? now.filter((other) => other !== value) : [...now, value];
  const facets = { ...state.facets, [facet]: next };
  if (!next.length) delete facets[facet];
  return { ...state, facets, pages: 1 };
}

/** In milliseconds. Who rests this long at results has looked at them. */
const REST_MS = 2000;

/**
 * Whether a search that is being typed takes the place of the one before it in the history.
 *
 * @param {{typing: number, played?: boolean}|null} state of the entry that is there; `typing` is when
 *   its search was typed, in milliseconds; an entry that was not typed has none
 * @param {number} now in milliseconds
 */
export function replaces(state, now) {
  return Boolean(state?.typing) && !state.played && now - state.typing < REST_MS;
}
