// Every page of the console. Each one listed here is looked at in light and dark, narrow and wide, by keyboard and
// without scripts (harness/every_page.js): a new page is one more line.

import { within } from "./harness/deadline.js";

/** Whether a page is an account's. */
export const isOfAccount = ({ name }) => name.startsWith("account");

/** The board as of a day in the demo's history, read already: the page that waits is gone in a moment. */
const pastBoard = async (server) => {
  const { as_of: now } = await server.api("GET", "/v1/accounts?limit=1");
  const day = new Date(Date.parse(now) - 60 * 86_400_000).toISOString().slice(0, 10);
  await within(20_000, "the accounts as of a past day", async () => {
    const { items } = await server.api("GET", `/v1/accounts?limit=1&as_of=${day}T00:00:00Z`);
    return items ?? null;
  });
  return `/board?as_of=${day}`;
};

/** The result of an import that was applied. */
const importResult = async (server) => {
  const answer = await fetch(`${server.url}/v1/imports?apply=true&file=result.csv`, {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body: "Account Name,Website,Employees\nHalden Biologics Result,halden-result.example,640\nNobody,,\nHalden Biologics Result,halden-result.example,1k-5k\n",
  });
  const { id } = await answer.json();
  return within(20_000, "the import to be applied", async () => {
    const { state } = await server.api("GET", `/v1/imports/${id}`);
    return state === "applied" ? `/imports/${id}/result` : null;
  });
};

const ofImport = (page) => async (server) => {
  const { items } = await server.api("GET", "/v1/imports");
  // The one that waits for answers, not one that a test applied.
  const open = items.find(({ state }) => state !== "applied");
  return `/imports/${open.id}/${page}`;
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
  { name: "heat board, as of a past day", path: pastBoard, shows: "#past" },
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
  { name: "import, result", path: importResult, shows: "#outcome" },
  { name: "words", path: "/words", shows: "dl, h2" },
  { name: "shortcuts", path: "/shortcuts", shows: "kbd" },
  { name: "account, details", path: "/accounts/northfold-logistics/details", shows: ".facts" },
  { name: "account, a person", path: "/accounts/northfold-logistics/people/2", shows: "svg.chart" },
  { name: "sign-in", path: "/sign-in", shows: "input[type=password]", on: "serve" },
];
