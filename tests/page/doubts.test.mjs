import assert from "node:assert/strict";
import { test } from "node:test";

import { heardAs } from "../../site/js/doubts.js";

const HEARD = [{ text: "FLOUR", start: 1, end: 1.5 }, { text: "IN", start: 1.6, end: 1.8 }, { text: "TO", start: 1.8, end: 2 }];

test("what the listener heard is told where it is another word", () => {
  assert.equal(heardAs({ text: "flower,", start: 1.02, end: 1.48 }, HEARD), "flour");
  assert.equal(heardAs({ text: "Flour.", start: 1.02, end: 1.48 }, HEARD), "");
  assert.equal(heardAs({ text: "into", start: 1.6, end: 2 }, HEARD), "", "the same letters, cut otherwise");
  assert.equal(heardAs({ text: "silence", start: 5, end: 6 }, HEARD), "");
});
