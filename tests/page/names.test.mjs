import assert from "node:assert/strict";
import { test } from "node:test";

import { day, isTelling, nameOf } from "../../site/js/names.js";

test("a name that a person gave is kept", () => {
  for (const name of ["harbour walk", "2024-05-01_interview", "talk3", "Übung", "наша беседа", "board-meeting-17"]) {
    assert.ok(isTelling(name), name);
    assert.equal(nameOf({ key: `a/${name}.mp3`, text: "Something else." }), name);
  }
});

test("a counter or a digest tells nothing, so the first words stand for it", () => {
  for (const name of ["sample-003070", "REC_0012", "20240501-101500", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "Track 7", "a1"]) {
    assert.ok(!isTelling(name), name);
    assert.equal(nameOf({ key: `${name}.wav`, text: "The ferryman kept a lantern, by the window." }), "“The ferryman kept a lantern …”");
  }
});

test("a title that its owner gave is its name", () =>
  assert.equal(nameOf({ key: "sample-1.mp3", text: "Now I know", title: "Monday's talk" }), "Monday's talk"));

test("capitals do not shout in a name", () => assert.equal(nameOf({ key: "sample-1.mp3", text: "NOW I KNOW" }), "“Now I know”"));

test("without words the file's name has to do", () => {
  assert.equal(nameOf({ key: "cv/sample-1.mp3", text: "" }), "sample-1");
  assert.equal(nameOf({ key: "cv/sample-1.mp3", text: null }), "sample-1");
});

test("a day is told, and no day is none", () => {
  assert.match(day("2025-11-20T09:30:00Z"), /2025/);
  assert.equal(day(""), "");
});
