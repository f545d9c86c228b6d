/** Which searches are steps for "back": not every letter that is typed, but each that someone stayed at. */

/** In milliseconds. Who rests this long at results has looked at them. */
const REST_MS = 2000;

/**
 * Whether a search that is being typed takes the place of the one before it in the history.
 *
 * @param {{typing: number, played?: boolean}|null} state of the entry that is there; `typing` is when
 *   its search was typed, in milliseconds; an entry that was not typed has none
 * @param {number} now in milliseconds
 */
export function replaces(state, now) {
  return Boolean(state?.typing) && !state.played && now - state.typing < REST_MS;
}
