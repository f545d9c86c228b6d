/** Who is signed in, where reading is not public: the way in, the name, and the way out. */

import * as api from "./api.js";
import { el, press } from "./dom.js";
import { notice } from "./notice.js";

const RENEW_MS = 10 * 60_000; // a session holds for a quarter of an hour
const SIGNED_IN = "earshot-signed-in=1"; // the cookies that open anything are not for scripts
const AGAIN_MS = 10_000;

/** Shows in `place` who is signed in, with a way out, and keeps the session while the page is open. */
export async function showWho(place) {
  if (!document.cookie.split("; ").includes(SIGNED_IN)) return;
  const about = await me();
  if (!about?.name) return;
  place.replaceChildren(
    el("span", { class: "who-name", title: `Signed in as ${about.name}` }, about.name),
    press("quiet", signOut, "Sign out"),
  );
  place.hidden = false;
  setInterval(() => send("renew").catch(() => {}), RENEW_MS);
}

/** What stands in place of what strangers may not see; null where everybody may read. */
export async function door(show) {
  const about = await me();
  if (about?.reading === "key") return keyForm(show);
  if (about?.reading !== "sign-in") return null;
  const there = `/auth/login?${new URLSearchParams({ to: location.pathname + location.search })}`;
  const last = Number(sessionStorage.getItem("sent-to-sign-in"));
  sessionStorage.setItem("sent-to-sign-in", String(Date.now()));
  if (Date.now() - last > AGAIN_MS) location.assign(there); // else it would go round for ever
  return notice(
    el("h1", {}, "These recordings are for people who are signed in."),
    el("p", {}, el("a", { class: "quiet", href: there }, "Sign in")),
  );
}

function keyForm(show) {
  const input = el("input", { name: "key", type: "password", id: "reading-key", required: true, autocomplete: "current-password" });
  const problem = el("p", { role: "alert" });
  const enter = async (event) => {
    event.preventDefault();
    try {
      await send("key", { body: JSON.stringify({ key: input.value }), headers: { "content-type": "application/json" } });
    } catch ({ message }) {
      problem.textContent = message;
      return;
    }
    showWho(document.querySelector(".who"));
    show();
  };
  return notice(
    el("h1", {}, "These recordings are opened by a key."),
    el("form", { class: "key-form", on: { submit: enter } },
      el("label", { for: "reading-key" }, "Key that the operator gave you"), input,
      el("button", { class: "quiet" }, "Open")),
    problem,
  );
}

async function signOut() {
  const { to = "/" } = await send("logout").catch(() => ({}));
  location.assign(to);
}

/** Who is here, and how one comes in, which a 401 says, too; null where it can't be told. */
function me() {
  return fetch("/auth/me").then((answer) => answer.json()).catch(() => null);
}

function send(what, options = {}) {
  return api.ask(`/auth/${what}`, { method: "POST", ...options });
}
