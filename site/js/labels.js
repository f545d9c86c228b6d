/** How values of the data and recordings are called. Values without an entry here are shown as they are. */

/** Facets in the order in which they are offered; the names are the API's. */
export const FACETS = {
  accent: "Accent",
  gender: "Voice",
  age: "Age",
  duration: "Length",
  source: "Source",
  model: "Model",
  collection: "Collection",
  speaker: "Speaker",
  place: "Place",
  tags: "Tags",
};
/** Facets that the API counts only where it is asked to: what owners say of their recordings. */
export const SAID = ["collection", "speaker", "place", "tags"];

const VALUES = {
  us: "American",
  england: "English",
  indian: "Indian",
  australia: "Australian",
  canada: "Canadian",
  scotland: "Scottish",
  ireland: "Irish",
  wales: "Welsh",
  newzealand: "New Zealand",
  malaysia: "Malaysian",
  philippines: "Philippine",
  singapore: "Singaporean",
  hongkong: "Hong Kong",
  bermuda: "Bermudian",
  southatlandtic: "South Atlantic",
  fourties: "Forties",
  unknown: "Not given",
  upload: "Uploaded",
  import: "Imported",
};

export function label(value) {
  const text = VALUES[value] ?? stretch(value) ?? String(value);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const AGES = ["teens", "twenties", "thirties", "fourties", "fifties", "sixties", "seventies", "eighties", "nineties"];

/** Values of a facet as one looks for them: ages and lengths by size, others the most frequent first. */
export function inOrder(values) {
  const size = ({ value }) => {
    if (value === "unknown") return Infinity;
    const age = AGES.indexOf(value);
    return age >= 0 ? age : Number.parseFloat(/^(\d*)-\d*$/.exec(value)?.[1] || "0");
  };
  return values.toSorted((a, b) => size(a) - size(b) || b.count - a.count);
}

/** A range of seconds such as "5-10", "60-300" or "300-". */
function stretch(value) {
  const [, low, high] = /^(\d*)-(\d*)$/.exec(value) ?? [];
  if (!low && !high) return null;
  const minutes = [low, high].every((end) => !end || Number(end) % 60 === 0);
  const ends = [low, high].map((end) => (minutes && end ? String(Number(end) / 60) : end));
  const unit = minutes ? "min" : "s";
  if (!high) return `over ${ends[0]} ${unit}`;
  if (!Number(low)) return `under ${ends[1]} ${unit}`;
  return `${ends[0]} to ${ends[1]} ${unit}`;
}

/** What is known about who speaks, as one phrase; empty when nothing is. */
export function speaker({ speaker: who, gender, age, accent }) {
  const [voice, years, sound] = [gender, age, accent].map((value) => (value && value !== "unknown" ? label(value) : ""));
  const phrase = [who, voice, years, sound && `${sound} accent`].filter(Boolean);
  return phrase.map((part, i) => (i && part === years ? part.toLowerCase() : part)).join(", ");
}

/** The four ways in which a word can match, strongest first. */
export const KINDS = {
  exact: { name: "as typed", title: "exactly your word" },
  stem: { name: "another form", title: "another form of your word" },
  near: { name: "spelt nearly so", title: "spelt nearly like your word" },
  sound: { name: "sounds alike", title: "sounds like your word" },
};

/** The API's orders, the first being its own choice. */
export const ORDERS = {
  relevance: "Best match",
  newest: "Newest",
  oldest: "Oldest",
  longest: "Longest",
  shortest: "Shortest",
  confidence: "Heard most clearly",
};

/** Seconds as a clock shows them: 7 -> "0:07", 3725 -> "1:02:05"; "≈ 0:07" where they are estimated. */
export function clock(seconds, estimated = false) {
  if (estimated) return `≈ ${clock(seconds)}`;
  const whole = Math.max(0, Math.floor(seconds || 0));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A key's last part without its ending, which is what people call a recording. */
export function title(key) {
  const name = String(key ?? "").split("/").filter(Boolean).pop() ?? "";
  return name.replace(/\.[a-z0-9]{2,4}$/i, "") || String(key ?? "") || "Untitled";
}

const NUMBER = new Intl.NumberFormat();

export function number(n) {
  return NUMBER.format(n);
}

export function count(n, one, many = `${one}s`) {
  return `${number(n)} ${n === 1 ? one : many}`;
}

const AGO = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 30], ["month", 12], ["year", Infinity]];

/** "2 hours ago", from an ISO 8601 time; empty when it is none. */
export function ago(iso, now = Date.now()) {
  let n = (Date.parse(iso) - now) / 1000;
  if (!Number.isFinite(n)) return "";
  for (const [unit, size] of STEPS) {
    if (Math.abs(n) < size) return AGO.format(Math.round(n), unit);
    n /= size;
  }
  return "";
}

export const ESTIMATED = "Times are estimated";

/** Whether a recording is not written down yet, but will be. */
export function isUnderWay({ status }) {
  return status === "queued" || status === "transcribing";
}

/**
 * Lists of recordings have a listener's own letters, which may be CAPITALS: lower case then, but for
 * "I" and the first letter.
 */
export function readable(text) {
  if (/\p{Ll}/u.test(text)) return text;
  return text.toLowerCase().replace(/^\P{L}*\p{L}|(?<=^|\s)i(?=['\s]|$)/gu, (letters) => letters.toUpperCase());
}

/** What is lost of a damaged file, in a sentence; empty of others. */
export function lostOf({ incomplete }) {
  if (!incomplete) return "";
  const { heard, lost } = incomplete;
  if (lost === null) return `This file is damaged: ${clock(heard)} of it was heard, the rest is lost.`;
  const much = lost < 1 ? "less than a second" : lost < 60 ? count(Math.round(lost), "second") : clock(lost);
  return `This file is damaged: ${much} of it could not be heard.`;
}

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
