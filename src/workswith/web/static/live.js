// Keeps what is marked with data-live up to date while the page is seen. The marked elements stay, so
// that those with aria-live are read out; what somebody is using right now is left alone. An element with
// data-every says how many milliseconds lie between two looks.
const USUALLY_MS = 5000;

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (!next || part.contains(document.activeElement) || part.querySelector("details[open]")) continue;
    if (part.hasAttribute("aria-live") && part.textContent === next.textContent) continue;
    part.replaceChildren(...document.adoptNode(next).childNodes);
  }
}

const every = Number(document.querySelector("[data-every]")?.dataset.every) || USUALLY_MS;
setInterval(() => refresh().catch(() => {}), every);
