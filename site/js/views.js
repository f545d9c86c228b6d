/** The views, whose code comes when it is needed: what the first one needs is here from the start. */

import { ApiError } from "./api.js";
import { startView } from "./start.js";

/** The modules of each; the first has the view. Its parts are named so that they come with it and not after it. */
const LATER = {
  results: ["results", "hit", "facets", "in-a-row"],
  recording: ["recording", "finder", "paragraphs", "selected", "timeline", "in-a-row", "clip", "doubts"],
  bring: ["bring", "writing"],
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
    here[kind] ??= (await fetched(kind)).view;
    return here[kind];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the code came, and is wrong
    throw new ApiError("A part of this page did not come. Is there a connection?");
  }
}

/** Fetches the code of what comes next, when nothing else is to be done. */
export function warm(kind) {
  const next = NEXT[kind];
  if (next) setTimeout(() => fetched(next).catch(() => {}), 2000); // it is asked for again when it is needed
}

async function fetched(kind) {
  const [first] = await Promise.all(LATER[kind].map((name) => import(`./${name}.js`)));
  return first;
}
