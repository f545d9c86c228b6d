/** The views, whose code comes when it is needed: what the first one needs is here from the start. */

import { ApiError } from "./api.js";
import { startView } from "./start.js";

// Their parts are named too, so that they come at once and not one after the other.
const LATER = {
  results: () => Promise.all([import("./results.js"), import("./hit.js"), import("./facets.js"), import("./lead-in.js"), import("./in-a-row.js")])
    .then(([{ resultsView }]) => resultsView),
  recording: () => Promise.all([import("./recording.js"), import("./finder.js"), import("./matches.js"), import("./paragraphs.js"),
    import("./selected.js"), import("./timeline.js"), import("./lead-in.js"), import("./in-a-row.js"),
    import("./clip.js")])
    .then(([{ recordingView }]) => recordingView),
};
/** What one sees next, most likely. */
const NEXT = { start: "results", results: "recording" };

/**
 * The views that have come. Each makes an element of an answer of the API, the address's state and the page.
 *
 * @type {Record<string, (answer: any, state: any, page: any) => {element: Element, title?: string, arrive?: () => boolean}>}
 */
export const here = { start: startView };

export async function codeOf(kind) {
  try {
    here[kind] ??= await LATER[kind]();
    return here[kind];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the code came, and is wrong
    throw new ApiError("A part of this page did not come. Is there a connection?");
  }
}

/** Fetches the code of what comes next, when nothing else is to be done. */
export function warm(kind) {
  setTimeout(() => LATER[NEXT[kind]]?.().catch(() => {}), 2000); // it is asked for again when it is needed
}
