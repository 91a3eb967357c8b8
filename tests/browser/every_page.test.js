// What holds for every page, whatever is on it: of those that are no account's.

import { lookAt } from "./harness/every_page.js";
import { isOfAccount, pages } from "./pages.js";

lookAt(pages.filter((page) => !isOfAccount(page)));
