import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

function uriAfter(file, uri) {
  const context = vm.createContext({ event: { request: { uri } } });
  vm.runInContext(readFileSync(new URL(`../../infra/edge/${file}`, import.meta.url), "utf8"), context);
  return vm.runInContext("handler(event).uri", context);
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

function signInFirst(uri, { cookies = {}, querystring = {} } = {}) {
  const context = vm.createContext({ event: { request: { uri, cookies, querystring } } });
  vm.runInContext(readFileSync(new URL("../../infra/edge/sign_in_first.js", import.meta.url), "utf8"), context);
  return vm.runInContext("handler(event)", context);
}

test("who has no session is sent to sign in, with where they wanted to go", () => {
  const querystring = { q: { value: "a%20b" }, age: { value: "20s", multiValue: [{ value: "20s" }, { value: "30s" }] } };
  const sent = signInFirst("/index.html", { querystring });
  assert.equal(sent.statusCode, 302);
  const to = new URL(sent.headers.location.value, "https://x").searchParams.get("to");
  assert.equal(to, "/?q=a%20b&age=20s&age=30s");
});

test("who has a session gets the page, and everybody its parts", () => {
  assert.equal(signInFirst("/", { cookies: { "CloudFront-Signature": { value: "x" } } }).uri, "/index.html");
  assert.equal(signInFirst("/js/main.js").uri, "/js/main.js");
});
