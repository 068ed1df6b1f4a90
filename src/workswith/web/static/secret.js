// Hides shown secrets again when the page is left in the background.
export function secrets(root) {
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return;
    for (const secret of root.querySelectorAll("[data-secret][open]")) secret.open = false;
  });
}
