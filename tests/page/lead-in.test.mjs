import assert from "node:assert/strict";
import { test } from "node:test";

import { leadIn } from "../../site/js/in-a-row.js";

/** Words of 0.3 s each, a tenth apart; "/" is a second of silence. */
function timed(said) {
  const words = [];
  let at = 1;
  for (const text of said.split(" ")) {
    if (text === "/") at += 1;
    else words.push([text, at, at + 0.3]), (at += 0.4);
  }
  return words;
}

function before(said, word) {
  const words = timed(said);
  const first = words.findIndex(([text]) => text === word);
  return words[first][1] - leadIn(words, first);
}

const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 1e-6, `${value} is not ${wanted}`);

test("a match is played from a breath before it", () => near(before("we went on and on to the long shop windows again", "shop"), 0.6));

test("a match near the start of its sentence is played from there", () => near(before("It ended. The old shop closed", "shop"), 0.95));

test("a match near a pause is played from its end", () => near(before("so it ended / the old shop closed", "shop"), 0.95));

test("the first word of a sentence has a breath before it too", () => near(before("It ended. Shop", "Shop"), 0.6));

test("nothing is played from before the start", () => assert.equal(leadIn([["shop", 0.2, 0.5]], 0), 0));

test("playing begins 0.3 to 1.5 seconds before the match, wherever a sentence or a pause is", () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    let state = seed;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const words = [];
    for (let at = 2, n = 0; n < 30; n += 1) {
      const end = at + 0.05 + random();
      words.push([random() < 0.3 ? "end." : "on", at, end]);
      at = end + (random() < 0.2 ? 2 * random() : 0);
    }
    for (let first = 0; first < words.length; first += 1) {
      const lead = words[first][1] - leadIn(words, first);
      assert.ok(lead >= 0.3 && lead <= 1.5, `${lead} s, seed ${seed}`);
    }
  }
});
