"""`longarm init`: the data folder, with every setting and one commented example each of a source and a rule."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from desk.session import settings_for
from storage.errors import ConfigError
from storage.schema import upgrade

if TYPE_CHECKING:
    import argparse

    from desk.session import Desk

SETTINGS = """\
# Longarm's settings. A line that starts with "# " and a key shows the default; take the "# " away to change it.
# Each key is also an environment variable: [vantage.default] proxy is LONGARM_VANTAGE__DEFAULT__PROXY.

[storage]
# database = "sqlite:///longarm.db"      # relative to this folder; or postgresql+psycopg://user@host/name
# captures = "captures"                  # the folder of the WARC files

[fetch]
# user_agent = ""                        # left out: an ordinary browser's
# concurrency = 16                       # requests at a time
# concurrency_per_host = 2
# delay = 1.0                            # seconds between requests to one host
# timeout = 30                           # seconds
# max_size = "32MB"                      # a larger body is cut, recorded as cut, and reported
# max_new_pages = 5000                   # of one source in one run; the rest stays due, and is told
# robots = "obey"                        # or "ignore"; a source may set its own; what was done is recorded

# The way out must be chosen: without a proxy and without direct = true a crawl ends with exit 2.
[vantage.default]
# proxy = ""                             # http://host:port or socks5h://host:port: all requests go through it
# direct = false                         # true: the sites you watch may see this machine's own address
# user_agent = ""                        # left out: that of [fetch]; one browser for each way out, always the same
# accept_language = ""                   # left out: zh-CN,zh;q=0.9,en;q=0.8

# A further way out is a section of its own, [vantage.hk] say: a source names it as its own, or to compare with.

[browser]                                # for sources with render: true; pip install 'longarm[browser]'
# path = ""                              # left out: chromium, chromium-browser or google-chrome, wherever installed
# timeout = 20                           # seconds a page may take
# max_requests = 60                      # that one page may make beside itself
# max_size = "8MB"                       # of what it fetches, and of the tree it makes
# max_pages = 200                        # in one run; the rest stays due, and is told

[takedown]                               # times: 0s 90s 15m 24h 30d
# confirm_checks = 2                     # so many failed looks ...
# confirm_after = "24h"                  # ... over at least so long turn suspected-gone into gone
# trouble_checks = 3                     # so many blocked or unreachable looks ...
# trouble_after = "24h"                  # ... over at least so long make it the page's state

[digest]
# timezone = "Asia/Shanghai"
# at = "08:00"                           # where one day's window ends and the next begins
# detail = "full"                        # or "counts": no names, titles or quotes in what is sent
# send = []                              # Apprise URLs, mail included: ["mailtos://user:password@host"]
# at_once = "high"                       # the least severity that is sent right after a run; "never": only digests
# weekly = false                         # true: the weekly roll-up goes there too, once, when a Monday closes

# Somebody with a filter of their own; such a section for each. What is left out lets everything through.
#   [[person]]
#   name = "mara"
#   send = ["mailtos://user:password@host?to=mara@example.org"]
#   rules = ["overseas_station"]           # concepts, or rules' own ids
#   provinces = ["浙江"]                   # or Zhejiang
#   languages = ["zh"]
#   sources = ["qingtian-police-notices"]
#   severity = "low"                       # the least severity that is told at all
#   at_once = "critical"                   # the least that is sent right after a run; "never": only digests
#   digest = true                          # false: only what is sent at once
#   weekly = false                         # true: the weekly roll-up too, once, when a Monday closes
#   detail = "counts"                      # left out: that of [digest]
#   quiet = "22:00-07:00"                  # nothing is sent then; what was held goes out afterwards, in one message
#   timezone = "Europe/Berlin"             # of quiet; left out: that of [digest]

[webhook.default]
# secret = ""                            # signs what goes to webhook+https://host/path; webhook+https://host/path#NAME
                                         # takes that of [webhook.NAME]; better LONGARM_WEBHOOK__DEFAULT__SECRET

[feeds]                                  # feeds/all.atom, feeds/all.json and one of each for each concept
# url = ""                               # where that folder is served, if anywhere
# entries = 100                          # so many of each feed's newest

# Machine translation of quotes, marked as such; the page's own words always stand. Off where both are empty.
[translation]
# command = []                           # text on stdin, translation on stdout: ["translate", "{source}", "{target}"]
# url = ""                               # or LibreTranslate's: "http://127.0.0.1:5000/translate"
# api_key = ""
# proxy = ""                             # of the service: it learns what is quoted, and without one who asks
# name = ""                              # how the digest calls it; left out: the command's name or the host
# timeout = 20                           # seconds for one text; one that fails is asked no more in this digest
# total = 30                             # seconds for one digest; what is left waits for the next
# max_size = "100kB"                     # of one answer

[match]
# evasions = "off"                       # also look for words written round (劝*返): "unofficial": in texts that no
                                         # organ published; "all": in every text. What only this finds is at most low

[log]
# file = ""                              # e.g. "logs/longarm.log": rotated at 10 MB, 5 kept

[disk]
# keep_free = "1GB"                      # below it a crawl stops cleanly before the disk is full

[anchor]
# tsa = []                               # RFC 3161 addresses to time-stamp the ledger; not asked yet
"""

SOURCE = """\
# Sources of your own. Take the first "# " of each line away, change what differs;
# `longarm sources check ID` shows what it would read.
# An entry with the id of a shipped source changes that one, key by key; `enabled: false` switches it off.
#
# sources:
#   - id: qingtian-police-notices        # a-z 0-9 and -, unique
#     name: {zh: 青田县公安局 通知公告, en: "Qingtian County PSB, notices"}
#     agency: police                     # police procuratorate court discipline united_front overseas_chinese
#                                        # party_media state_media local_media government foreign_affairs immigration
#     level: county                      # national province prefecture county
#     province: 浙江
#     place: 青田
#     lang: zh
#     start:                             # where it lists what is new: a list page, an RSS feed, a sitemap
#       - http://www.qingtian.gov.cn/col/col1229355955/index.html
#     platform: auto                     # auto recognises it from the page
#     follow: {allow: [], deny: [], depth: 1, max_list_pages: 3}
#     robots: obey                       # or ignore
#     every: 6h                          # how often to look
#     vantage: default                   # which [vantage.*] of longarm.toml
#     # vantages: [default, hk]          # instead: the usual one first, the others to compare with
#     proxy_only: false                  # true: a way out without a proxy is an error, never a direct request
#     render: false                      # true: in a browser
#     # render_hosts: [static.example.gov.cn]   # further hosts a rendered page may fetch from
#     silent_after: 30d                  # no new page for so long is itself an alert
"""

RULE = """\
# Rules of your own. Take the first "# " of each line away; `longarm rules check` tells what is wrong with them.
# An entry with the id of a shipped rule changes that one, key by key; `enabled: false` switches it off.
# Simplified stands for traditional too; case, width, and spaces inside a Chinese word make no difference.
#
# sets:
#   example_abroad: [境外, 国外, 海外]
# rules:
#   - id: example.village_meeting        # concept.variant, unique
#     severity: medium                   # critical high medium low info
#     match: '院坝会 NEAR/40 @example_abroad'
#     exclude:                           # what holds a hit back: near N characters, sentence or text
#       - {id: trade, near: 40, any: [招商, 外贸]}
#     alerts: [村里召开院坝会，动员境外人员家属。]
#     silent: [院坝会上介绍了海外招商的情况。]
"""

FILES = {"longarm.toml": SETTINGS, "sources/example.yaml": SOURCE, "rules/example.yaml": RULE}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", nargs="?", metavar="DIR", help="the folder to make (default: --data)")


def run(options: argparse.Namespace, desk: Desk) -> int:
    folder = Path(options.dir).resolve() if options.dir else desk.data_dir
    lines = lay_out(folder)
    upgrade(settings_for(folder, desk.config_file))
    if not desk.quiet:
        print(f"{folder}")
        for line in lines:
            print(f"  {line}")
        print("Next: set a proxy (or direct = true) in longarm.toml, then")
        print(f"  longarm --data {shlex.quote(str(folder))} sources list     what can be watched")
        print(f"  longarm --data {shlex.quote(str(folder))} sources enable ID")
        print(f"  longarm --data {shlex.quote(str(folder))} run              what cron calls")
    return 0


def lay_out(folder: Path) -> list[str]:
    """Write the files that are missing; one line for each, written or kept. Raises ConfigError where it cannot."""
    lines = []
    try:
        for name, text in FILES.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                # "x": never over what is there, also when two of us start at once.
                with file.open("x", encoding="utf-8") as out:
                    out.write(text)
                lines.append(f"{name}: written")
            except FileExistsError:
                lines.append(f"{name}: kept as it was")
    except OSError as problem:
        raise ConfigError(
            f"{problem.filename or folder}: {problem.strerror}; choose a folder you can write"
        ) from problem
    return lines
