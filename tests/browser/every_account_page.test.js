// What holds for every page, whatever is on it: of an account's pages. A file of their own, so that two run at a time.

import { lookAt } from "./harness/every_page.js";
import { isOfAccount, pages } from "./pages.js";

lookAt(pages.filter(isOfAccount));
