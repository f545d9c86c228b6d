/** About the collection: how much there is, of what, and what could not be read. */

import { write } from "./address.js";
import { el } from "./dom.js";
import { clock, count, day, label, number } from "./labels.js";

const MONTH = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", timeZone: "UTC" });

/** @param {object} collection the API's answer */
export function aboutView({ searchable, waiting, failed, counted_to: most, failures }) {
  const { recordings, hours, first, last, every, uploaded, durations, models, accents } = searchable;
  const days = [...new Set([first, last].map(day).filter(Boolean))].join(" to ");
  const atLeast = (n) => (n >= most ? `${number(n)} or more` : number(n));
  const fact = (value, name) => el("div", {}, el("dt", {}, name), el("dd", {}, value));
  const known = accents.filter(({ value }) => value !== "unknown");
  return el("section", { class: "collection", "aria-labelledby": "collection" },
    el("h2", { id: "collection" }, "About this collection"),
    el("dl", { class: "facts" },
      fact(number(recordings), recordings === 1 ? "recording" : "recordings"),
      fact(hours < 1 ? clock(hours * 3600) : number(Math.round(hours)), hours < 1 ? "minutes of sound" : "hours of sound"),
      days && fact(days, "brought here"),
      models.length > 0 && fact(models.map(({ value }) => value).join(", "), models.length === 1 ? "model that heard them" : "models that heard them"),
      waiting > 0 && fact(atLeast(waiting), "on their way"),
      failed > 0 && fact(atLeast(failed), "could not be read")),
    el("div", { class: "charts" },
      uploaded.length > 1 && chart(`By ${every} of arrival`, uploaded.map(({ value, count: n }) => [every === "year" ? value.slice(0, 4) : MONTH.format(Date.parse(value)), n,
        { after: value, before: following(value, every) }])),
      chart("By length", durations.map(({ value, count: n }) => [label(value), n, { facets: { duration: [value] } }])),
      known.length > 0 && chart("By accent", accents.map(({ value, count: n }) => [label(value), n, { facets: { accent: [value] } }])),
      failures.length > 0 && chart("What could not be read", failures.map(({ message, count: n }) => [message, n, null]))));
}

/** A table of whose numbers bars are drawn, all from zero and in one scale. */
function chart(title, rows) {
  const largest = Math.max(...rows.map(([, n]) => n), 1);
  return el("table", {}, el("caption", {}, title), el("tbody", {}, ...rows.map(([name, n, narrow]) => {
    const bar = el("span", { class: "facet-bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", String(n / largest));
    return el("tr", {},
      el("th", { scope: "row" }, n && narrow ? el("a", { href: write(narrow), "data-nav": true, "aria-label": `${name}: ${count(n, "recording", "recordings")}` }, name) : name, bar),
      el("td", {}, number(n)));
  })));
}

/** The first day of the next month or year. */
function following(value, every) {
  const [year, month] = value.split("-").map(Number);
  return new Date(Date.UTC(every === "year" ? year + 1 : year, every === "year" ? 0 : month, 1)).toISOString().slice(0, 10);
}
