/** What the page shows is in its address: every view can be shared, and the back button works. */

import { el } from "./dom.js";
import { FACETS, ORDERS } from "./labels.js";

const MOST_PAGES = 20;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** What is not a search: everything there is, and a place to bring recordings to. */
const VIEWS = ["all", "bring"];

/**
 * @typedef {{q: string, exact: boolean, facets: Record<string, string[]>, after: string, before: string,
 *   prefix: string, sort: string, pages: number, view: string, recording: string, at: number|null}} State
 *   `after` and `before` are days, `prefix` is what keys begin with
 */

/** @returns {State} */
export function read(search) {
  const params = new URLSearchParams(search);
  const text = (name) => (params.get(name) ?? "").trim();
  const day = (name) => (DAY.test(text(name)) ? text(name) : "");
  /** @type {Record<string, string[]>} */
  const facets = {};
  for (const name of Object.keys(FACETS)) {
    const values = [...new Set(params.getAll(name))];
    if (values.length) facets[name] = values;
  }
  const at = Number.parseFloat(params.get("at"));
  const pages = Number.parseInt(params.get("pages"), 10);
  return {
    q: text("q"),
    exact: params.get("exact") === "true",
    facets,
    after: day("after"),
    before: day("before"),
    prefix: params.get("prefix") ?? "",
    sort: Object.hasOwn(ORDERS, params.get("sort") ?? "") ? params.get("sort") : "",
    pages: Math.min(Math.max(pages || 1, 1), MOST_PAGES),
    view: VIEWS.includes(params.get("view")) ? params.get("view") : "",
    recording: params.get("recording") ?? "",
    at: Number.isFinite(at) && at >= 0 ? at : null,
  };
}

/** Which view an address shows. */
export function kindOf({ q, recording, view, ...state }) {
  if (recording) return "recording";
  if (view === "bring") return "bring";
  return q || view === "all" || isNarrowed(state) ? "results" : "start";
}

export function isNarrowed(state) {
  return narrowing(state).length > 0;
}

export function write({ q = "", exact = false, sort = "", pages = 1, view = "", recording = "", at = null, ...narrow }) {
  const params = new URLSearchParams();
  if (recording) {
    params.set("recording", recording);
    if (q) params.set("q", q);
    if (q && exact) params.set("exact", "true");
    if (at !== null) params.set("at", String(Math.round(at * 100) / 100));
  } else if (view === "bring") params.set("view", view);
  else if (q || view || isNarrowed(narrow)) {
    if (q) params.set("q", q);
    else if (!isNarrowed(narrow)) params.set("view", view);
    if (q && exact) params.set("exact", "true");
    for (const [name, value] of narrowing(narrow)) params.append(name, value);
    if (sort) params.set("sort", sort);
    if (pages > 1) params.set("pages", String(pages));
  }
  const text = params.toString();
  return text ? `/?${text}` : "/";
}

/** A link to what `state` shows; `props` are those of `el`. */
export function link(state, props, ...children) {
  return el("a", { href: write(state), "data-nav": true, ...props }, ...children);
}

/** All that narrows a search down, as the API's parameters. */
export function narrowing({ facets = {}, after = "", before = "", prefix = "" }) {
  const chosen = Object.entries(facets).flatMap(([name, values]) => values.map((value) => [name, value]));
  return [...chosen, ["after", after], ["before", before], ["prefix", prefix]].filter(([, value]) => value);
}

/** `state` with nothing that narrows it down. */
export function widened(state) {
  return { ...state, facets: {}, after: "", before: "", prefix: "", pages: 1, view: "all" };
}

/** `state` with one facet value switched on or off; a new set of results starts at its first page. */
export function toggled(state, facet, value) {
  const now = state.facets[facet] ?? [];
  const next = now.includes(value) ? now.filter((other) => other !== value) : [...now, value];
  return { ...state, facets: { ...state.facets, [facet]: next }, pages: 1 };
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
