import assert from "node:assert/strict";
import { test } from "node:test";

import { replaces } from "../../site/js/address.js";

test("letters that are typed one after another share a step back", () => assert.ok(replaces({ typing: 1000 }, 1500)));

test("a search that was typed over after a rest is a step of its own", () => assert.ok(!replaces({ typing: 1000 }, 3000)));

test("a search of which something was played is a step of its own", () => assert.ok(!replaces({ typing: 1000, played: true }, 1100)));

test("what was not typed is never replaced", () => {
  assert.ok(!replaces(null, 1000));
  assert.ok(!replaces({}, 1000));
});
