import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const SITE = new URL("../../site/", import.meta.url);
const read = (path) => readFileSync(new URL(path, SITE), "utf8");

/** What comes with a module: all that it imports, and what that imports. */
function withImports(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const [, other] of read(`js/${name}`).matchAll(/^import .*?"\.\/(.+?)";$/gms)) withImports(other, found);
  return found;
}

const ALL = readdirSync(new URL("js/", SITE)).filter((name) => name !== "early.js"); // which is no module
const FIRST = [...withImports("main.js")];

test("the first view's modules are named in the page, so that they come at once; others come later", () => {
  const named = [...read("index.html").matchAll(/"modulepreload" href="\/js\/(.+?)"/g)].map(([, name]) => name);
  assert.deepEqual([...named, "main.js"].sort(), FIRST.sort());
});

test("every module is reached", () => {
  const views = [...read("js/views.js").matchAll(/: \[(".+?")\]/g)].flatMap(([, names]) => JSON.parse(`[${names}]`));
  const asked = [...read("js/main.js").matchAll(/import\("\.\/(.+?)"\)/g)].map(([, name]) => name);
  const later = [...views.map((name) => `${name}.js`), ...asked];
  const reached = new Set([...FIRST, ...later.flatMap((name) => [...withImports(name)])]);
  assert.deepEqual([...ALL].sort(), [...reached].sort());
});
