/** What needs a key: bringing recordings, and deleting them. The key is kept nowhere but here. */

import { ask } from "./api.js";
import { el, field } from "./dom.js";

/** Of files whose type not every browser knows. */
const TYPES = { m4a: "mp4", flac: "flac", opus: "ogg", amr: "amr" };

let key = "";

/** A field for the key, which has what was filled in before. */
export function keyField() {
  const input = ({ currentTarget }) => {
    key = currentTarget.value.trim();
  };
  const label = field("key", "Key", { type: "password", autocomplete: "off", spellcheck: "false", required: true, on: { input } });
  label.querySelector("input").value = key;
  return label;
}

/**
 * Leave to put `file` at `path`; throws a sentence, with status 412 where another is there and was not to be replaced.
 *
 * @param {{name: string, type: string}} file
 * @param {string} path its key
 * @param {{replace?: boolean, about?: Record<string, string|string[]>}} [how]
 */
export function leave(file, path, { replace = false, about = {} } = {}) {
  return authorized("/api/uploads", {
    method: "POST",
    headers: { "content-type": "application/json", ...(!replace && { "if-none-match": "*" }) },
    body: JSON.stringify({ key: path, content_type: typeOf(file), ...about }),
  });
}

/** Sends the file by a form that the API made, through this site: the page may speak to no other. */
export function send(file, { fields }, onProgress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  const request = new XMLHttpRequest(); // fetch tells nothing of how far it is
  return new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded / total));
    request.addEventListener("load", () => (request.status < 300 ? resolve(undefined) : reject(new Error("The file is empty, too large, or took too long."))));
    request.addEventListener("error", () => reject(new Error("The connection was lost.")));
    request.open("POST", "/upload");
    request.send(form);
  });
}

export function remove(id) {
  return authorized(`/api/recordings/${encodeURIComponent(id)}`, { method: "DELETE" });
}

async function authorized(path, { headers = {}, ...options }) {
  if (!/^[\x21-\x7e]+$/.test(key)) throw new Error(key ? "A key has no such letters." : "A key is needed.");
  return ask(path, { ...options, headers: { ...headers, authorization: `Bearer ${key}` } });
}

function typeOf({ name, type }) {
  if (/^(audio|video)\//.test(type)) return type.split(";")[0].toLowerCase();
  return `audio/${TYPES[name.split(".").at(-1).toLowerCase()] ?? "unknown"}`;
}

/** Asks for the key and deletes the recording `id`. */
export function deletionView(id, announce) {
  const said = el("p", { role: "alert" });
  const form = el("form", { class: "bring-fields" },
    el("p", {}, "Sound and transcript are deleted."), keyField(),
    el("button", { type: "submit", class: "quiet" }, "Delete for good"), said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await remove(id).then(() => {
      form.replaceChildren(el("p", {}, "It is deleted."));
      announce("The recording is deleted.");
    }, ({ message }) => said.replaceChildren(message));
  });
  return form;
}
