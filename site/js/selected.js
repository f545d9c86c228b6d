/** What someone has selected of a recording's words, and what can be done with it. */

import { el, isShortcut } from "./dom.js";
import { clock } from "./labels.js";

/**
 * The selected words of a text as they are shown, and their elements; null where none is selected.
 *
 * @param {HTMLElement} text
 * @returns {{words: string, nodes: HTMLElement[]}|null}
 */
export function selected(text) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.containsNode(text, true)) return null;
  const nodes = [...text.querySelectorAll(".word")].filter((node) => selection.containsNode(node, true));
  return nodes.length ? { words: selection.toString(), nodes: /** @type {HTMLElement[]} */ (nodes) } : null;
}

/**
 * A bar that is there while words are selected.
 *
 * @param {HTMLElement} text whose words may be selected
 * @param {{name: string, done: string, failed: string, act: (chosen: {words: string, nodes: HTMLElement[]}) => Promise<void>}[]} actions
 * @param {AbortSignal} signal ends its listening
 */
export function selectionBar(text, actions, signal) {
  const bar = el("div", { class: "selection", role: "group", "aria-label": "Selected words", hidden: true }, ...actions.map(button));
  const look = () => {
    bar.hidden = !selected(text) && !bar.contains(document.activeElement);
  };
  document.addEventListener("selectionchange", look, { signal });
  bar.addEventListener("focusout", () => setTimeout(look));
  document.addEventListener("keydown", (event) => {
    if (event.key === "q" && !isShortcut(event) && !bar.hidden) bar.querySelector("button").focus();
  }, { signal });
  return bar;

  function button({ name, done, failed, act }) {
    return el("button", { type: "button", class: "chip", on: { async click({ currentTarget }) {
      const chosen = selected(text);
      if (!chosen) return;
      currentTarget.textContent = "…";
      currentTarget.textContent = await act(chosen).then(() => done, () => failed);
      setTimeout(() => currentTarget.replaceChildren(name), 2000);
    } } }, name);
  }
}

/**
 * Words of a recording as one quotes them: the words, whose they are, when they were said, and where to hear them.
 *
 * @param {string} words as they are shown
 * @param {{name: string, start: number, estimated?: boolean, link: string}} from `start` in seconds
 */
export function quote(words, { name, start, estimated = false, link }) {
  const said = words.replaceAll(/\s+/g, " ").trim();
  const marked = /^["“].*["”]$/su.test(said) ? said : `“${said}”`;
  return `${marked}\n${name.replaceAll(/^“|”$/g, "")}, ${clock(start, estimated)}\n${link}`;
}
