/** Spoken words on the page: marked where they match, lit while they are heard, each a place to play from. */

import { bestStretch } from "./matches.js";
import { el, isCalm, isShortcut } from "./dom.js";
import { KINDS } from "./labels.js";
import { spoken } from "./player.js";
import { endsClause, parts } from "./punctuation.js";

/** Seconds of silence that are shown, so that words without punctuation can be read in breaths. */
const PAUSE = 0.55;

/**
 * @param {[string, number, number][]} words text, start and end in seconds
 * @param {((seconds: number) => void)|null} onPick called when someone chooses a word to play from;
 *   null where there is nothing to hear
 * @param {{word: number, kind: string}[]} marks which words match a search, and how
 * @param {number} shown of a longer text, only about so many words around its marks are shown at
 *   first; the others wait behind an ellipsis, and come when they are heard
 * @returns {{element: HTMLElement, follow: (time: number|null) => HTMLElement|null,
 *   focus: (index: number) => void, word: (index: number) => HTMLElement}} `follow` lights the word at
 *   `time` and returns it; `word` is one word's element, brought out if it was folded away
 */
export function wordsView(words, onPick, marks = [], shown = Infinity) {
  const kinds = new Map(marks.map(({ word, kind }) => [word, kind]));
  const texts = words.map(([text]) => text);
  const written = texts.map(parts);
  const nodes = written.map(([, word], i) => wordNode(word, i, kinds.get(i), onPick !== null));
  const rests = (i) => words[i][1] - words[i - 1][2] > PAUSE && !endsClause(texts[i - 1]);
  const between = (i) => (i === 0 ? "" : rests(i) ? pause() : " ");
  const run = (from, to) => nodes.slice(from, to).flatMap((node, i) => {
    const [before, , after] = written[from + i];
    return [between(from + i), before, node, after].filter(Boolean);
  });

  const [from, to] = excerpt(texts, marks, shown);
  const element = el("p", { class: onPick ? "words" : "words silent" },
    ...folded(run(0, from), "Show what was said before"),
    ...run(from, to),
    ...folded(run(to), "Show what was said after"),
  );

  const pick = (node) => onPick(words[Number(node.dataset.i)][1]);
  const focus = (i) => {
    const node = nodes[i];
    if (!node) return;
    unfold(node);
    if (!node.hasAttribute("tabindex")) becomeFocusable(node, onPick !== null);
    node.focus();
  };
  if (onPick) element.addEventListener("click", ({ target }) => {
    const node = target.closest(".word");
    if (node && getSelection().isCollapsed) pick(node); // selecting text to copy plays nothing
  });
  element.addEventListener("keydown", (event) => {
    const node = event.target.closest(".word");
    if (!node || isShortcut(event)) return;
    const i = Number(node.dataset.i);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (onPick && (event.key === "Enter" || event.key === " ")) pick(node);
    else if (!step) return;
    else if (event.shiftKey) select(i, i + step);
    else focus(i + step);
    event.preventDefault();
    event.stopPropagation();
  });

  const select = (i, to) => {
    if (!nodes[to]) return;
    const [start, end] = to > i ? [0, 1] : [1, 0];
    const selection = getSelection();
    if (selection.isCollapsed) selection.collapse(nodes[i], start);
    selection.extend(nodes[to], end);
    focus(to);
  };

  let lit = null;
  const follow = (time) => {
    const now = time === null ? null : (nodes[spoken(words, time)] ?? null);
    if (now === lit) return lit;
    lit?.classList.remove("lit");
    now?.classList.add("lit");
    if (now) unfold(now);
    lit = now;
    return lit;
  };
  const word = (i) => {
    unfold(nodes[i]);
    return nodes[i];
  };
  return { element, follow, focus, word };
}

/** The first and the end of the `shown` words around the best marks, two thirds of what is free after them. */
function excerpt(texts, marks, shown) {
  if (texts.length <= shown * 1.3) return [0, texts.length];
  const [first, last] = bestStretch(marks, texts, shown) ?? [0, 0];
  const from = first - Math.floor((shown - (last - first)) / 3);
  const start = Math.max(0, Math.min(from, texts.length - shown));
  return [start, start + shown];
}

function folded(nodes, label) {
  if (!nodes.length) return [];
  const hidden = el("span", { hidden: true }, ...nodes);
  const button = el("button", { type: "button", class: "unfold", "aria-label": label, on: { click: () => unfold(hidden) } }, "…");
  return label.endsWith("before") ? [button, hidden] : [hidden, " ", button];
}

function unfold(node) {
  const hidden = node.closest("[hidden]");
  if (!hidden?.parentElement?.classList.contains("words")) return;
  for (const beside of [hidden.previousElementSibling, hidden.nextElementSibling]) if (beside?.matches(".unfold")) beside.remove();
  hidden.hidden = false;
}

function wordNode(text, i, kind, plays) {
  if (!kind) return el("span", { class: "word", data: { i } }, text);
  const title = KINDS[kind]?.title ?? "matches";
  const button = plays && { role: "button", tabindex: "0", "aria-label": `${text}, ${title}, play from here` };
  return el("mark", { class: `word ${kind}`, title, data: { i }, ...button }, text);
}

/**
 * Plain words are text to a screen reader, not hundreds of buttons; one becomes a button when the
 * arrow keys reach it, if it plays.
 */
function becomeFocusable(node, plays) {
  if (plays) node.setAttribute("role", "button");
  node.setAttribute("tabindex", "-1");
}

function pause() {
  return el("span", { class: "pause", "aria-hidden": "true" }, " · ");
}

/** Follows the sound down the page, but leaves a reader alone who has scrolled elsewhere. */
export function keepInSight(before, lit) {
  const inSight = (node) => {
    const { top, bottom } = node.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight - 110; // the player covers the rest
  };
  if (before?.isConnected && inSight(before) && !inSight(lit)) {
    lit.scrollIntoView({ block: "center", behavior: isCalm() ? "auto" : "smooth" });
  }
}
