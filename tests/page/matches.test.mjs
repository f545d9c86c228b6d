import assert from "node:assert/strict";
import { test } from "node:test";

import { fullest, moved, placeAt, places } from "../../site/js/matches.js";

const SAID = "The shop windows were lit. A shop, two shops, and windows far off; then shop windows again, shop windows.".split(" ");

function marked(...words) {
  return SAID.flatMap((text, word) => (words.includes(text.replace(/[.,;]/g, "")) ? [{ word, kind: "exact" }] : []));
}

test("words that answer together are one place", () => {
  const [first] = places(marked("shop", "windows"), SAID);
  assert.deepEqual(first, { first: 1, last: 2, told: 2 });
});

test("a phrase said twice in a row is two places", () => {
  const found = places(marked("shop", "windows"), SAID);
  assert.deepEqual(found.slice(-2), [{ first: 14, last: 15, told: 2 }, { first: 17, last: 18, told: 2 }]);
});

test("every mark that is seen is counted, and the fullest place is where one begins", () => {
  const texts = ["shop", ..."a b c d e f g h i j".split(" "), "shop", "windows"];
  const found = places([{ word: 0 }, { word: 11 }, { word: 12 }], texts);
  assert.deepEqual(found, [{ first: 0, last: 0, told: 1 }, { first: 11, last: 12, told: 2 }]);
  assert.equal(fullest(found), found[1]);
  assert.equal(fullest([]), undefined);
});

test("one word said in a row is a place each time", () => {
  assert.deepEqual(places([{ word: 0 }, { word: 1 }], ["no", "no"]), [{ first: 0, last: 0, told: 1 }, { first: 1, last: 1, told: 1 }]);
});

test("nothing marked is no place", () => {
  assert.deepEqual(places([], SAID), []);
  assert.equal(moved(-1, 1, 0), -1);
});

test("next and previous go round", () => {
  assert.deepEqual([moved(-1, 1, 3), moved(0, 1, 3), moved(2, 1, 3), moved(0, -1, 3), moved(-1, -1, 3)], [0, 1, 0, 2, 2]);
});

test("an address between two places opens at the one that comes", () => {
  const found = [{ first: 3, last: 4 }, { first: 9, last: 9 }];
  assert.deepEqual([0, 4, 5, 12].map((word) => placeAt(found, word)), [0, 0, 1, 1]);
});
