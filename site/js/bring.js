/** Bringing recordings: files that are dropped here, how far they are, and what became of them. */

import { write } from "./address.js";
import * as api from "./api.js";
import { el, press } from "./dom.js";
import { FACETS } from "./labels.js";
import { notice } from "./notice.js";
import { keyField, leave, remove, send } from "./writing.js";

const POLL_MS = 2000;
/** Letters that no key may have; a file's name with them is brought under another. */
const CONTROL = /\p{Cc}/gu;

/** They go on while other views are shown. */
const list = el("ol", { class: "brought", "aria-label": "Files" });
let turn = Promise.resolve();
let underWay = 0;
addEventListener("beforeunload", (event) => {
  if (underWay) event.preventDefault();
});

export function view(_, __, { announce }) {
  const text = (name, label, attributes = {}) => el("label", { class: "field" }, label, el("input", { name, type: "text", maxlength: "64", ...attributes }));
  const fields = el("form", { class: "bring-fields" }, keyField(),
    text("folder", "Folder", { maxlength: "300", placeholder: "talks/2024" }),
    ...["collection", "speaker", "place", "accent", "gender", "age"].map((name) => text(name, FACETS[name])),
    text("recorded_at", "Recorded on", { type: "date" }));
  fields.addEventListener("submit", (event) => event.preventDefault());
  const input = el("input", { type: "file", multiple: true, accept: "audio/*,video/*,.opus", class: "sr-only" });
  const zone = el("label", { class: "drop" }, input, el("b", {}, "Choose files"), " or drop them here");
  const take = (files) => {
    const { folder, key, ...about } = Object.fromEntries([...new FormData(fields)].map(([name, value]) => [name, String(value).trim()]));
    const given = Object.fromEntries(Object.entries(about).filter(([, value]) => value));
    for (const file of files) bring(file, path(folder, file.name), given, announce);
  };
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  for (const event of ["dragover", "dragleave", "drop"]) zone.addEventListener(event, (dragged) => {
    dragged.preventDefault();
    zone.classList.toggle("over", event === "dragover");
    if (event === "drop") take([...dragged.dataTransfer.files]);
  });
  const element = el("div", { class: "bring" }, el("h1", {}, "Bring recordings"),
    notice(el("p", {}, "This needs a key from the operator, which is kept until this tab is closed. Who can search here can hear what you bring.")),
    fields, zone, list);
  return { element, title: "Bring recordings" };
}

function path(folder, name) {
  const within = folder.split("/").filter(Boolean).join("/");
  return (within ? `${within}/${name}` : name).replaceAll(CONTROL, "_");
}

/** A row of the list, from the waiting file to the searchable recording. */
function bring(file, key, about, announce) {
  const bar = el("progress", { max: "1", value: "0", "aria-label": `How far ${key} is` });
  const state = el("p", { class: "small" });
  const actions = el("p", { class: "row-actions" });
  const row = el("li", {}, el("b", {}, key), bar, state, actions);
  list.prepend(row);
  start(false);

  function say(sentence, ...buttons) {
    state.textContent = sentence;
    actions.replaceChildren(...buttons.flatMap((one) => [one, " "]));
  }

  function button(name, onPress) {
    const made = press("quiet", onPress, name);
    made.ariaLabel = `${name}: ${key}`;
    return made;
  }

  function start(replace) {
    underWay += 1;
    say("Waits …");
    turn = turn.then(() => upload(replace)).catch((error) => {
      bar.hidden = true;
      say(error.message, error.status === 412 ? button("Replace it", () => start(true)) : button("Try again", () => start(replace)));
      announce(`${key}: ${error.message}`);
    }).finally(() => {
      underWay -= 1;
    });
  }

  async function upload(replace) {
    bar.hidden = false;
    bar.value = 0;
    const form = await leave(file, key, { replace, about });
    const before = form.exists ? (await known())?.updated_at : undefined;
    say("Is sent …");
    await send(file, form, (share) => {
      bar.value = share;
    });
    bar.removeAttribute("value");
    say("Waits to be written down …");
    follow(before); // the next one need not wait for it
  }

  /** The recording as it is by now; undefined while there is none, or where it can't be told. */
  function known() {
    return api.recordingAt(key).catch(() => undefined);
  }

  async function follow(before) {
    const recording = await known();
    const { status } = recording ?? {};
    const isNew = recording && recording.updated_at !== before;
    if (isNew && (status === "done" || status === "failed")) return settled(recording);
    if (isNew && status === "transcribing") say("Is being written down …");
    setTimeout(follow, POLL_MS, before);
    return undefined;
  }

  function settled({ recording_id: id, status, error }) {
    bar.hidden = true;
    const sentence = status === "done" ? "Can be searched." : (error?.message ?? "This recording could not be read.");
    say(sentence, el("a", { class: "quiet", href: write({ recording: id }), "data-nav": true, "aria-label": `Open: ${key}` }, "Open"), button("Delete", () => ask(id)));
    announce(`${key}: ${sentence}`);
  }

  function ask(id) {
    say("Delete its sound and its transcript?", button("Yes, delete", () => remove(id).then(() => say("Is deleted."), ({ message }) => say(message, button("Delete", () => ask(id))))));
    actions.querySelector("button").focus();
  }
}
