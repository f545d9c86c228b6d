import assert from "node:assert/strict";
import { test } from "node:test";

import { faster, keep, kept } from "../../site/js/speeds.js";

test("speeds go up to 2.5, then to slow, and round", () => {
  const seen = [1];
  while (seen.length < 7) seen.push(faster(seen.at(-1)));
  assert.deepEqual(seen, [1, 1.25, 1.5, 2, 2.5, 0.75, 1]);
});

test("a speed is remembered, and what is no speed is not", () => {
  const values = new Map();
  const storage = /** @type {any} */ ({ getItem: (name) => values.get(name) ?? null, setItem: (name, value) => values.set(name, value) });
  assert.equal(kept(() => storage), 1);
  keep(2, () => storage);
  assert.equal(kept(() => storage), 2);
  values.set("speed", "<b>9</b>");
  assert.equal(kept(() => storage), 1);
});

test("a browser that keeps nothing plays at the normal speed", () => {
  const refused = () => { throw new Error("SecurityError"); };
  keep(2, refused);
  assert.equal(kept(refused), 1);
});
