/** The matches of one recording: how many there are, and the way from one to the next. */

import { el, isShortcut } from "./dom.js";
import { count, number } from "./labels.js";
import { moved } from "./matches.js";
import { isTyping } from "./search-box.js";

/**
 * @param {string} q what was searched for
 * @param {number} total how many places answer it
 * @param {(index: number, byKey: boolean) => void} onGo shows a place; `byKey`: the keyboard goes there too
 * @param {AbortSignal} signal ends its listening
 * @returns {{element: HTMLElement, set: (index: number) => void}} `set` tells it which place is shown
 */
export function finderView(q, total, onGo, signal) {
  let now = -1;
  const place = el("output", { class: "finder-place" });
  const step = (by, byKey) => {
    set(moved(now, by, total));
    onGo(now, byKey);
  };
  const button = (by, name, key, sign) => el("button",
    { type: "button", class: "quiet", "aria-keyshortcuts": key, title: `${name} (${key})`, on: { click: () => step(by, false) } }, `${sign} ${name}`);
  const element = el("div", { class: "finder", role: "group", "aria-label": "Matches" },
    el("b", {}, q), place,
    total > 1 && button(-1, "Previous", "Shift+N", "↑"), total > 1 && button(1, "Next", "N", "↓"));
  if (total) {
    document.addEventListener("keydown", (event) => {
      if (isShortcut(event) || event.key.toLowerCase() !== "n" || isTyping(event.target)) return;
      event.preventDefault();
      step(event.shiftKey ? -1 : 1, true);
    }, { signal });
  }
  set(-1);
  return { element, set };

  function set(index) {
    now = index;
    place.textContent = !total ? "no match" : now < 0 ? count(total, "match", "matches") : `${number(now + 1)} of ${number(total)}`;
  }
}
