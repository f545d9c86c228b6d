/** Words carry their punctuation ("sheep,", "“It's"); what is marked, lit or compared is the word in it. */

const PARTS = /^([^\p{L}\p{N}]*)(.*?)([^\p{L}\p{N}]*)$/su;
const SENTENCE_END = /[.?!…]["'”’)\]»]*$/;
const CLAUSE_END = /[.?!…,;:—–]["'”’)\]»]*$/;

/** @returns {[string, string, string]} what stands before the word, the word, what stands after it */
export function parts(text) {
  const [, before, word, after] = PARTS.exec(text);
  return word ? [before, word, after] : ["", text, ""]; // nothing but marks is a word of its own
}

/** The word alone, as one compares it. */
export function bare(text) {
  return parts(text)[1].toLowerCase();
}

export function endsSentence(text) {
  return SENTENCE_END.test(text);
}

/** Whether a reader pauses after it anyway. */
export function endsClause(text) {
  return CLAUSE_END.test(text);
}
