import assert from "node:assert/strict";
import { test } from "node:test";

import { bounds, subtitles, wav } from "../../site/js/clip.js";
import { joined } from "../../site/js/in-a-row.js";

test("subtitles begin with the clip and end with its sentences", () => {
  const words = [["One", 61, 61.4], ["two.", 61.5, 62], ["Three", 62.5, 63]];
  assert.deepEqual(bounds(words, words), [60.85, 63.15]);
  assert.deepEqual(bounds([words[1]], words), [61.4, 62.15], "nothing of the word before");
  assert.equal(subtitles(words, 60.85),
    "1\n00:00:00,150 --> 00:00:01,150\nOne two.\n\n2\n00:00:01,650 --> 00:00:02,150\nThree\n");
});

test("a subtitle has no more letters than two lines hold", () => {
  const words = Array.from({ length: 40 }, (_, i) => ["abcdefgh", i / 10, i / 10 + 0.1]);
  const lines = subtitles(words, 0).split("\n").filter((line) => line.startsWith("abc"));
  assert.ok(lines.length > 1 && lines.every((line) => line.length <= 84));
});

test("a WAV file says how many channels and samples it has", () => {
  const bytes = new DataView(wav([new Float32Array([0, 1]), new Float32Array([-1, 2])], 16_000));
  assert.equal(bytes.byteLength, 44 + 8);
  assert.deepEqual([bytes.getUint16(22, true), bytes.getUint32(24, true), bytes.getUint32(40, true)], [2, 16_000, 8]);
  assert.deepEqual([44, 46, 48, 50].map((at) => bytes.getInt16(at, true)), [0, -32_767, 32_767, 32_767]);
});

test("matches that run into each other are played as one stretch", () => {
  const [a, b] = [{ id: "a" }, { id: "b" }];
  const found = joined([{ track: a, from: 1, to: 3 }, { track: a, from: 2, to: 4 }, { track: a, from: 9, to: 10 }, { track: b, from: 9, to: 11 }]);
  assert.deepEqual(found.map(({ track, from, to }) => [track.id, from, to]), [["a", 1, 4], ["a", 9, 10], ["b", 9, 11]]);
});
