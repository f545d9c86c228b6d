/** Stretches of sound, played one after the other with nothing between them. */

import { el } from "./dom.js";

/** Seconds beside a stretch at which somebody has moved the sound elsewhere. */
const ELSEWHERE = 2;

/**
 * A button that starts it, and stops it. It also stops when somebody pauses, or plays something else.
 *
 * @param {import("./player.js").Player} player
 * @param {() => {track: import("./player.js").Track, from: number, to: number, show?: () => void}[]} stretches
 *   in seconds; `show` brings one into sight
 * @param {AbortSignal} signal ends its listening
 */
export function playAll(player, stretches, signal) {
  let left = [];
  let now = null;
  const button = el("button", { type: "button", class: "quiet", on: { click: () => (now ? player.toggle() : start(stretches())) } });
  player.addEventListener("time", look, { signal });
  player.addEventListener("state", look, { signal });
  set(null);
  return button;

  function set(stretch) {
    now = stretch;
    button.textContent = now ? "Stop" : "Play all";
  }

  function start(all) {
    left = joined(all);
    next();
  }

  function next() {
    set(left.shift() ?? null);
    now?.show?.();
    if (now) player.play(now.track, now.from);
    else if (player.playing) player.toggle();
  }

  function look() {
    if (!now) return;
    const isElsewhere = player.time < now.from - ELSEWHERE || player.time > now.to + ELSEWHERE;
    if (player.track?.id === now.track.id && (player.ended || (player.time >= now.to && !isElsewhere))) next();
    else if (player.track?.id !== now.track.id || isElsewhere || !player.playing) set(null);
  }
}

/** Stretches of one recording that run into each other are one. */
export function joined(stretches) {
  const found = [];
  for (const stretch of stretches) {
    const last = found.at(-1);
    if (last && last.track.id === stretch.track.id && stretch.from >= last.from && stretch.from <= last.to) last.to = Math.max(last.to, stretch.to);
    else found.push({ ...stretch });
  }
  return found;
}
