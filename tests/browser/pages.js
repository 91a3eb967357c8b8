// Every page of the console. Each one listed here is looked at in light and dark, narrow and wide, by keyboard and
// without scripts (harness/every_page.js): a new page is one more line.

/** Whether a page is an account's. */
export const isOfAccount = ({ name }) => name.startsWith("account");

const ofImport = (page) => async (server) => {
  const { items } = await server.api("GET", "/v1/imports");
  return `/imports/${items[0].id}/${page}`;
};

/**
 * - `name`: what the page is called in a test's name.
 * - `path`: in the demo; `on: "serve"` means the server with keys, where nobody is signed in. A function is given the
 *   server: for addresses that differ from run to run.
 * - `shows`: a selector of what must be there, with scripts and without.
 */
export const pages = [
  { name: "heat board", path: "/board", shows: "#rows tr" },
  { name: "heat board, filtered", path: "/board?band=hot,burning&sort=-quorum", shows: "#rows tr" },
  { name: "heat board, nothing found", path: "/board?q=nobody-is-called-this", shows: ".empty" },
  { name: "account", path: "/accounts/northfold-logistics", shows: "svg.chart" },
  { name: "account, compared", path: "/accounts/northfold-logistics?compare=2026-01-01", shows: "#why .matrix" },
  { name: "account, signals", path: "/accounts/northfold-logistics/signals", shows: ".sigs li" },
  { name: "account, a cell", path: "/accounts/northfold-logistics/signals?person=2&kind=meeting.attended", shows: ".sums" },
  { name: "account, log a signal", path: "/accounts/northfold-logistics/signals/new", shows: "#f-kind" },
  { name: "account, committee", path: "/accounts/northfold-logistics/committee", shows: "table.roster tbody tr" },
  { name: "account, qualification", path: "/accounts/northfold-logistics/qualification", shows: "ol.els li" },
  { name: "account, history", path: "/accounts/northfold-logistics/history", shows: "ol.log li" },
  { name: "gaps", path: "/gaps", shows: "table.gapt tbody tr" },
  { name: "gaps, narrowed", path: "/gaps?gap=cold_seat", shows: "table.gapt tbody tr" },
  { name: "lists", path: "/lists", shows: ".stackt tbody tr" },
  { name: "a list", path: "/lists/q3-target-accounts?add=a", shows: ".memb tbody tr" },
  { name: "imports", path: "/imports", shows: ".stackt tbody tr" },
  { name: "import, file", path: "/imports/new", shows: "#f-file" },
  { name: "import, columns", path: ofImport("columns"), shows: ".imcols select" },
  { name: "import, questions", path: ofImport("review"), shows: "#questions fieldset" },
  { name: "import, what will happen", path: ofImport("review?show=created"), shows: ".imt tbody tr" },
  { name: "words", path: "/words", shows: "dl, h2" },
  { name: "shortcuts", path: "/shortcuts", shows: "kbd" },
  { name: "account, details", path: "/accounts/northfold-logistics/details", shows: ".facts" },
  { name: "account, a person", path: "/accounts/northfold-logistics/people/2", shows: "svg.chart" },
  { name: "sign-in", path: "/sign-in", shows: "input[type=password]", on: "serve" },
];
