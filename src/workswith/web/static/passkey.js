// Passkeys: asks the browser for one and puts its answer into the form, which then goes as any other.
// A form says with data-passkey what it wants, and where the question comes from: data-options or data-ask.
const forms = document.querySelectorAll("form[data-passkey]");
if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) for (const form of forms) prepare(form);

function prepare(form) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      form.elements.answer.value = JSON.stringify(await answer(form));
      form.requestSubmit();
    } catch (refused) {
      form.querySelector("[data-refused]")?.removeAttribute("hidden");
    } finally {
      button.disabled = false;
    }
  });
}

async function answer(form) {
  const asked = form.dataset.options ?? await ask(form);
  const options = JSON.parse(asked);
  const credential = form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return credential.toJSON();
}

async function ask(form) {
  const body = new URLSearchParams({ csrf: form.elements.csrf.value });
  const response = await fetch(form.dataset.ask, { method: "POST", body });
  if (!response.ok) throw new Error(response.statusText);
  return response.text();
}
