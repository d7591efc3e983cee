"""`people`: columns of people.com.cn's make: `/GB/…/index1.html`, `/n1/2026/1120/c1-2.html`; often GBK."""

from __future__ import annotations

import re

from spiders.platforms.family import Family


class People(Family):
    """Rows as on any list; further pages `index2.html`, linked or not (`people_index`)."""

    name = "people"
    articles = re.compile(r"/n\d/\d{4}/\d{4}/c\d+-\d+\.html$")
    lists = re.compile(r"/GB/(?:[\w/]{1,80}/)?(?:index\d*\.html)?$")
