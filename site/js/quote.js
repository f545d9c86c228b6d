/** Words of a recording as one quotes them: the words, whose they are, when they were said, and where to hear them. */

import { clock } from "./labels.js";

/**
 * @param {string} words as they are shown
 * @param {{name: string, start: number, estimated?: boolean, link: string}} from `start` in seconds
 */
export function quote(words, { name, start, estimated = false, link }) {
  const said = words.replaceAll(/\s+/g, " ").trim();
  const marked = /^["“].*["”]$/su.test(said) ? said : `“${said}”`;
  return `${marked}\n${name.replaceAll(/^“|”$/g, "")}, ${clock(start, estimated)}\n${link}`;
}
