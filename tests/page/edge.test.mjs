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

function statusOf(uri, statusCode = 200) {
  const context = vm.createContext({ event: { request: { uri }, response: { statusCode } } });
  vm.runInContext(readFileSync(new URL("../../infra/edge/page_status.js", import.meta.url), "utf8"), context);
  return vm.runInContext("handler(event).statusCode", context);
}

const WRONG = ["/recordings", "/a/b.html", "/cssx", "/.env", "/index.htm", "/index.html/a"];

test("the page is at its address", () => {
  for (const uri of ["/", "/index.html"]) {
    assert.equal(uriAfter("page_paths.js", uri), "/index.html");
    assert.deepEqual([statusOf(uri), statusOf("/index.html"), statusOf(uri, 304)], [200, 200, 304]);
  }
});

test("a wrong path gets a page that says so, and a 404", () => {
  for (const uri of WRONG) {
    assert.equal(uriAfter("page_paths.js", uri), "/404.html");
    assert.deepEqual([statusOf(uri), statusOf("/404.html")], [404, 404]);
  }
});

test("the page's parts are what they are", () => {
  for (const uri of ["/js/main.js", "/css/base.css", "/img/favicon.svg"]) {
    assert.equal(uriAfter("page_paths.js", uri), uri);
    assert.equal(statusOf(uri), 200);
  }
});

test("the prefix of the API and of the sound is taken off", () => {
  assert.equal(uriAfter("strip_prefix.js", "/api/search"), "/search");
  assert.equal(uriAfter("strip_prefix.js", "/audio/a/b.mp3"), "/a/b.mp3");
  assert.equal(uriAfter("strip_prefix.js", "/api"), "/");
});

test("a form for the bucket is sent to its root", () => assert.equal(uriAfter("upload_path.js", "/upload"), "/"));

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
  assert.equal(signInFirst("/recordings").uri, "/404.html");
});

test("the API's address without a slash leads to its docs, not to the page", () => {
  const answer = after("page_paths.js", "/api");
  assert.equal(answer.statusCode, 307);
  assert.equal(answer.headers.location.value, "/api/docs");
  assert.equal(uriAfter("page_paths.js", "/apis"), "/404.html");
});
