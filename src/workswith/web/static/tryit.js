// Try it: sends the call from the browser and shows what came back.
// Texts come from the page (data-say-* of the form), so that this file speaks no language.

const form = document.getElementById("try");
const token = form.elements.namedItem("token");
const body = form.elements.namedItem("body");
const answer = document.getElementById("answer");
const say = (name, values = {}) =>
  Object.entries(values).reduce(
    (text, [key, value]) => text.replace(`{${key}}`, value),
    form.dataset[`say${name}`],
  );

function fields(kind) {
  return [...form.querySelectorAll(`[data-in="${kind}"]`)];
}

// ---- the request ------------------------------------------------------------------------------

function address() {
  let url = form.dataset.url;
  for (const field of fields("path")) {
    url = url.replace(`{${field.name}}`, field.value ? encodeURIComponent(field.value.trim()) : `{${field.name}}`);
  }
  const query = new URLSearchParams(
    fields("query").filter((field) => field.value !== "").map((field) => [field.name, field.value]),
  );
  return query.size ? `${url}?${query}` : url;
}

function headers() {
  const found = new Headers();
  for (const field of fields("header")) {
    if (field.value.trim() !== "") found.set(field.name, field.value.trim());
  }
  const key = form.elements.namedItem("key");
  if (key && key.value) found.set("Ocp-Apim-Subscription-Key", key.value);
  if (token.value.trim()) found.set("Authorization", `Bearer ${token.value.trim()}`);
  if (body && body.value !== "") found.set("Content-Type", form.dataset.mediaType);
  return found;
}

function preview() {
  document.getElementById("request-line").textContent = `${form.dataset.method} ${address()}`;
}

// ---- choosers of the reader's own homes and modules -------------------------------------------

const home = document.getElementById("choose-plant");
const module = document.getElementById("choose-module");

function fill(name, value) {
  for (const field of form.querySelectorAll("[data-in]")) {
    if (field.name === name) field.value = value;
  }
}

function chosenPlant() {
  if (module) {
    for (const option of module.options) {
      option.hidden = option.disabled = option.dataset.plant !== home.value;
    }
    const first = [...module.options].find((option) => !option.disabled);
    module.value = first ? first.value : "";
    fill("moduleId", module.value);
  }
  fill("plantId", home.value);
  preview();
}

home?.addEventListener("change", chosenPlant);
module?.addEventListener("change", () => {
  fill("moduleId", module.value);
  preview();
});

// ---- authorization_code: the window that signs in answers on this channel ------------------------

const authorization = document.getElementById("choose-authorization");

function signIn() {
  const name = crypto.randomUUID();
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => {
    channel.close();
    if (data.access_token) {
      token.value = data.access_token;
      note(say("SignedIn"));
    } else {
      authorization.value = "none";
      note(data.error || say("NotSignedIn"));
    }
  };
  const opened = window.open(
    `${form.dataset.authorize}?channel=${name}`,
    "sign-in",
    "popup,width=520,height=720",
  );
  if (!opened) {
    channel.close();
    note(say("Blocked"));
  }
}

function note(text) {
  document.getElementById("authorization-note").textContent = text;
}

authorization?.addEventListener("change", () => {
  note("");
  if (authorization.value === "authorization_code") signIn();
  else token.value = "";
});

const shown = document.getElementById("show-token");
shown.addEventListener("click", () => {
  const show = token.type === "password";
  token.type = show ? "text" : "password";
  shown.setAttribute("aria-pressed", String(show));
  shown.textContent = show ? shown.dataset.hide : shown.dataset.show;
});

document.getElementById("choose-sample")?.addEventListener("change", (event) => {
  body.value = event.target.value;
});

// ---- the answer -------------------------------------------------------------------------------

// What the portal knows about a call; null where it says nothing.
async function ask(path, values) {
  try {
    const url = new URL(path, location.href);
    if (token.value.trim()) values.subject = subject(token.value.trim());
    for (const [name, value] of Object.entries(values)) url.searchParams.set(name, value);
    const reply = await fetch(url, { headers: { Accept: "application/json" } });
    return reply.ok ? await reply.json() : null;
  } catch {
    return null;
  }
}

async function quota() {
  const subscription = form.elements.namedItem("key")?.selectedOptions?.[0]?.dataset.subscription;
  return subscription ? ask(form.dataset.quota, { subscription }) : null;
}

// What happens after a command, as a shutter that has arrived, has no flow of the call.
async function notifications(flow) {
  const place = document.getElementById("answer-notifications");
  const list = document.getElementById("notifications");
  list.replaceChildren();
  place.hidden = !flow || !token.value.trim();
  if (place.hidden) return;
  const found = await ask(form.dataset.caused, { flow });
  document.getElementById("notifications-note").hidden = !found?.length;
  if (!found?.length) {
    const none = document.createElement("p");
    none.className = "quiet";
    none.textContent = say(found ? "NoNotification" : "NotYours");
    list.append(none);
  }
  for (const one of found ?? []) {
    const shown = document.getElementById("notification").content.cloneNode(true);
    shown.querySelector("strong").textContent = one.kind;
    shown.querySelector("span").textContent = `${one.home} · ${one.module}`;
    const [formatted, exact] = shown.querySelectorAll("code");
    formatted.textContent = pretty(one.body);
    exact.textContent = one.body;
    shown.querySelector("summary").textContent = say("Exactly", {
      bytes: new TextEncoder().encode(one.body).length,
    });
    list.append(shown);
  }
}

function span(seconds) {
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function subject(jwt) {
  try {
    const claims = JSON.parse(atob(jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return claims.sub ?? "";
  } catch {
    return "";
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function show(id, text) {
  const place = document.getElementById(id);
  place.textContent = text;
  place.closest("[data-part]").hidden = text === "";
}

// What to do about an error: the row with the body's message, or all rows of the status.
function advise(status, text) {
  let message = "";
  try {
    message = JSON.parse(text).message ?? "";
  } catch {
    // no JSON, no message
  }
  for (const advice of answer.querySelectorAll("[data-advice]")) {
    advice.hidden = advice.dataset.advice !== String(status);
    const rows = [...advice.querySelectorAll("[data-message]")];
    const exact = rows.filter((row) => row.dataset.message === message);
    for (const row of rows) row.hidden = exact.length > 0 && !exact.includes(row);
  }
}

async function send(event) {
  event.preventDefault();
  const empty = fields("path").find((field) => field.value.trim() === "");
  if (empty) {
    note(say("Missing", { name: empty.name }));
    empty.focus();
    return;
  }
  const method = form.dataset.method;
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  answer.hidden = false;
  answer.setAttribute("aria-busy", "true");
  const before = await quota();
  const started = performance.now();
  try {
    const reply = await fetch(address(), {
      method,
      headers: headers(),
      body: body && body.value !== "" ? body.value : undefined,
      credentials: "omit",
      cache: "no-store",
    });
    const text = await reply.text();
    const took = Math.round(performance.now() - started);
    const status = document.getElementById("answer-status");
    status.textContent = `${reply.status} ${reply.statusText}`.trim();
    status.className = `status ${reply.ok ? "ok" : "bad"}`;
    show("answer-time", say("Took", { ms: took }));
    show("answer-headers", [...reply.headers].map(([name, value]) => `${name}: ${value}`).join("\n"));
    show("answer-body", pretty(text));
    document.getElementById("answer-empty").hidden = text !== "";
    const after = await quota();
    const cost = before && after ? after.used - before.used : null;
    show(
      "answer-quota",
      after
        ? say("Quota", {
            cost: cost ?? "?",
            before: before?.used ?? "?",
            used: after.used,
            limit: after.limit,
            left: after.left,
            renewed: span(after.seconds),
          })
        : "",
    );
    await notifications(reply.headers.get("X-Flow-Id"));
    advise(reply.status, text);
  } catch (error) {
    const status = document.getElementById("answer-status");
    status.textContent = say("Unreachable");
    status.className = "status bad";
    for (const id of ["answer-time", "answer-headers", "answer-body", "answer-quota"]) show(id, "");
    document.getElementById("answer-empty").hidden = true;
    document.getElementById("answer-notifications").hidden = true;
    advise(0, "");
  } finally {
    button.disabled = false;
    answer.removeAttribute("aria-busy");
    answer.scrollIntoView({ block: "nearest" });
    answer.focus({ preventScroll: true });
  }
}

form.addEventListener("submit", send);
form.addEventListener("input", preview);
form.hidden = false;
if (home) chosenPlant();
preview();
