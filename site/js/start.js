/** What greets people before they search: words to try, and the latest recordings. */

import { write } from "./address.js";
import { el, icon } from "./dom.js";
import { hasSound, soundOf } from "./api.js";
import { ago, clock, isEstimated, label, readable, speaker, title } from "./labels.js";
import { helpView } from "./help.js";
import { isTelling, nameOf } from "./names.js";
import { notice } from "./notice.js";

const SHOWN = 8;
const EXAMPLES = 5;
// In letters: shorter words say little, longer ones are often several heard as one.
const SHORTEST = 5;
const LONGEST = 11;
const EVERYDAY = new Set(
  ("about after again against along always among another around because before being below between both " +
    "could doing during every first found going great having himself herself itself little might morning " +
    "never nothing often other people perhaps quite really right should since small something still their " +
    "there these thing things think those though thought three through today under until usually wanted " +
    "were where which while whole whose without would years yourself").split(" "),
);

/** What the person unfolded stays so when a recording appears. */
let unfolded = false;

export function startView({ recordings }, _, { player, signal }) {
  const done = recordings.filter(({ status }) => status === "done");
  const busy = recordings.filter(({ status }) => status === "queued" || status === "transcribing");
  const failed = recordings.filter(({ status }) => status === "failed");
  const latest = [...busy, ...done].slice(0, SHOWN);
  const examples = exampleSearches(done);
  const fold = ({ currentTarget }) => {
    unfolded = currentTarget.open;
  };
  const element = el("div", { class: "start" },
    examples.length > 0 && el("p", { class: "examples" }, el("span", {}, "Try "),
      ...examples.flatMap((q) => [el("a", { class: "chip", href: write({ q }), "data-nav": true }, q), " "])),
    recordings.length > 0 && helpView(),
    recordings.length === 0 && notice(el("p", {}, "No recordings yet. As soon as one is in the bucket, it can be searched here.")),
    latest.length > 0 && el("div", { class: "heading" }, el("h2", {}, "Latest recordings"),
      el("a", { href: write({ view: "all" }), "data-nav": true }, "All recordings")),
    latest.length > 0 && el("ol", { class: "latest" }, ...latest.map((one) => row(one, player, signal))),
    failed.length > 0 && el("details", { class: "unread", open: unfolded, on: { toggle: fold } },
      el("summary", {}, failed.length === 1 ? "One recording could not be read" : `${failed.length} recordings could not be read`),
      el("ul", {}, ...failed.map(({ key, error }) =>
        el("li", {}, el("b", {}, title(key)), " ", error?.message ?? "It failed for a reason unknown.")))),
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
  const button = el("button", { type: "button", class: "play", on: { click: () => (mine() ? player.toggle() : player.play(track)) } });
  const mine = () => player.track?.id === id;
  const show = () => {
    button.replaceChildren(icon(player.plays(id) ? "pause" : "play"));
    button.setAttribute("aria-label", `${player.plays(id) ? "Pause" : "Play"} ${track.title}`);
  };
  player.addEventListener("state", show, { signal });
  show();
  button.classList.toggle("absent", isEstimated(recording)); // until it is known that there is sound
  hasSound(recording, signal).then((sound) => button.classList.toggle("absent", !sound), () => {}); // left meanwhile
  return el("li", {}, button,
    el("div", {},
      el("p", { class: "excerpt" }, el("a", { href: write({ recording: id }), "data-nav": true }, excerpt(text))),
      el("p", { class: "about" }, isTelling(title(key)) && el("b", { title: key }, track.title), duration > 0 && el("span", {}, clock(duration)),
        speaker(rest) && el("span", {}, speaker(rest)), ago(uploaded) && el("span", {}, ago(uploaded)), source === "import" && el("span", {}, label(source)))));
}

function excerpt(text) {
  const words = readable(text ?? "").split(/\s+/).filter(Boolean);
  return words.length ? words.slice(0, 24).join(" ") + (words.length > 24 ? " …" : "") : "No speech in it";
}

/**
 * Words worth a search, each from another recording: long, said in few recordings. Of words that
 * only one has, many are misheard, so those come last.
 */
export function exampleSearches(recordings) {
  const texts = recordings.map(({ text }) => (text ?? "").toLowerCase().split(/[^\p{L}'’]+/u));
  const uses = new Map();
  for (const words of texts) for (const word of new Set(words)) uses.set(word, (uses.get(word) ?? 0) + 1);
  const common = Math.max(3, recordings.length / 4);
  const rank = (word) => (uses.get(word) === 1 ? 2 : uses.get(word) > common ? 1 : 0);
  const better = (a, b) => rank(a) - rank(b) || b.length - a.length;
  const found = texts
    .map((words) => words.filter((word) => word.length >= SHORTEST && word.length <= LONGEST && !EVERYDAY.has(word)).sort(better)[0])
    .filter(Boolean);
  const roots = new Map(found.map((word) => [word.slice(0, SHORTEST), word])); // "river" or "rivers", not both
  return [...roots.values()].sort((a, b) => rank(a) - rank(b)).slice(0, EXAMPLES);
}
