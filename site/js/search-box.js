/** The search box: searches while one types, at once on Enter, and is one key ("/") away. */

/** Long enough that a word is not searched letter by letter, short enough to feel immediate. */
const TYPING_PAUSE_MS = 180;

/**
 * @param {HTMLFormElement} form
 * @param {(q: string, settled: boolean) => void} onSearch `settled` when the person pressed Enter
 * @returns {{early: string, show: (q: string) => void}} `early` is what was typed before this code had
 *   come; `show` puts a query in the box, in place of what someone is typing there
 */
export function searchBox(form, onSearch) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("q"));
  let timer = 0;
  const search = (settled) => {
    clearTimeout(timer);
    onSearch(input.value.trim(), settled);
  };
  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!(/** @type {InputEvent} */ (event).isComposing)) timer = setTimeout(search, TYPING_PAUSE_MS, false);
  });
  input.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(search, TYPING_PAUSE_MS, false);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search(true);
    if (matchMedia("(pointer: coarse)").matches) input.blur(); // puts a phone's keyboard away
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  return {
    early: input.value.trim(),
    show(q) {
      if (input.value.trim() === q) return;
      clearTimeout(timer);
      input.value = q;
    },
  };
}

export function isTyping(target) {
  return target.closest?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=range])") != null;
}
