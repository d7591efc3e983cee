"""Whether kin, or somebody abroad who does not come back, are spoken of near a sanction or a denial. Chinese. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from alerts.claims.words import pattern

if TYPE_CHECKING:
    from alerts.claims.text import Sentence

# 不得采取停水停电、限制子女入学等方式: what officials must not do is done to nobody.
_RULED_OUT: Final = re.compile(
    r"(?:不得|严禁|禁止|不准|不许|不应|不能|不要|坚决纠正|杜绝)(?:再)?(?:随意|擅自|简单|违规|违法)?(?:采取|采用|以(?!任何)|用|搞|实施)[^,。;]*\Z"
)
# 哪些人会被限制出境? is asked; 停了我爸的低保,这合理吗? tells what was done.
_ASKS: Final = re.compile(r"(?:哪[些类种几]|什么样|会不会|是否|谁)[^。;]*\Z")
_ENDS: Final = "。!?\n"


def has_context(words: str) -> bool:
    """Whether kin or somebody who does not come back is spoken of."""
    return pattern("zh.penalty.context").search(words) is not None


def last_sentence(before: str) -> str:
    """The last sentence of what stands before."""
    # From behind: a pattern that ends at the end is tried from every character.
    end = len(before.rstrip(_ENDS))
    return before[max(before.rfind(sign, 0, end) for sign in _ENDS) + 1 :]


def is_ruled_out(text: str, sentence: Sentence, start: int) -> bool:
    """Whether a sanction that begins at an offset is forbidden to officials, or only asked about."""
    clause, _ = sentence.clause(start)
    if _RULED_OUT.search(text, clause, start):
        return True
    is_question = text[sentence.start : sentence.end].rstrip().endswith("?")
    return is_question and _ASKS.search(text, sentence.start, start) is not None
