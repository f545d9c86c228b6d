/** The results of a search: how many, what to narrow down by, the hits, and more of them. */

import { toggled, write } from "./address.js";
import * as api from "./api.js";
import { el } from "./dom.js";
import { facetsView } from "./facets.js";
import { hitView } from "./hit.js";
import { count, KINDS, ORDERS } from "./labels.js";
import { failure, notice } from "./notice.js";

/**
 * @param {import("./address.js").read} state
 * @param {object[]} pages answers of the API, the first first
 * @param {{player, go, announce, signal: AbortSignal}} page
 */
export function resultsView(state, pages, { player, go, announce, signal }) {
  const [first] = pages;
  const total = first.total ?? 0;
  const hits = el("div", { class: "hits" });
  const add = ({ hits: some }) => hits.append(...some.map((hit) => hitView(hit, player, signal)));
  pages.forEach(add);

  const toggle = (facet, value) => go(write(toggled(state, facet, value)), { keepFocus: true });
  const clear = () => go(write({ ...state, facets: {}, pages: 1 }));
  const facets = facetsView(first.facets, state.facets, toggle, clear);

  const said = total ? heading(first) : `Nothing was found for “${state.q}”`;
  announce(said);
  return el("div", { class: facets ? "results with-facets" : "results" },
    el("div", { class: "results-head" },
      el("h1", {}, said),
      total > 0 && Number.isFinite(first.took_ms) && el("span", { class: "took" }, `${Math.round(first.took_ms)} ms`),
      total > 0 && order(state, go),
    ),
    facets,
    el("div", { class: "results-body" },
      first.did_you_mean && didYouMean(state, first.did_you_mean),
      total > 0 && first.relaxed && el("p", { class: "notice" },
        "No recording has all of these words together. These come nearest."),
      total > 0 ? legend(pages) : nothing(state, clear),
      hits,
      more(),
    ),
  );

  function more() {
    const box = el("div", { class: "more" });
    const button = el("button", { type: "button", class: "wide", on: { click: load } }, "Show more");
    const last = () => hits.childElementCount >= total || !pages.at(-1).hits.length;
    if (!last()) box.append(button);
    return box;

    async function load() {
      button.disabled = true;
      button.textContent = "Fetching more…";
      try {
        const next = await api.search(state, pages.length + 1, signal);
        const before = hits.childElementCount;
        pages.push(next);
        add(next);
        go(write({ ...state, pages: pages.length }), { quiet: true });
        announce(`${hits.childElementCount} of ${total} shown`);
        hits.children[before]?.querySelector(".play")?.focus({ preventScroll: true });
        button.disabled = false;
        button.textContent = "Show more";
        box.replaceChildren(...(last() ? [] : [button]));
      } catch (error) {
        if (error.name === "AbortError") return;
        button.disabled = false;
        box.replaceChildren(failure(error, load));
      }
    }
  }
}

function heading({ total, total_relation: relation }) {
  const text = count(total, "recording", "recordings");
  return relation === "gte" ? `More than ${text}` : text;
}

function order(state, go) {
  const select = el("select", { name: "sort", "aria-label": "Order of the results" },
    ...Object.entries(ORDERS).map(([value, name]) => el("option", { value, selected: value === (state.sort || "relevance") }, name)));
  select.addEventListener("change", () => {
    const sort = select.value === "relevance" ? "" : select.value;
    go(write({ ...state, sort, pages: 1 }), { keepFocus: true });
  });
  return select;
}

function didYouMean(state, words) {
  return el("p", { class: "did-you-mean" }, "Did you mean ",
    el("a", { href: write({ ...state, q: words, pages: 1 }), "data-nav": true }, words), "?");
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
  return notice(
    el("p", {}, "Nobody said this, or it was heard as something else."),
    Object.keys(state.facets).length
      ? el("p", {}, el("button", { type: "button", class: "quiet", on: { click: clear } }, "Search without narrowing down"))
      : el("p", {}, "Fewer words, or words that sound like what you remember, may find it."),
  );
}
