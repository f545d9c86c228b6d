/** What greets people before they search: words to try, the latest recordings, and what there is in all. */

import { link } from "./address.js";
import { el, press, showPlaying, spans } from "./dom.js";
import { soundOf } from "./api.js";
import { ago, clock, count, day, isTelling, isUnderWay, label, nameOf, number, readable, speaker, title } from "./labels.js";
import { notice } from "./notice.js";
import { helpView } from "./search-box.js";

const SHOWN = 8;
const MONTH = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", timeZone: "UTC" });
/** What the person unfolded stays so when a recording appears. */
let unfolded = false;

export function startView({ recordings, collection }, _, { player, signal }) {
  const done = recordings.filter(({ status }) => status === "done");
  const busy = recordings.filter(isUnderWay);
  const failed = recordings.filter(({ status }) => status === "failed");
  const latest = [...busy, ...done].slice(0, SHOWN);
  const examples = collection?.searchable.examples ?? [];
  const fold = ({ currentTarget }) => {
    unfolded = currentTarget.open;
  };
  const element = el("div", { class: "start" },
    examples.length > 0 && el("p", { class: "examples" }, el("span", {}, "Try "),
      ...examples.flatMap((q) => [link({ q }, { class: "chip" }, q), " "])),
    recordings.length > 0 && helpView(),
    recordings.length === 0 && notice(el("p", {}, "No recordings yet. As soon as one is in the bucket, it can be searched here.")),
    latest.length > 0 && el("div", { class: "heading" }, el("h2", {}, "Latest recordings"),
      link({ view: "all" }, {}, "All recordings")),
    latest.length > 0 && el("ol", { class: "latest" }, ...latest.map((one) => row(one, player, signal))),
    failed.length > 0 && el("details", { class: "unread", open: unfolded, on: { toggle: fold } },
      el("summary", {}, failed.length === 1 ? "One recording could not be read" : `${failed.length} recordings could not be read`),
      el("ul", {}, ...failed.map(({ key, error }) =>
        el("li", {}, el("b", {}, title(key)), " ", error?.message ?? "It failed for a reason unknown.")))),
    collection?.searchable.recordings > 0 && aboutView(collection),
  );
  return { element };
}

function row(recording, player, signal) {
  const { recording_id: id, key, text, duration, status, uploaded_at: uploaded, source, ...rest } = recording;
  if (status !== "done") {
    return el("li", { class: "busy" }, el("span", { class: "play dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
      el("div", {}, el("p", { class: "excerpt" }, status === "queued" ? "Waiting its turn…" : "Being written down…"),
        el("p", { class: "about" }, el("b", {}, title(key)))));
  }
  const track = { id, key, sound: soundOf(recording), title: nameOf(recording), duration, words: [] };
  const button = press("play", () => (mine() ? player.toggle() : player.play(track)));
  const mine = () => player.track?.id === id;
  const show = () => showPlaying(button, player.plays(id), `${player.plays(id) ? "Pause" : "Play"} ${track.title}`);
  player.addEventListener("state", show, { signal });
  show();
  button.classList.toggle("absent", recording.has_sound === false);
  return el("li", {}, button,
    el("div", {},
      el("p", { class: "excerpt" }, link({ recording: id }, {}, excerpt(text))),
      el("p", { class: "about" }, isTelling(title(key)) && el("b", { title: key }, track.title),
        ...spans(duration > 0 && clock(duration), speaker(rest), ago(uploaded), source === "import" && label(source)))));
}

function excerpt(text) {
  const words = readable(text ?? "").split(/\s+/).filter(Boolean);
  return words.length ? words.slice(0, 24).join(" ") + (words.length > 24 ? " …" : "") : "No speech in it";
}

/** About the collection: how much there is, of what, and what could not be read. */
function aboutView({ searchable, waiting, failed, counted_to: most, failures }) {
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
      byFacet("By length", "duration", durations),
      known.length > 0 && byFacet("By accent", "accent", accents),
      failures.length > 0 && chart("What could not be read", failures.map(({ message, count: n }) => [message, n, null]))));
}

function byFacet(title, name, values) {
  return chart(title, values.map(({ value, count: n }) => [label(value), n, { facets: { [name]: [value] } }]));
}

/** A table of whose numbers bars are drawn, all from zero and in one scale. */
function chart(title, rows) {
  const largest = Math.max(...rows.map(([, n]) => n), 1);
  return el("table", {}, el("caption", {}, title), el("tbody", {}, ...rows.map(([name, n, narrow]) => {
    const bar = el("span", { class: "facet-bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", String(n / largest));
    return el("tr", {},
      el("th", { scope: "row" }, n && narrow ? link(narrow, { "aria-label": `${name}: ${count(n, "recording")}` }, name) : name, bar),
      el("td", {}, number(n)));
  })));
}

/** The first day of the next month or year. */
function following(value, every) {
  const [year, month] = value.split("-").map(Number);
  return new Date(Date.UTC(every === "year" ? year + 1 : year, every === "year" ? 0 : month, 1)).toISOString().slice(0, 10);
}
