// Lets a dialog (components.html) lie over the page: it keeps the focus, Escape and a press beside it close it,
// and the focus goes back to what opened it. Without this file it unfolds in its place.
export function dialogs() {
  document.addEventListener("click", (event) => {
    const summary = event.target.closest("details.dialog > summary");
    if (summary) {
      event.preventDefault();
      open(summary.parentElement);
    } else if (event.target.matches("dialog:modal") && beside(event)) {
      event.target.close();
    } else if (event.target.closest("dialog [data-dismiss]")) {
      event.target.closest("dialog").close();
    }
  });
}

function open(details) {
  const dialog = details.querySelector(":scope > dialog");
  details.open = true;
  dialog.querySelector("[data-dismiss]").hidden = false;
  dialog.addEventListener("close", () => {
    details.open = false;
    details.querySelector("summary").focus();
  }, { once: true });
  dialog.showModal();
}

function beside({ target, clientX, clientY }) {
  const { left, right, top, bottom } = target.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
