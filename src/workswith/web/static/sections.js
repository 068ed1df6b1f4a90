// On a phone the header's menu scrolls sideways: the entry that is open stands in the middle, also after a
// turn of the phone, and the menu goes along with the focus, which browsers leave half hidden.
export function sections() {
  const menu = document.querySelector(".sections");
  const open = menu?.querySelector("[aria-current]");
  const middle = () => {
    const [inner, outer] = [open.getBoundingClientRect(), menu.getBoundingClientRect()];
    menu.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  };
  if (open) new ResizeObserver(middle).observe(menu);
  menu?.addEventListener("focusin", (event) => event.target.scrollIntoView({ inline: "nearest", block: "nearest" }));
}
