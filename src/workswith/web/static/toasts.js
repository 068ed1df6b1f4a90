// Lets what the last page said be put away. Nothing goes by itself: people read at their own pace.
export function toasts(root) {
  for (const toast of root.querySelectorAll("[data-toast]")) {
    const button = toast.querySelector("[data-dismiss]");
    button.hidden = false;
    button.addEventListener("click", () => {
      toast.remove();
      root.querySelector("main").focus();
    });
  }
}
