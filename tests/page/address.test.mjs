import assert from "node:assert/strict";
import { test } from "node:test";

import { kindOf, read, toggled, widened, write } from "../../site/js/address.js";

const around = (state) => read(write(state).slice(1));

test("an address says all of a search, and is read back", () => {
  const state = { q: 'a "b" & c', exact: true, facets: { accent: ["us", "england"] }, after: "2024-05-01", before: "2024-06-01", prefix: "talks/", sort: "newest", pages: 3, view: "", recording: "", at: null };
  assert.deepEqual(around(state), state);
});

test("a recording's address keeps the search that led to it", () => {
  const { recording, q, exact, at } = around({ recording: "abc", q: "shop windows", exact: true, at: 12.345 });
  assert.deepEqual([recording, q, exact, at], ["abc", "shop windows", true, 12.35]);
});

test("what no address should say is passed over", () => {
  const { sort, pages, at, facets } = read("?q=a&sort=odd&pages=-3&at=-1&colour=red");
  assert.deepEqual([sort, pages, at, facets], ["", 1, null, {}]);
});

test("a facet's value is switched on and off, and results start anew", () => {
  const on = toggled({ facets: {}, pages: 4 }, "accent", "us");
  assert.deepEqual(on, { facets: { accent: ["us"] }, pages: 1 });
  assert.deepEqual(toggled(on, "accent", "us").facets, {});
});

test("without words an address shows all recordings, or some of them, or the start", () => {
  assert.deepEqual(["", "?view=all", "?accent=us", "?prefix=a/", "?after=2024-01-01", "?after=soon", "?view=bring", "?recording=a&view=all"].map((search) => kindOf(read(search))),
    ["start", "results", "results", "results", "results", "start", "bring", "recording"]);
  assert.equal(write({ view: "all" }), "/?view=all");
  assert.equal(write({ view: "all", prefix: "a/" }), "/?prefix=a%2F");
  assert.equal(write(widened(read("?prefix=a/&q=b"))), "/?q=b");
  assert.equal(write(widened(read("?prefix=a/"))), "/?view=all");
});
