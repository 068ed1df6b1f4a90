// Comforts for browsers with script. Every page does its work without this file.
import { copyButtons } from "./copy.js";
import { dialogs } from "./dialogs.js";
import { menus } from "./menus.js";
import { secrets } from "./secret.js";
import { themeChoice } from "./theme.js";
import { toasts } from "./toasts.js";

copyButtons(document);
dialogs();
menus();
secrets(document);
themeChoice(document);
toasts(document);

// On a phone the sections scroll sideways: begin at the one that is open.
document.querySelector(".sections [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
