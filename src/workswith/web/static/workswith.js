// Comforts for browsers with script. Every page does its work without this file.
import { copyButtons } from "./copy.js";
import { secrets } from "./secret.js";
import { themeChoice } from "./theme.js";

copyButtons(document);
secrets(document);
themeChoice(document);
