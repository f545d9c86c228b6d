/** Narrowing a search: facets with counts, of which several values can be chosen. */

import { el } from "./dom.js";
import { FACETS, inOrder, label } from "./labels.js";

const SHOWN = 7;
const TOO_FEW_TO_FOLD = 2;

/** What the person folded out stays so when the next results come. */
let unfolded = !matchMedia("(max-width: 52rem)").matches;

/**
 * @param {Record<string, {value: string, count: number, selected: boolean}[]>} facets as the API gives them
 * @param {Record<string, string[]>} chosen as the address has them
 */
export function facetsView(facets, chosen, onToggle, onClear) {
  const groups = Object.entries(FACETS)
    .map(([name, legend]) => [name, legend, inOrder(withChosen(facets?.[name] ?? [], chosen[name] ?? []))])
    .filter(([name, , values]) => values.length > 1 || chosen[name]);
  if (!groups.length) return null;
  const n = Object.values(chosen).flat().length;
  const fold = ({ currentTarget }) => {
    unfolded = currentTarget.open;
  };
  return el("details", { class: "facets", open: unfolded, on: { toggle: fold } },
    el("summary", {}, n ? `Narrow down (${n} chosen)` : "Narrow down"),
    n > 0 && el("button", { type: "button", class: "quiet", on: { click: onClear } }, "Show all again"),
    ...groups.map(([name, legend, values]) => group(name, legend, values, onToggle)),
  );
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
  const input = el("input", { type: "checkbox", name, value, checked: selected, on: { change: () => onToggle(name, value) } });
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
