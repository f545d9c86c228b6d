/** How to ask: what quotes, minus and OR do. */

import { el } from "./dom.js";

const WAYS = [
  ["river bank", "Most of the words, in any order. What sounds like them is found too."],
  ["\"river bank\"", "Exactly these words, one after the other."],
  ["river -bank", "River, where nobody says bank."],
  ["boat OR ferry", "One or the other."],
];

/** What the person unfolded stays so when the next results come. */
let unfolded = false;

export function helpView() {
  const fold = ({ currentTarget }) => {
    unfolded = currentTarget.open;
  };
  return el("details", { class: "help", open: unfolded, on: { toggle: fold } },
    el("summary", {}, "How to search"),
    el("dl", {}, ...WAYS.map(([typed, finds]) => el("div", {}, el("dt", {}, typed), el("dd", {}, finds)))));
}
