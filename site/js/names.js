/** What a recording is called: by its title, its file's name where a person gave it one, or its first words. */

import { readable, title } from "./labels.js";

const WORDS = 5;
/** What machines and data sets put before a number. */
const GENERIC = /\b(?:sample|audio|rec|record|recording|track|clip|file|voice|memo|img|vid|mov|dsc|zoom|new|copy|common|cv|wav|mp3)\b/gi;

/**
 * @param {{key: string, text?: string|null, title?: string|null}} recording `text` is what was said in it, or in a part of it
 */
export function nameOf({ key, text, title: given }) {
  if (given) return given;
  const written = title(key);
  if (isTelling(written)) return written;
  const words = readable(text ?? "").split(/\s+/).filter(Boolean);
  if (!words.length) return written;
  return `“${words.slice(0, WORDS).join(" ").replace(/[.,;:!?]$/, "")}${words.length > WORDS ? " …" : ""}”`;
}

/** Whether a name tells people anything: three letters in a row that are no counter and no digest. */
export function isTelling(name) {
  const parts = name.replaceAll(/[_\-.+\s]+/g, " ").replaceAll(GENERIC, " ").split(" ");
  return parts.some((part) => /\p{L}{3}/u.test(part) && !/^(?=.*\d)[\da-f]{6,}$/i.test(part));
}

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** The day of an ISO 8601 time, as people write it; empty when it is none. */
export function day(iso) {
  const at = Date.parse(iso);
  return Number.isFinite(at) ? DAY.format(at) : "";
}
