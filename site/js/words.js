/** Spoken words on the page: marked where they match, lit while they are heard, each a place to play from. */

import { el } from "./dom.js";
import { KINDS, readable } from "./labels.js";
import { spoken } from "./player.js";

/** Seconds of silence that are shown, so that words without punctuation can be read in breaths. */
const PAUSE = 0.55;

/**
 * @param {[string, number, number][]} words text, start and end in seconds
 * @param {{word: number, kind: string}[]} marks which words match a search, and how
 * @param {(seconds: number) => void} onPick called when someone chooses a word to play from
 * @returns {{element: HTMLElement, follow: (time: number|null) => HTMLElement|null,
 *   focus: (index: number) => void}} `follow` lights the word at `time` and returns it
 */
export function wordsView(words, marks, onPick) {
  const kinds = new Map(marks.map(({ word, kind }) => [word, kind]));
  const texts = readable(words.map(([text]) => text));
  const nodes = texts.map((text, i) => wordNode(text, i, kinds.get(i)));
  const element = el("p", { class: "words" });
  nodes.forEach((node, i) => {
    if (i) element.append(words[i][1] - words[i - 1][2] > PAUSE ? pause() : " ");
    element.append(node);
  });

  const pick = (node) => onPick(words[Number(node.dataset.i)][1]);
  const focus = (i) => {
    const node = nodes[i];
    if (!node) return;
    becomeButton(node, kinds.has(i));
    node.focus();
  };
  element.addEventListener("click", ({ target }) => {
    const node = target.closest(".word");
    if (node && getSelection().isCollapsed) pick(node); // selecting text to copy plays nothing
  });
  element.addEventListener("keydown", (event) => {
    const node = event.target.closest(".word");
    if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
    const i = Number(node.dataset.i);
    if (event.key === "Enter" || event.key === " ") pick(node);
    else if (event.key === "ArrowRight") focus(i + 1);
    else if (event.key === "ArrowLeft") focus(i - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  let lit = null;
  const follow = (time) => {
    const now = time === null ? null : (nodes[spoken(words, time)] ?? null);
    if (now === lit) return lit;
    lit?.classList.remove("lit");
    now?.classList.add("lit");
    lit = now;
    return lit;
  };
  return { element, follow, focus };
}

function wordNode(text, i, kind) {
  if (!kind) return el("span", { class: "word", data: { i } }, text);
  const title = KINDS[kind]?.title ?? "matches";
  return el(
    "mark",
    { class: `word ${kind}`, role: "button", tabindex: "0", title, "aria-label": `${text}, ${title}, play from here`, data: { i } },
    text,
  );
}

/**
 * Plain words are text to a screen reader, not hundreds of buttons; one becomes a button when the
 * arrow keys reach it.
 */
function becomeButton(node, marked) {
  if (marked) return;
  node.setAttribute("role", "button");
  node.setAttribute("tabindex", "-1");
}

function pause() {
  return el("span", { class: "pause", "aria-hidden": "true" }, " · ");
}
