// Changes light and dark at once; the server keeps the choice in a cookie all the same.
export function themeChoice(root) {
  for (const form of root.querySelectorAll("[data-theme-choice]")) {
    form.addEventListener("submit", (event) => {
      const chosen = event.submitter;
      if (!chosen) return;
      event.preventDefault();
      const data = new FormData(form, chosen);
      if (chosen.value) document.documentElement.dataset.theme = chosen.value;
      else delete document.documentElement.dataset.theme;
      for (const button of form.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button === chosen));
      }
      fetch(form.action, { method: "POST", body: data, redirect: "manual" });
      form.querySelector("[name=once]").value = crypto.randomUUID();
    });
  }
}
