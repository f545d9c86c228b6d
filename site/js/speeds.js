/** How fast the sound is played; what someone chose stays chosen. */

const SPEEDS = [1, 1.25, 1.5, 2, 2.5, 0.75];
const KEPT_AS = "speed";

/** The speed after `now`, round and round. */
export function faster(now) {
  return SPEEDS[(SPEEDS.indexOf(now) + 1) % SPEEDS.length];
}

/** @param {() => Storage} storage asked late: a browser may refuse it */
export function kept(storage = () => localStorage) {
  try {
    const speed = Number(storage().getItem(KEPT_AS));
    return SPEEDS.includes(speed) ? speed : 1;
  } catch {
    return 1;
  }
}

export function keep(speed, storage = () => localStorage) {
  try {
    storage().setItem(KEPT_AS, String(speed));
  } catch {
    // Then it holds until the page is left.
  }
}
