/** Bringing recordings: files that are dropped here, how far they are, and what became of them. */

import { link } from "./address.js";
import * as api from "./api.js";
import { el, field, press } from "./dom.js";
import { FACETS } from "./labels.js";
import { notice } from "./notice.js";
import { keyField, leave, remove, send } from "./writing.js";

const POLL_MS = 2000;
/** Letters that no key may have; a file's name with them is brought under another. */
const CONTROL = /\p{Cc}/gu;

/** They go on while other views are shown, and what was filled in stays. */
const list = el("ol", { class: "brought", "aria-label": "Files" });
const ofAll = el("div", { class: "bring-fields" },
  text("folder", "Folder", 300, { placeholder: "talks/2024" }),
  ...["collection", "speaker", "place"].map((name) => text(name, FACETS[name], 100)),
  ...["accent", "gender", "age"].map((name) => text(name, FACETS[name], 64)),
  text("recorded_at", "Recorded on", 40, { type: "date" }));
let turn = Promise.resolve();
let underWay = 0;
addEventListener("beforeunload", (event) => {
  if (underWay) event.preventDefault();
});

export function view(_, __, { announce }) {
  const input = el("input", { type: "file", multiple: true, accept: "audio/*,video/*,.opus", class: "sr-only" });
  const zone = el("label", { class: "drop" }, input, el("b", {}, "Choose files"), " or drop them here");
  const take = (files) => list.prepend(...[...files].map((file) => row(file, announce)));
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  for (const event of ["dragover", "dragleave", "drop"]) zone.addEventListener(event, (dragged) => {
    dragged.preventDefault();
    zone.classList.toggle("over", event === "dragover");
    if (event === "drop") take(dragged.dataTransfer.files);
  });
  const sendAll = () => {
    list.querySelectorAll("form").forEach((form) => form.hidden || form.requestSubmit());
    list.querySelector("li").focus();
  };
  const element = el("div", { class: "bring" }, el("h1", {}, "Bring recordings"),
    notice(el("p", {}, "This needs a key from the operator, which is kept until this tab is closed. Who can search here can hear what you bring.")),
    el("form", { class: "bring-fields", on: { submit: (event) => event.preventDefault() } }, keyField()), ofAll, zone,
    press("wide send-all", sendAll, "Send all"), list);
  return { element, title: "Bring recordings" };
}

function text(name, label, maxlength, attributes = {}) {
  return field(name, label, { type: "text", maxlength, ...attributes });
}

/** What is filled in there, by name. */
function filledIn(part) {
  return Object.fromEntries([...part.querySelectorAll("input")].map(({ name, value }) => [name, value.trim()]).filter(([, value]) => value));
}

function path(folder, name) {
  const within = folder.split("/").filter(Boolean).join("/");
  return (within ? `${within}/${name}` : name).replaceAll(CONTROL, "_");
}

/** A row of the list, from the chosen file to the searchable recording. */
function row(file, announce) {
  let key = file.name;
  const name = el("b", {}, key);
  const bar = el("progress", { max: "1", value: "0", "aria-label": `How far ${key} is`, hidden: true });
  const state = el("p", { class: "small" });
  const actions = el("p", { class: "row-actions" });
  const go = el("button", { class: "quiet", "aria-label": `Send: ${key}` }, "Send");
  const ofThis = el("form", { class: "bring-fields", "aria-label": key },
    text("title", "Title", 200), text("tags", FACETS.tags, 1000, { placeholder: "between commas" }), go);
  ofThis.addEventListener("submit", (event) => {
    event.preventDefault();
    start(false);
  });
  const made = el("li", { tabindex: "-1" }, name, bar, state, ofThis, actions);
  return made;

  function say(sentence, ...buttons) {
    const had = made.contains(document.activeElement);
    state.textContent = sentence;
    actions.replaceChildren(...buttons.flatMap((one) => [one, " "]));
    if (had) made.focus();
  }

  function button(does, onPress) {
    const one = press("quiet", onPress, does);
    one.ariaLabel = `${does}: ${key}`;
    return one;
  }

  function start(replace) {
    const { folder = "", ...about } = filledIn(ofAll);
    const { title, tags } = filledIn(ofThis);
    key = path(folder, file.name);
    name.textContent = key;
    underWay += 1;
    say("Waits …");
    ofThis.hidden = true;
    turn = turn.then(() => upload({ replace, about: { ...about, title, tags: tags?.split(",").map((tag) => tag.trim()).filter(Boolean) } })).catch((error) => {
      bar.hidden = true;
      ofThis.hidden = false;
      go.textContent = "Try again";
      go.ariaLabel = `Try again: ${key}`;
      say(error.message, ...(error.status === 412 ? [button("Replace it", () => start(true))] : []));
      announce(`${key}: ${error.message}`);
    }).finally(() => {
      underWay -= 1;
    });
  }

  async function upload(how) {
    bar.hidden = false;
    bar.value = 0;
    const form = await leave(file, key, how);
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
    say(sentence, link({ recording: id }, { class: "quiet", "aria-label": `Open: ${key}` }, "Open"), button("Delete", () => ask(id)));
    announce(`${key}: ${sentence}`);
  }

  function ask(id) {
    say("Delete its sound and its transcript?", button("Yes, delete", () => remove(id).then(() => say("Is deleted."), ({ message }) => say(message, button("Delete", () => ask(id))))));
    actions.querySelector("button").focus();
  }
}
