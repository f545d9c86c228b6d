/** What the page says when there is nothing to show, or something else than was asked for. */

import { el } from "./dom.js";

/** A failure, in a sentence, with a way to try again. */
export function failure(error, onRetry) {
  return el("div", { class: "notice failure", role: "alert" },
    el("p", {}, error.message),
    el("button", { type: "button", class: "quiet", on: { click: onRetry } }, "Try again"),
    error.requestId && el("p", { class: "small" }, "If you report it, name the request: ", el("code", {}, error.requestId)),
  );
}

export function notice(...children) {
  return el("div", { class: "notice" }, ...children);
}

/** Grey lines where results will stand. */
export function skeleton(rows = 4) {
  return el("div", { class: "skeleton", "aria-hidden": "true" },
    ...Array.from({ length: rows }, () => el("div", {}, el("i"), el("i"), el("i"))));
}
