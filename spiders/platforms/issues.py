"""The generations of newspaper sites, as data (platforms.md, section 4): where an address says day, layout, article."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

_Y, _M, _D = r"(?P<year>(?:19|20)\d\d)", r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12]\d|3[01])"


class Kind(StrEnum):
    """What an address of a newspaper is. `PAGE`: layout or article, as the folder of the page that links it says."""

    FRONT = "front"
    LAYOUT = "layout"
    ARTICLE = "article"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One shape of newspaper addresses. Patterns are searched in the path; the first generation that fits has it.

    `issue` finds the day; `layout` and `article` the two kinds of page, each perhaps with the layout's printed
    `number`; `folder` what all pages of one layout begin with, where the address shows it. `is_cut`: what follows the
    day names the issue by a number that only its own front page knows, so another day's address ends with the day.
    `index` finds the issues' days in the script of a page that lists them; `front` is an issue's address seen from it.
    """

    name: str
    issue: re.Pattern[str]
    layout: re.Pattern[str]
    article: re.Pattern[str]
    folder: re.Pattern[str] | None = None
    is_cut: bool = False
    index: re.Pattern[str] | None = None
    front: str = ""


def _generation(
    name: str,
    issue: str,
    layout: str,
    article: str,
    *,
    folder: str = "",
    is_cut: bool = False,
    index: str = "",
    front: str = "",
) -> Generation:
    return Generation(
        name=name,
        issue=re.compile(issue),
        layout=re.compile(layout, re.IGNORECASE),
        article=re.compile(article, re.IGNORECASE),
        folder=re.compile(folder) if folder else None,
        is_cut=is_cut,
        index=re.compile(index) if index else None,
        front=front,
    )


# Where a layout's own number is not in its address (node_2 is often the first), what the page shows is all there is.
GENERATIONS: tuple[Generation, ...] = (
    # /rmrb/html/2024-10/01/nbs.D110000renmrb_01.htm, nw.D110000renmrb_20241001_2-01.htm
    _generation(
        "people-old",
        rf"/{_Y}-{_M}/{_D}/(?=n[bw]s?\.)",
        r"/nbs\.[\w.]{1,40}_(?P<number>\d{1,3})\.html?$",
        r"/nw\.[\w.]{1,40}_\d{8}_\d{1,3}-(?P<number>\d{1,3})\.html?$",
    ),
    # /pc/layout/202611/20/node_01.html, /pc/content/202611/20/content_1.html; /pc/col/…, /pc/con/…, /pc/c/…/c1.html
    _generation(
        "founder-new",
        rf"/(?:layout|col|content|con|c)/{_Y}{_M}/{_D}/",
        r"/(?:layout|col)/\d{6}/\d\d/node_(?P<number>[A-Z]?\d{1,3})\.html?$",
        r"/(?:content|con|c)/\d{6}/\d\d/(?:content_|c)\w{1,40}\.html?$",
    ),
    # /html/2026-11/20/node_2.htm, content_90001.htm
    _generation("founder-classic", rf"/{_Y}-{_M}/{_D}/", r"/node_\d{1,9}\.s?html?$", r"/content_[\w-]{1,60}\.s?html?$"),
    # /2006/20060901/20060901_003/20060901_003_1.htm: whether it is the layout or an article, only the links tell.
    _generation(
        "dated-files",
        rf"/{_Y}{_M}{_D}/(?=\d{{8}}_\d{{3}}/)",
        r"/\d{8}_(?P<number>\d{3})/(?:\d{8}_\d{3}\.s?html?)?$",
        r"/\d{8}_(?P<number>\d{3})/\d{8}_\d{3}_\d{1,4}\.s?html?$",
        folder=r"^.*/\d{8}_\d{3}/",
    ),
    # /szb/…/2022/2022_06_14/ leads by script to 16479_2022_06_14_30772/; an article there: 425/t_1.html
    _generation(
        "dated-folders",
        rf"/(?:19|20)\d\d/{_Y}_{_M}_{_D}/",
        r"/\d+_\d{4}_\d\d_\d\d_\d+/(?:index\.s?html?)?$",
        r"/\d+_\d{4}_\d\d_\d\d_\d+/\d+/t_\d+\.s?html?$",
        folder=r"^.*/\d+_\d{4}_\d\d_\d\d_\d+/",
        is_cut=True,
        index=r"\bsss\d{0,2}\s{0,3}=\s{0,3}[\"']([\d\s,-]{8,60000})[\"']",
        front="../%Y/%Y_%m_%d/",
    ),
    # /fzrb/content/20261120/Page03TB.htm, Articel03002GN.htm (sic)
    _generation(
        "numbered-pages",
        rf"/{_Y}{_M}{_D}/(?=Page|Artic)",
        r"/Page(?P<number>\d{2,3})\w{0,6}\.html?$",
        r"/Artice?le?(?P<number>\d{2})\d{3}\w{0,6}\.html?$",
    ),
    # /shtml/gjrb/20220126/ is the issue, /shtml/gjrb/20220126/103845.shtml an article
    _generation(
        "day-folder",
        rf"/shtml/\w{{1,30}}/{_Y}{_M}{_D}/",
        r"/\d{8}/(?:index\.shtml|v(?P<number>\d{1,2})\.shtml)?$",
        r"/\d{8}/\d{3,12}\.shtml$",
    ),
    # Whatever else has a day in its path and pages named as newspapers name them.
    _generation(
        "other",
        rf"(?<!\d){_Y}[-/_]?{_M}[-/_]?{_D}(?!\d)",
        r"/(?:node_\d+|Page\d+\w{0,6})\.s?html?$|[/_]\d{3}/(?:\w{1,40}_\d{3}\.s?html?)?$",
        r"/(?:content_[\w-]+|nw\.[\w.-]+|t_\d+|c\d{4,}|\d{3,})\.s?html?$|_\d{3}_\d+\.s?html?$",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What an address of a newspaper says: its issue's day, what it is, the layout's printed number and its folder."""

    generation: Generation
    issue: date
    kind: Kind
    number: str | None = None
    folder: str | None = None


def place_of(url: str) -> Place | None:
    """The place of an address in a newspaper, or None where it has no issue's day."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    front: Place | None = None
    for generation in GENERATIONS:
        issue = _issue(generation, path)
        if issue is None:
            continue
        found = _page(generation, issue, path)
        if found is not None:
            return found
        front = front or Place(generation=generation, issue=issue, kind=Kind.FRONT)
    return front


def _page(generation: Generation, issue: date, path: str) -> Place | None:
    folder = generation.folder.search(path) if generation.folder else None
    for kind, pattern in ((Kind.LAYOUT, generation.layout), (Kind.ARTICLE, generation.article)):
        match = pattern.search(path)
        if match:
            ambiguous = kind is Kind.ARTICLE and folder is not None and not generation.is_cut
            return Place(
                generation=generation,
                issue=issue,
                kind=Kind.PAGE if ambiguous else kind,
                number=match.groupdict().get("number"),
                folder=folder[0] if folder else None,
            )
    return None


def _issue(generation: Generation, path: str) -> date | None:
    """The last day in a path: the issue it belongs to."""
    found = None
    for match in generation.issue.finditer(path):
        try:
            found = date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            continue
    return found


def on_day(url: str, day: date) -> str | None:
    """The same address for another day's issue; None where it has none."""
    place = place_of(url)
    if place is None:
        return None
    path = urlsplit(url).path
    generation, was = place.generation, place.issue
    if generation.is_cut:
        last = list(generation.issue.finditer(path))[-1]
        path = path[: last.end("day")] + "/"
    changed = re.sub(
        rf"(?<!\d){was:%Y}([-/_]?){was:%m}([-/_]?){was:%d}(?!\d)",
        lambda match: f"{day:%Y}{match[1]}{day:%m}{match[2]}{day:%d}",
        path,
    )
    # A folder of the year before the day (…/2026/2026_11_20/) goes along.
    changed = re.sub(rf"/{was:%Y}/(?=[^/]{{0,20}}{day:%Y})", f"/{day:%Y}/", changed)
    return urlsplit(url)._replace(path=changed).geturl()
