import assert from "node:assert/strict";
import { test } from "node:test";

import { quote } from "../../site/js/selected.js";

const FROM = { name: "harbour walk", start: 65.2, link: "https://a.example/?recording=b&at=65.2" };

test("a quote has the words, the recording, the time and the link", () => {
  assert.equal(quote("We followed\n  the river ", FROM), "“We followed the river”\nharbour walk, 1:05\nhttps://a.example/?recording=b&at=65.2");
});

test("an estimated time says so", () => assert.match(quote("a", { ...FROM, estimated: true }), /≈ 1:05/));

test("words in quotes are not quoted twice", () => assert.ok(quote("“Quite so.”", FROM).startsWith("“Quite so.”\n")));
