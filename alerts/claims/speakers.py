"""Whom English text names as the organ that says something: police of a county, prosecutors in a city. Pure.

Read from the text as it is written: a name is told by its capitals. Ours is who speaks (`Linhai police said`), not who
prints it; police without a place (`Chinese police said`) name nobody.
"""

from __future__ import annotations

import re
from typing import Final

_ORGAN: Final = (
    r"(?:(?:[Tt]raffic |[Bb]order |[Cc]ounty |[Cc]ity )?[Pp]olice|[Pp]rosecutors|[Pp]rocurat(?:orates?|ors)"
    r"|[Pp]eople's (?:[Pp]rocuratorates?|[Cc]ourts?)"
    r"|[Pp]ublic [Ss]ecurity (?:[Bb]ureau|organs?|authorities|[Dd]epartment|officials)"
    r"|[Ss]upervisory [Cc]ommission|[Dd]iscipline [Ii]nspect\w+(?: [Cc]ommission)?|[Cc]ounty government)"
)
# Words with a capital that are no name: days, months, and what begins a sentence.
_NO_NAME: Final = (
    r"(?!(?:The|A|An|In|On|At|By|As|But|And|While|When|After|Before|Since|Last|Yesterday|Today|However|Meanwhile|Local|Chinese"
    r"|Police|Prosecutors|State|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July"
    r"|August|September|October|November|December)\b)"
)
_NAME: Final = rf"{_NO_NAME}[A-Z][\w'’-]*(?: {_NO_NAME}[A-Z][\w'’-]*){{0,4}}"
_RANK: Final = r"(?: (?:county|city|district|province|prefecture|township|municipality|town))?"
_OF_RANK: Final = r"(?: (?:county|city|municipal|provincial|district|prefectural|township|town))?"
_NAMED: Final = (
    rf"(?:{_ORGAN} (?:of|in|from) (?:the )?{_NAME}{_RANK}"
    rf"|{_NAME}{_OF_RANK} (?:{_ORGAN}))"
)
_SAID: Final = (
    r"(?:,[^,.;]{0,40},)?(?: (?:\w+ly|also|on \w+|earlier|later|has|have|had)){0,3}"
    r" (?:sa(?:id|ys?)|told|announce[sd]?|report(?:s|ed)?|confirm(?:s|ed)?|state[sd]?|add(?:s|ed)|wrote|disclosed"
    r"|reveal(?:s|ed)|noted?|claim(?:s|ed)|explained)\b"
)
_SPEAKS: Final = re.compile(
    rf"(?<![\w'’-])(?:(?P<says>{_NAMED})(?={_SAID})"
    rf"|(?:(?<=[Aa]ccording to )|(?<=[Aa]ccording to the )|(?<=[,\"”] said )|(?<=[,\"”] said the ))"
    rf"(?P<source>{_NAMED}))"
)


def find(text: str) -> list[tuple[str, int]]:
    """The organs that a sentence names as speaking, as it writes them, and where each begins."""
    return [(match["says"] or match["source"], match.start()) for match in _SPEAKS.finditer(text)]
