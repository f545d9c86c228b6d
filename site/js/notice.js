/** What the page says when there is nothing to show, or something else than was asked for. */

import { link } from "./address.js";
import { el, press } from "./dom.js";

/** A failure, in a sentence, with a way to try again; beneath results it is no `heading`. */
export function failure(error, onRetry, heading = "h1") {
  return el("div", { class: "notice failure", role: "alert" },
    el(heading, {}, error.message),
    press("quiet", onRetry, "Try again"),
    error.requestId && el("p", { class: "small" }, "If you report it, name the request: ", el("code", {}, error.requestId)),
  );
}

/** There is nothing here, and where to go from it. */
export function lost(sentence, q) {
  const way = (state, text) => link(state, { class: "quiet" }, text);
  return el("div", { class: "notice failure", role: "alert" },
    el("h1", {}, sentence),
    el("p", {}, q && way({ q }, `Search for “${q}”`), q && " ", way({}, "To the start page")),
  );
}

/** After a while of grey lines: that somebody still works on it. */
export function stillWaiting() {
  return notice(el("p", {}, "This takes longer than usual. Earshot is still looking …"));
}

export function notice(...children) {
  return el("div", { class: "notice" }, ...children);
}

/** Grey lines where results will stand. */
export function skeleton(rows = 4) {
  return el("div", { class: "skeleton", "aria-hidden": "true" },
    ...Array.from({ length: rows }, () => el("div", {}, el("i"), el("i"), el("i"))));
}
