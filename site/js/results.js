/** The results of a search: how many, what to narrow down by, the hits, and more of them. */

import { isNarrowed, link, widened, write } from "./address.js";
import * as api from "./api.js";
import { el, press, switchOf } from "./dom.js";
import { chosenView, facetsView } from "./facets.js";
import { hitView } from "./hit.js";
import { playAll } from "./in-a-row.js";
import { count, KINDS, number, ORDERS } from "./labels.js";
import { failure, notice } from "./notice.js";
import { helpView } from "./search-box.js";

const QUOTES = /["“”„«»]/;

/**
 * @param {{pages: object[]}} answer of the API, the first page first
 * @param {import("./address.js").State} state
 * @param {{player, go, announce, signal: AbortSignal}} page
 */
export function view({ pages }, state, { player, go, announce, signal }) {
  const [first] = pages;
  const { total = 0, maybe = 0 } = first;
  const ranked = !state.sort || state.sort === "relevance"; // only then the API lists what may sound like it
  const listed = total + (ranked ? maybe : 0);
  const hits = el("div", { class: "hits" });
  const clips = [];
  const past = press("skip past", () => body.focus(), "Skip past the choices");
  const maybes = maybesView(state, maybe, ranked);
  const add = (answer) => answer.hits.map((hit) => {
    const { element: one, clip } = hitView(hit, state, player, signal);
    if (hit.match === "maybe") maybes.add(one);
    else {
      hits.append(one);
      if (clip) clips.push({ ...clip, show: () => one.scrollIntoView({ block: "nearest" }) });
    }
    return one;
  });
  pages.forEach(add);

  const clear = () => go(write(widened(state)), { focusMain: true });
  const found = total + maybe > 0;
  const facets = (found || isNarrowed(state)) && facetsView(first.facets, state, pages.flatMap(({ hits: some }) => some.map(({ key }) => key)), go);

  const said = heading(state, first);
  announce(said);
  const body = el("div", { class: "results-body", tabindex: "-1" },
    first.did_you_mean && didYouMean(state, first.did_you_mean),
    total > 0 && first.relaxed && el("p", { class: "notice" },
      "No recording has all of these words together. These come nearest."),
    found ? legend(pages) : nothing(state, clear),
    clips.length > 1 && el("p", { class: "in-a-row" }, playAll(player, () => clips, signal)),
    hits,
    ...(hits.childElementCount < total ? [more(), maybes.element] : [maybes.element, more()]),
  );
  const element = el("div", { class: facets ? "results with-facets" : "results" },
    el("div", { class: "results-head" },
      el("h1", {}, said),
      helpView(),
      (found || state.exact) && el("div", { class: "choices" }, state.q && exactOnly(state, go), found && order(state, go)),
      chosenView(state, go),
    ),
    facets && past,
    facets,
    body,
  );
  return { element, title: state.q || said };

  function more() {
    const box = el("div", { class: "more" });
    const button = press("wide", load, "Show more");
    const shown = () => hits.childElementCount + maybes.count();
    const last = () => shown() >= listed || !pages.at(-1).hits.length;
    if (!last()) box.append(button);
    return box;

    async function load() {
      button.disabled = true;
      button.textContent = "Fetching more…";
      try {
        const next = await api.search(state, pages.length + 1, signal);
        pages.push(next);
        const [added] = add(next);
        go(write({ ...state, pages: pages.length }), { quiet: true });
        announce(`${shown()} of ${listed} shown`);
        added?.querySelector(".play, a")?.focus({ preventScroll: true });
        button.disabled = false;
        button.textContent = "Show more";
        box.replaceChildren(...(last() ? [] : [button]));
        if (hits.childElementCount >= total) maybes.element.after(box);
      } catch (error) {
        if (error.name === "AbortError") return;
        button.disabled = false;
        box.replaceChildren(failure(error, load, "p"));
      }
    }
  }
}

function heading({ q }, { total, total_relation: relation, maybe = 0 }) {
  if (!q && !total) return "There is no such recording";
  const asked = QUOTES.test(q) ? q : `“${q}”`;
  if (!total && !maybe) return `Nothing was found for ${asked}`;
  if (!total) return `No recording has ${asked}, but ${number(maybe)} may sound like it`;
  const holding = `${relation === "gte" ? "More than " : ""}${count(total, "recording")}`;
  return maybe ? `${holding}, and ${number(maybe)} that may sound like it` : holding;
}

/** What only sounds like the query stands apart, after what holds it. */
function maybesView(state, maybe, ranked) {
  const list = el("div", { class: "hits" });
  const byMatch = link({ ...state, sort: "", pages: 1 }, { class: "quiet" }, "Show them, best match first");
  const element = el("section", { class: "maybes", "aria-labelledby": "maybes", hidden: ranked || !maybe },
    el("h2", { id: "maybes" }, "May sound like it"),
    el("p", {}, "These words were not written down here, but something is spelt or sounds much like them."),
    ranked ? list : byMatch,
  );
  return {
    element,
    count: () => list.childElementCount,
    add(hit) {
      list.append(hit);
      element.hidden = false;
    },
  };
}

function exactOnly(state, go) {
  return switchOf("exact", state.exact, (exact) => go(write({ ...state, exact, pages: 1 }), { keepFocus: true }), "Exact words only");
}

function order(state, go) {
  const select = el("select", { name: "sort", "aria-label": "Order of the results" },
    ...Object.entries(ORDERS).filter(([value]) => state.q || value !== "relevance")
      .map(([value, name]) => el("option", { value, selected: value === (state.sort || "relevance") }, name)));
  select.addEventListener("change", () => {
    const sort = select.value === "relevance" ? "" : select.value;
    go(write({ ...state, sort, pages: 1 }), { keepFocus: true });
  });
  return select;
}

function didYouMean(state, words) {
  return el("p", { class: "did-you-mean" }, "Did you mean ",
    link({ ...state, q: words, pages: 1 }, {}, words), "?");
}

/** Which ways of matching the marks show, when there is something to tell apart. */
function legend(pages) {
  const seen = new Set(pages.flatMap(({ hits }) => hits.flatMap(({ marks }) => (marks ?? []).map(({ kind }) => kind))));
  const kinds = Object.keys(KINDS).filter((kind) => seen.has(kind));
  if (!kinds.length || (kinds.length === 1 && kinds[0] === "exact")) return null;
  return el("p", { class: "legend" }, el("span", {}, "Words that match: "),
    ...kinds.flatMap((kind) => [el("mark", { class: kind }, KINDS[kind].name), " "]));
}

function nothing(state, clear) {
  const unquoted = state.q.split(QUOTES).join(" ").trim();
  const without = (change, text) => el("li", {}, link({ ...state, pages: 1, ...change }, {}, text));
  return notice(
    el("p", {}, state.q ? "Nobody said this, or it was heard as something else. You can try:" : "You can try:"),
    el("ul", {},
      isNarrowed(state) && el("li", {}, press("quiet", clear, "Search without narrowing down")),
      state.exact && without({ exact: false }, "words that are like these, too"),
      unquoted && unquoted !== state.q && without({ q: unquoted }, "the same words without quotes"),
      state.q && el("li", {}, "fewer words"),
      state.q && el("li", {}, "another spelling, or words that sound like what you remember"),
    ),
  );
}
