/** Narrowing a search: facets with counts, of which several values can be chosen, days, length and folder. */

import { isNarrowed, toggled, widened, write } from "./address.js";
import { el, field, press } from "./dom.js";
import { day, FACETS, inOrder, label } from "./labels.js";

const SHOWN = 7;
const TOO_FEW_TO_FOLD = 2;

/** What the person folded out stays so when the next results come. */
let unfolded = !matchMedia("(max-width: 52rem)").matches;

/**
 * @param {Record<string, {value: string, count: number, selected: boolean}[]>} facets as the API gives them
 * @param {import("./address.js").State} state
 * @param {string[]} keys of recordings that are shown, whose folders are offered
 * @param {(address: string, how: object) => void} go
 */
export function facetsView(facets, state, keys, go) {
  const { facets: chosen } = state;
  const groups = Object.entries(FACETS)
    .map(([name, legend]) => [name, legend, inOrder(withChosen(facets?.[name] ?? [], chosen[name] ?? []))])
    .filter(([name, , values]) => values.length > 1 || chosen[name]?.length);
  const fold = ({ currentTarget }) => {
    unfolded = currentTarget.open;
  };
  const change = (what) => go(write({ ...state, pages: 1, ...what }), { keepFocus: true });
  return el("details", { class: "facets", open: unfolded, on: { toggle: fold } },
    el("summary", {}, "Narrow down"),
    ...groups.map(([name, legend, values]) => group(name, legend, values, (value) => go(write(toggled(state, name, value)), { keepFocus: true }))),
    filledIn(state, keys, change),
  );
}

/** What is chosen, to be seen and taken back one by one or all at once; null where nothing is. */
export function chosenView(state, go) {
  if (!isNarrowed(state)) return null;
  const without = (text, next) => el("button", { type: "button", class: "chip", "aria-label": `Without: ${text}`, on: { click: () => go(write(next), { focusMain: true }) } },
    text, el("span", { "aria-hidden": "true" }, " ×"));
  const { facets, after, before, prefix } = state;
  return el("div", { class: "chosen", role: "group", "aria-label": "Narrowed down to" },
    ...Object.entries(facets).flatMap(([name, values]) =>
      values.map((value) => without(value === "unknown" ? `${FACETS[name]}: ${label(value)}` : label(value), toggled(state, name, value)))),
    after && without(`From ${day(after)}`, { ...state, after: "", pages: 1 }),
    before && without(`Before ${day(before)}`, { ...state, before: "", pages: 1 }),
    prefix && without(`In ${prefix}`, { ...state, prefix: "", pages: 1 }),
    press("quiet", () => go(write(widened(state)), { focusMain: true }), "Show all again"));
}

/** What people fill in: days, minutes, a folder. */
function filledIn({ facets, after, before, prefix }, keys, change) {
  const own = (name, text, attributes, onChange) => field(name, text,
    { ...attributes, on: { change: ({ currentTarget }) => currentTarget.validity.valid && onChange(currentTarget.value) } });
  const [low, high] = (facets.duration?.[0] ?? "-").split("-");
  const minutes = (seconds) => seconds && String(seconds / 60);
  const seconds = (value) => value && String(Math.round(value * 60));
  const length = (from, to) => change({ facets: { ...facets, duration: from || to ? [`${from}-${to}`] : [] } });
  const minute = { type: "number", min: "0", step: "any", inputmode: "decimal" };
  const folders = [...new Set(keys.flatMap(foldersOf))].sort();
  return el("fieldset", {},
    el("legend", {}, "Days, minutes, folder"),
    own("after", "From", { type: "date", value: after }, (value) => change({ after: value })),
    own("before", "Before", { type: "date", value: before }, (value) => change({ before: value })),
    own("longer", "Minutes, at least", { ...minute, value: minutes(low) }, (value) => length(seconds(value), high)),
    own("shorter", "Minutes, less than", { ...minute, value: minutes(high) }, (value) => length(low, seconds(value))),
    own("prefix", "Folder", { type: "text", value: prefix, list: "folders", maxlength: "300" }, (value) => change({ prefix: value })),
    el("datalist", { id: "folders" }, ...folders.map((value) => el("option", { value }))),
  );
}

/** "a/b/" and "a/" of "a/b/c.mp3". */
export function foldersOf(key) {
  const parts = key.split("/").slice(0, -1);
  return parts.map((_, i) => `${parts.slice(0, i + 1).join("/")}/`).reverse();
}

function group(name, legend, values, onToggle) {
  const most = Math.max(...values.map(({ count }) => count), 1);
  const cut = values.length > SHOWN + TOO_FEW_TO_FOLD ? SHOWN : values.length;
  const [shown, rest] = [values.slice(0, cut), values.slice(cut)];
  const rows = (some) => some.map((value) => row(name, value, most, onToggle));
  return el("fieldset", {},
    el("legend", {}, legend),
    ...rows(shown),
    rest.length > 0 && el("details", { class: "more-values", open: rest.some(({ selected }) => selected) },
      el("summary", {}, `${rest.length} more`), ...rows(rest)),
  );
}

function row(name, { value, count, selected }, most, onToggle) {
  const input = el("input", { type: "checkbox", name, value, checked: selected, on: { change: () => onToggle(value) } });
  const bar = el("span", { class: "facet-bar", "aria-hidden": "true" });
  bar.style.setProperty("--share", String(count / most));
  return el("label", { class: "facet" },
    input,
    el("span", { class: "facet-name" }, label(value)),
    el("span", { class: "facet-count" }, count.toLocaleString()),
    bar,
  );
}

/** A chosen value stays in sight, at zero, when the search no longer has it. */
function withChosen(values, chosen) {
  const missing = chosen.filter((value) => !values.some((other) => other.value === value));
  return [
    ...values.map((value) => ({ ...value, selected: chosen.includes(value.value) })),
    ...missing.map((value) => ({ value, count: 0, selected: true })),
  ];
}
