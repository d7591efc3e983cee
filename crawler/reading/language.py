"""The language of a text, and whether it is written in simplified or traditional characters. Pure and seeded."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

from storage.script import TRADITIONAL_TO_SIMPLIFIED

# Each a run of such letters: counting them one by one takes twice the time.
_KANA = re.compile("[\u3041-\u30ff]+")
_HANGUL = re.compile("[\uac00-\ud7af\u1100-\u11ff]+")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_LETTER = re.compile(r"[^\W\d_]+")
# What decides stands at the beginning, and langdetect costs by the character.
_SAMPLE = 600
_CHINESE = ("zh-cn", "zh-tw")
# Below this the detector is not believed outside its three languages.
_SURE = 0.9


def language_of(text: str) -> str:
    """`zh`, `en`, another ISO 639-1 code, or `und` where there are too few letters to say."""
    sample = text[:_SAMPLE]
    letters = _count(_LETTER, sample)
    if letters == 0:
        return "und"
    han = _count(_HAN, sample)
    # Unrestricted, langdetect calls police prose Korean; restricted, it calls Japanese Chinese: scripts first.
    if _count(_HANGUL, sample) > 0.3 * letters:
        return "ko"
    if _count(_KANA, sample) > 0.1 * letters:
        return "ja"
    if han >= 0.3 * letters:
        return "zh"
    return _detected(sample)


def _count(letters: re.Pattern[str], text: str) -> int:
    """How many characters of a text stand in runs of these."""
    return sum(map(len, letters.findall(text)))


def script_of(text: str) -> str:
    """`Hans`, `Hant`, `mixed`, or `none` where no character tells the two apart."""
    simplified, traditional = _exclusive()
    signs = Counter(text[:20_000])
    hans = sum(count for sign, count in signs.items() if sign in simplified)
    hant = sum(count for sign, count in signs.items() if sign in traditional)
    if hans + hant == 0:
        return "none"
    share = hant / (hans + hant)
    return "Hans" if share <= 0.2 else "Hant" if share >= 0.8 else "mixed"


def _detected(sample: str) -> str:
    from langdetect.lang_detect_exception import LangDetectException  # noqa: PLC0415 - profiles are read from disk

    try:
        nearest = _ask(_narrow(), sample)
        wide = _ask(_wide(), sample)
    except LangDetectException:
        return "und"
    best, share = wide[0]
    if best in _CHINESE:
        return "zh"
    if best != "en" and share >= _SURE and len(sample) >= 40:
        return best
    return "zh" if nearest[0][0] in _CHINESE else "en"


def _ask(factory: Any, sample: str) -> list[tuple[str, float]]:
    detector = factory.create()
    detector.append(sample)
    return [(one.lang, one.prob) for one in detector.get_probabilities()] or [("en", 0.0)]


@cache
def _narrow() -> Any:
    return _factory(("zh-cn", "zh-tw", "en"))


@cache
def _wide() -> Any:
    return _factory(None)


def _factory(names: tuple[str, ...] | None) -> Any:
    """A seeded detector of ours: langdetect's shared one is neither restricted nor repeatable."""
    import json  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    import langdetect  # noqa: PLC0415 - only where letters are not Chinese
    from langdetect.detector_factory import DetectorFactory  # noqa: PLC0415
    from langdetect.utils.lang_profile import LangProfile  # noqa: PLC0415

    folder = Path(langdetect.__file__).parent / "profiles"
    files = sorted(folder.iterdir()) if names is None else [folder / name for name in names]
    files = [file for file in files if file.name in (names or file.name) and not file.name.startswith((".", "_"))]
    factory = DetectorFactory()
    factory.set_seed(0)
    for index, file in enumerate(files):
        profile = LangProfile(**json.loads(file.read_text(encoding="utf-8")))
        factory.add_profile(profile, index, len(files))
    return factory


@cache
def _exclusive() -> tuple[frozenset[str], frozenset[str]]:
    """The everyday characters that only simplified and only traditional texts use.

    Everyday is what one side's charset has and the other's lacks: variants that both scripts print tell nothing.
    """
    pairs = [(chr(old), str(new)) for old, new in TRADITIONAL_TO_SIMPLIFIED.items()]
    simplified = frozenset(new for _, new in pairs if _in_charset(new, "gb2312") and not _in_charset(new, "big5"))
    traditional = frozenset(old for old, _ in pairs if _in_charset(old, "big5") and not _in_charset(old, "gb2312"))
    return simplified, traditional


def _in_charset(sign: str, charset: str) -> bool:
    try:
        sign.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
