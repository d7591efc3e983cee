"""Imported by the process that commands are forked from (yard.py): what each of them would load or make anew."""

from __future__ import annotations

import importlib

from alerts.people import people
from alerts.rulebook import load_rules
from spiders.registry import load_shipped

# Commands load these where they come to need them.
for module in (
    "alembic.command",
    "alembic.context",
    "crawler.run",
    "desk.matching",
    "pypinyin",
    "scrapy.core.downloader.handlers.http11",
    "spiders.watch",
    "spiders.walk",
):
    importlib.import_module(module)
load_rules()
load_shipped()
# The patterns of names in either language are made at the first text.
people("县公安局民警王小明劝返滞留缅北的李某某。")
people("Police said the suspect, Li Xiaoming, had returned.")
