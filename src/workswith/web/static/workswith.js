// Comforts for browsers with script. Every page does its work without this file.
import { copyButtons } from "./copy.js";
import { dialogs } from "./dialogs.js";
import { menus } from "./menus.js";
import { secrets } from "./secret.js";
import { sections } from "./sections.js";
import { themeChoice } from "./theme.js";
import { toasts } from "./toasts.js";

copyButtons(document);
dialogs();
menus();
secrets(document);
sections();
themeChoice(document);
toasts(document);
