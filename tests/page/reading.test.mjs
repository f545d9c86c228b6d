import assert from "node:assert/strict";
import { test } from "node:test";

import { bestStretch } from "../../site/js/matches.js";
import { paragraphs } from "../../site/js/paragraphs.js";
import { bare, endsClause, endsSentence, parts } from "../../site/js/punctuation.js";
import { stretches } from "../../site/js/timeline.js";

const SAID = "the house by the road and the river under the bridge of the town".split(" ");
const marked = (query) => SAID.flatMap((text, word) => (query.includes(text) ? [{ word, kind: "exact" }] : []));

test("the best stretch is where the words stand together", () => {
  assert.deepEqual(bestStretch(marked(["river", "under", "the", "bridge"]), SAID, 8), [7, 10]);
  assert.equal(bestStretch([], SAID, 8), null);
});

test("a word as typed is worth more than one that sounds so", () => {
  const marks = [{ word: 1, kind: "sound" }, { word: 13, kind: "exact" }];
  assert.deepEqual(bestStretch(marks, SAID, 8), [13, 13]);
});

const words = (said, from) => said.split(" ").map((text, i) => ({ text, start: from + i * 0.4, end: from + i * 0.4 + 0.3 }));

test("a rest of two seconds begins a paragraph, a shorter one does not", () => {
  const found = paragraphs([{ words: words("One two.", 0) }, { words: words("Three.", 2) }, { words: words("Four.", 4.4) }]);
  assert.deepEqual(found.map((one) => one.words.map(({ text }) => text).join(" ")), ["One two. Three.", "Four."]);
});

test("another voice begins a paragraph", () => {
  const found = paragraphs([{ words: words("Yes?", 0), channel: 0 }, { words: words("No.", 0.5), channel: 1 }]);
  assert.deepEqual(found.map(({ channel }) => channel), [0, 1]);
});

test("a word is parted from the marks that it carries", () => {
  assert.deepEqual(parts("“It's,”"), ["“", "It's", ",”"]);
  assert.deepEqual(parts("—"), ["", "—", ""]);
  assert.equal(bare("March."), "march");
  assert.deepEqual([endsSentence('it."'), endsSentence("it,"), endsClause("it,")], [true, false, true]);
});

test("speech is one stretch until somebody rests", () => {
  assert.deepEqual(stretches([["a", 0, 1], ["b", 1.1, 2], ["c", 4, 5]], 0.3), [[0, 2], [4, 5]]);
});
