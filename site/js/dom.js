/** Building the page from values. Text only ever becomes text nodes, so nothing said can be markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `props` are attributes, but for `on` ({event: listener}) and `data` ({name: value});
 * false, null and undefined leave an attribute out, true sets it empty.
 */
export function el(tag, props = {}, ...children) {
  return furnish(document.createElement(tag), props, children);
}

/** A button; `kind` is its class. */
export function press(kind, onPress, ...children) {
  return el("button", { type: "button", class: kind, on: { click: onPress } }, ...children);
}

export function svg(tag, props = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), props, children);
}

function furnish(node, { on = {}, data = {}, ...attributes }, children) {
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  for (const [name, value] of Object.entries(data)) node.dataset[name] = value;
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = {
  play: "M8 5.2v13.6L19 12z",
  pause: "M7.5 5.5h3.4v13H7.5zM13.1 5.5h3.4v13h-3.4z",
  close: "M6.7 5.3 12 10.6l5.3-5.3 1.4 1.4-5.3 5.3 5.3 5.3-1.4 1.4-5.3-5.3-5.3 5.3-1.4-1.4 5.3-5.3-5.3-5.3z",
};

export function icon(name) {
  return svg("svg", { class: "icon solid", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

/** A switch with its name; `onChange` is told whether it is on. */
export function switchOf(name, checked, onChange, text) {
  const input = el("input", { type: "checkbox", name, value: "true", checked, on: { change: () => onChange(input.checked) } });
  return el("label", { class: "switch" }, input, text);
}

/** Those of `texts` that are there, each by itself. */
export function spans(...texts) {
  return texts.filter(Boolean).map((text) => el("span", {}, text));
}

/** What somebody fills in, with its name; `attributes` are those of the input. */
export function field(name, text, attributes) {
  return el("label", { class: "field" }, text, el("input", { name, ...attributes }));
}

/** Shows on a button that plays whether it plays; `name` is what it does when it is pressed. */
export function showPlaying(button, playing, name) {
  button.replaceChildren(icon(playing ? "pause" : "play"));
  button.setAttribute("aria-label", name);
}

/** Whether a key is pressed for the browser or the system, and not for the page. */
export function isShortcut({ ctrlKey, metaKey, altKey }) {
  return ctrlKey || metaKey || altKey;
}

/** Whether somebody asked for less motion. */
export function isCalm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** The nearest element around what an event came from; null where that is no element. */
export function around(event, selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}
