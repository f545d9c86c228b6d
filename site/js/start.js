/** What greets people before they search: words to try, the latest recordings, and what there is in all. */

import { aboutView } from "./about.js";
import { write } from "./address.js";
import { el, icon, press } from "./dom.js";
import { soundOf } from "./api.js";
import { ago, clock, isTelling, label, nameOf, readable, speaker, title } from "./labels.js";
import { notice } from "./notice.js";
import { helpView } from "./search-box.js";

const SHOWN = 8;
/** What the person unfolded stays so when a recording appears. */
let unfolded = false;

export function startView({ recordings, collection }, _, { player, signal }) {
  const done = recordings.filter(({ status }) => status === "done");
  const busy = recordings.filter(({ status }) => status === "queued" || status === "transcribing");
  const failed = recordings.filter(({ status }) => status === "failed");
  const latest = [...busy, ...done].slice(0, SHOWN);
  const examples = collection?.searchable.examples ?? [];
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
  const show = () => {
    button.replaceChildren(icon(player.plays(id) ? "pause" : "play"));
    button.setAttribute("aria-label", `${player.plays(id) ? "Pause" : "Play"} ${track.title}`);
  };
  player.addEventListener("state", show, { signal });
  show();
  button.classList.toggle("absent", recording.has_sound === false);
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
