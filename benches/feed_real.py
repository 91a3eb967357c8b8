#!/usr/bin/env python3
"""Feeds real data to a running server over HTTP and says what came out. Python 3 standard library only.

    benches/feed_real.py --url http://127.0.0.1:8080 --key qk_...

What is fed, and how it is read (the data lies in QUORATE_SHARED, else in ../shared beside the repository):

- data/sp500: 503 accounts `sp500:<symbol>`; GICS sector as industry, sub-industry, headquarters, CIK, country US.
- data/fortune500_hq: 500 accounts `f500:<rank>`; employees, revenue (millions) as annual_revenue, domain from the
  web site ("NOT AVAILABLE" is unknown), city and state, country US.
- data/online_shoppers: each row is a visit of a visitor at an account (dealt out in turn; visitor = row number in blocks
  of 4 rows). Its page counts become signals, at most 5 of a kind and visit: Administrative -> page.account,
  Informational -> page.docs, ProductRelated -> page.product; PageValues > 0 -> page.pricing; a purchase (Revenue) ->
  contact.requested, the shipped model's act-now kind, because a visitor has no role that the MQA rule could ask for.
  Months and order give the time: rows are spread over the days of their month, and all is shifted so that the last
  one falls on now.
- data/weblog_1995: for load only: one page.view a request at accounts `web:<key>`, shifted so that the last falls on
  now. Its privacy note allows no more than general traffic patterns.
"""

import argparse
import csv
import http.client
import json
import os
import sys
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

SHARED = Path(os.environ.get("QUORATE_SHARED", Path(__file__).resolve().parent.parent.parent / "shared")) / "data"
BATCH = 500
CONNECTIONS = 8
MONTHS = {m: i + 1 for i, m in enumerate("Jan Feb Mar Apr May June Jul Aug Sep Oct Nov Dec".split())}


class Server:
    """One connection that stays open."""

    def __init__(self, url, key):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
        self.headers = {"Content-Type": "application/json"}
        if key:
            self.headers["Authorization"] = f"Bearer {key}"

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body)
        self.connection.request(method, path, data, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300 and answer.status != 503:
            sys.exit(f"{method} {path}: {answer.status} {text[:500].decode(errors='replace')}")
        return json.loads(text or b"null")


def known(text):
    text = text.strip()
    return text if text and text.upper() != "NOT AVAILABLE" else None


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def domain(site):
    host = urllib.parse.urlsplit(site.lower()).hostname if known(site) else None
    return host.removeprefix("www.") if host else None


def without_unknown(attributes):
    return {name: value for name, value in attributes.items() if value is not None}


def sp500():
    with open(SHARED / "sp500/constituents.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield f"sp500:{row['Symbol']}", {
                "name": row["Security"],
                "source": "list",
                "attributes": without_unknown({
                    "industry": known(row["GICS Sector"]),
                    "sub_industry": known(row["GICS Sub-Industry"]),
                    "headquarters": known(row["Headquarters Location"]),
                    "cik": known(row["CIK"]),
                    "country": "US",
                }),
            }


def fortune500():
    with open(SHARED / "fortune500_hq/Fortune_500_Corporate_Headquarters.csv", newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            millions = number(row["REVENUES"])
            account = {
                "name": row["NAME"].title(),
                "source": "list",
                "attributes": without_unknown({
                    "employees": number(row["EMPLOYEES"]),
                    "annual_revenue": None if millions is None else millions * 1e6,
                    "city": known(row["CITY"].title()),
                    "region": known(row["STATE"]),
                    "country": "US",
                }),
            }
            if domain(row["WEBSITE"]):
                account["domains"] = [domain(row["WEBSITE"])]
            yield f"f500:{row['RANK']}", account


def shopper_signals(accounts):
    """Signals with an instant of their own year, oldest first."""
    with open(SHARED / "online_shoppers/online_shoppers_dev.csv", newline="", encoding="utf-8") as file:
        rows = list(enumerate(csv.DictReader(file)))
    by_month = {}
    for index, row in rows:
        by_month.setdefault(MONTHS[row["Month"]], []).append((index, row))
    signals = []
    for month, visits in by_month.items():
        start = datetime(2017, month, 1, tzinfo=timezone.utc)
        step = timedelta(days=28) / len(visits)
        for place, (index, row) in enumerate(visits):
            at = start + place * step
            account = accounts[(index // 4) % len(accounts)]
            contact = f"visitor-{index // 4}"
            pages = [
                ("page.account", number(row["Administrative"]) or 0),
                ("page.docs", number(row["Informational"]) or 0),
                ("page.product", number(row["ProductRelated"]) or 0),
                ("page.pricing", 1 if (number(row["PageValues"]) or 0) > 0 else 0),
                ("contact.requested", 1 if row["Revenue"].upper() == "TRUE" else 0),
            ]
            for kind, count in pages:
                for page in range(min(int(count), 5)):
                    signals.append((at + timedelta(seconds=20 * page), {
                        "id": f"shop-{index}-{kind}-{page}",
                        "account": account,
                        "contact": contact,
                        "kind": kind,
                        "object": f"/{kind}/{page}",
                    }))
    return signals


def weblog_signals():
    signals = []
    with open(SHARED / "weblog_1995/weblog_19950701.tsv", newline="", encoding="utf-8") as file:
        for index, row in enumerate(csv.DictReader(file, delimiter="\t")):
            at = datetime.fromtimestamp(int(row["time"]), timezone.utc)
            signals.append((at, {
                "id": f"web-{index}",
                "account": f"web:{row['account_key']}",
                "contact": row["visitor_key"],
                "kind": "page.view",
            }))
    return signals


def shifted(signals, now):
    """Moves all instants by one span, so that the last one falls on now."""
    signals.sort(key=lambda pair: pair[0])
    shift = now - signals[-1][0]
    return [signal | {"occurred_at": (at + shift).isoformat().replace("+00:00", "Z")} for at, signal in signals]


def put_accounts(arguments, accounts):
    def put(share):
        server = Server(arguments.url, arguments.key)
        for account_id, body in share:
            server.ask("PUT", "/v1/accounts/" + urllib.parse.quote(account_id, safe=""), body)

    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(put, [accounts[place::CONNECTIONS] for place in range(CONNECTIONS)]))
    return time.perf_counter() - started


def post_signals(arguments, signals):
    counts = dict.fromkeys(("accepted", "duplicate", "rejected", "unavailable"), 0)
    codes = {}
    started = time.perf_counter()
    # An account's signals stay on one connection, so that they arrive in the order of time.
    shares = [[] for _ in range(CONNECTIONS)]
    places = {}
    for signal in signals:
        places.setdefault(signal["account"], len(places))
        shares[places[signal["account"]] % CONNECTIONS].append(signal)

    def post(share):
        server = Server(arguments.url, arguments.key)
        return [server.ask("POST", "/v1/signals", share[at:at + BATCH]) for at in range(0, len(share), BATCH)]

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for answers in pool.map(post, shares):
            for answer in answers:
                for outcome in counts:
                    counts[outcome] += answer[outcome]
                for item in answer["items"]:
                    if item.get("code"):
                        codes[item["code"]] = codes.get(item["code"], 0) + 1
    return counts, codes, time.perf_counter() - started


def told(what, signals, result):
    counts, codes, seconds = result
    print(f"{what}: {len(signals)} signals in {seconds:.2f} s ({len(signals) / seconds:,.0f}/s): {counts} {codes or ''}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--key", default=os.environ.get("KEY"))
    arguments = parser.parse_args()
    if not SHARED.is_dir():
        sys.exit(f"{SHARED} is not there: say where the data lies with QUORATE_SHARED")

    accounts = list(sp500()) + list(fortune500())
    seconds = put_accounts(arguments, accounts)
    print(f"accounts: {len(accounts)} in {seconds:.2f} s ({len(accounts) / seconds:,.0f}/s)")

    now = datetime.now(timezone.utc)
    shoppers = shifted(shopper_signals([account_id for account_id, _ in accounts]), now)
    told("online_shoppers", shoppers, post_signals(arguments, shoppers))
    web = shifted(weblog_signals(), now)
    told("weblog_1995", web, post_signals(arguments, web))
    told("online_shoppers again", shoppers[:5000], post_signals(arguments, shoppers[:5000]))

    server = Server(arguments.url, arguments.key)
    rows, cursor = [], ""
    while cursor is not None:
        page = server.ask("GET", f"/v1/accounts?sort=-heat&limit=1000{cursor}")
        rows += page["items"]
        cursor = f"&cursor={page['next_cursor']}" if page.get("next_cursor") else None
    bands = {}
    for row in rows:
        bands[row["band"]] = bands.get(row["band"], 0) + 1
    print(f"accounts known: {len(rows)}; MQA: {sum(row['mqa']['qualified'] for row in rows)}; bands: {bands}")
    for row in rows[:10]:
        fit = row.get("fit") or {}
        print(f"  {row['heat']:6.2f} {row['id']:14} {row['name'][:32]:32} fit {fit.get('grade') or '-'}"
              f" engaged {row['engaged_contacts']} mqa {row['mqa']['qualified']}")


if __name__ == "__main__":
    main()
