/** What someone has selected of a recording's words, and a button that copies it as a quote. */

import { el } from "./dom.js";
import { clock } from "./labels.js";

const COPY = "Copy as a quote";

/**
 * The selected words of a text, and the first of them; null where none is selected.
 *
 * @param {HTMLElement} text
 * @returns {{words: string, first: HTMLElement}|null}
 */
export function selected(text) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.containsNode(text, true)) return null;
  const nodes = [...text.querySelectorAll(".word")].filter((node) => selection.containsNode(node, true));
  if (!nodes.length) return null;
  return { words: selection.toString(), first: /** @type {HTMLElement} */ (nodes[0]) };
}

/**
 * @param {HTMLElement} text whose words may be selected
 * @param {(chosen: {words: string, first: HTMLElement}) => string} quoteOf
 * @param {AbortSignal} signal ends its listening
 */
export function quoteButton(text, quoteOf, signal) {
  const button = el("button", { type: "button", class: "chip quoting", hidden: true, on: { click: copy } }, COPY);
  document.addEventListener("selectionchange", () => {
    button.hidden = !selected(text) && document.activeElement !== button;
  }, { signal });
  return button;

  async function copy() {
    const chosen = selected(text);
    if (!chosen) return;
    await navigator.clipboard.writeText(quoteOf(chosen)).then(
      () => button.replaceChildren("Copied"),
      () => button.replaceChildren("The browser did not let it be copied"),
    );
    setTimeout(() => button.replaceChildren(COPY), 2000);
  }
}

/**
 * @param {string} words as they are shown
 * @param {{name: string, start: number, estimated?: boolean, link: string}} from `start` in seconds
 */
export function quote(words, { name, start, estimated = false, link }) {
  const said = words.replaceAll(/\s+/g, " ").trim();
  const marked = /^["“].*["”]$/su.test(said) ? said : `“${said}”`;
  return `${marked}\n${name.replaceAll(/^“|”$/g, "")}, ${clock(start, estimated)}\n${link}`;
}
