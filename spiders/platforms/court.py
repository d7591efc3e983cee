"""`court`: court.gov.cn's make: lists `/fabu/gengduo/16.html`, `16_2.html`; articles `/fabu/xiangqing/ID.html`."""

from __future__ import annotations

import re

from spiders.platforms.family import Family


class Court(Family):
    """Rows as on any list. An article's address holds no date: the row's counts."""

    name = "court"
    articles = re.compile(r"(?:/|-)xiangqing[/-]\d+\.html$")
    lists = re.compile(r"(?:/|-)gengduo[/-]\d+(?:_\d+)?\.html$")
