import assert from "node:assert/strict";
import { test } from "node:test";

import { ago, clock, inOrder, isUnderWay, label, lostOf, readable, speaker, title } from "../../site/js/labels.js";

test("a clock shows hours only where there are some", () => {
  assert.deepEqual([clock(7), clock(59.9), clock(3725), clock(-1), clock(null), clock(7, true)], ["0:07", "0:59", "1:02:05", "0:00", "0:00", "≈ 0:07"]);
});

test("lengths are said in minutes where they are whole ones", () => {
  assert.deepEqual(["5-10", "60-300", "300-", "0-5", "-5"].map(label), ["5 to 10 s", "1 to 5 min", "Over 5 min", "Under 5 s", "Under 5 s"]);
});

test("ages and lengths come by size, others by how many there are", () => {
  const values = (...some) => inOrder(some.map((value, i) => ({ value, count: i }))).map(({ value }) => value);
  assert.deepEqual(values("unknown", "sixties", "teens"), ["teens", "sixties", "unknown"]);
  assert.deepEqual(values("60-300", "5-10"), ["5-10", "60-300"]);
  assert.deepEqual(values("us", "england"), ["england", "us"]);
});

test("who speaks is one phrase, of what is known", () => {
  assert.equal(speaker({ gender: "female", age: "sixties", accent: "scotland" }), "Female, sixties, Scottish accent");
  assert.equal(speaker({ gender: "unknown", age: "sixties", accent: null }), "Sixties");
  assert.equal(speaker({}), "");
});

test("a file's name loses its folder and its ending", () => {
  assert.deepEqual([title("a/b.mp3"), title("a/b"), title(".wav"), title(""), title(null)], ["b", "b", ".wav", "Untitled", "Untitled"]);
});

test("letters that shout are set in lower case, others stay", () => {
  assert.equal(readable("NOW I KNOW I'M IN"), "Now I know I'm in");
  assert.equal(readable("Now I KNOW"), "Now I KNOW");
});

test("a recording is under way until it is done or has failed", () => {
  assert.ok(isUnderWay({ status: "queued" }));
  assert.ok(isUnderWay({ status: "transcribing" }));
  assert.ok(!isUnderWay({ status: "done" }));
  assert.ok(!isUnderWay({ status: "failed" }));
});

test("how long ago is said in the largest unit", () => {
  const now = Date.parse("2025-01-10T00:00:00Z");
  assert.match(ago("2025-01-09T22:00:00Z", now), /2 hours/);
  assert.equal(ago("no time", now), "");
});

test("what is lost of a damaged file is said", () => {
  assert.equal(lostOf({}), "");
  assert.match(lostOf({ incomplete: { heard: 60, lost: null } }), /1:00 of it was heard/);
  assert.match(lostOf({ incomplete: { heard: 60, lost: 0.4 } }), /less than a second/);
});
