import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

function uriAfter(file, uri) {
  return after(file, uri).uri;
}

function after(file, uri) {
  const context = vm.createContext({ event: { request: { uri } } });
  vm.runInContext(readFileSync(new URL(`../../infra/edge/${file}`, import.meta.url), "utf8"), context);
  return vm.runInContext("handler(event)", context);
}

test("a wrong path gets the page, which says so", () => {
  for (const uri of ["/", "/recordings", "/a/b.html", "/cssx", "/.env"]) assert.equal(uriAfter("page_paths.js", uri), "/index.html");
});

test("the page's parts are what they are", () => {
  for (const uri of ["/js/main.js", "/css/base.css", "/img/favicon.svg"]) assert.equal(uriAfter("page_paths.js", uri), uri);
});

test("the prefix of the API and of the sound is taken off", () => {
  assert.equal(uriAfter("strip_prefix.js", "/api/search"), "/search");
  assert.equal(uriAfter("strip_prefix.js", "/audio/a/b.mp3"), "/a/b.mp3");
  assert.equal(uriAfter("strip_prefix.js", "/api"), "/");
});

test("the API's address without a slash leads to its docs, not to the page", () => {
  const answer = after("page_paths.js", "/api");
  assert.equal(answer.statusCode, 307);
  assert.equal(answer.headers.location.value, "/api/docs");
  assert.equal(uriAfter("page_paths.js", "/apis"), "/index.html");
});
