"""Writes storage/script.py's table: traditional and variant characters, one to one, to the simplified ones.

    python bench/script_table.py [/usr/share/unicode] > /tmp/table.txt

Needs opencc, which only the development set-up has, and a folder with the Unicode Character Database (Debian's
unicode-data: Unihan_Variants.txt.bz2, EquivalentUnifiedIdeograph.txt). In this order, an earlier one winning:
OpenCC's t2s; the Taiwan and Hong Kong variants of the rules' section on folding; other variants, where the character
is none of GB 2312 (so no ordinary word is written with it) and stands for exactly one that is: Japanese forms
(OpenCC's jp2t), then Unihan's semantic and z-variants; radicals that PDF files give for characters.
"""

from __future__ import annotations

import bz2
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

from opencc import OpenCC  # type: ignore[import-untyped]

VARIANTS = "裏里爲为衆众著着羣群證证証证吿告臺台綫线峯峰檯台"
# Unihan gives these two targets or none.
MORE = (
    "罸罚駈驱圀国捄救朞期敎教邉边邊边眡视鉱矿挙举闘斗秊年聟婿蕐华躰体逬迸逰游醎咸釼剑鐡铁阯址靑青餁饪駄驮髥髯冦寇冺泯勦剿卆卒坿附埀垂廏厩廰厅弌一弍二弎三抅拘搾榨昿旷枩松毬球氷冰淸清渋涩溌泼焔焰煕熙獘弊琁璇"
    "疂叠皐皋篭笼頥颐"
)
RANGES = ((0x3400, 0x9FFF), (0x20000, 0x323AF))
KINDS = ("kSemanticVariant", "kZVariant", "kSimplifiedVariant")


def is_ordinary(character: str) -> bool:
    """Whether mainland texts are written with it: GB 2312 has it."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def variants(unicode: Path, table: dict[str, str]) -> dict[str, str]:
    """Variants that OpenCC's t2s leaves alone."""
    targets: dict[str, set[str]] = defaultdict(set)
    text = bz2.decompress((unicode / "Unihan_Variants.txt.bz2").read_bytes()).decode()
    for line in text.splitlines():
        fields = line.split("\t")
        if len(fields) == 3 and fields[1] in KINDS:
            found = [chr(int(each.partition("<")[0][2:], 16)) for each in fields[2].split()]
            targets[chr(int(fields[0][2:], 16))] |= {table.get(each, each) for each in found}
    from_japanese, to_simplified = OpenCC("jp2t").convert, OpenCC("t2s").convert
    more = dict(zip(MORE[::2], MORE[1::2], strict=True))
    for character in sorted({*targets, *map(chr, range(*RANGES[0]))}):
        if character in table or is_ordinary(character):
            continue
        japanese = to_simplified(from_japanese(character))
        some = {each for each in targets[character] - {character} if is_ordinary(each)}
        if japanese != character and is_ordinary(japanese):
            more[character] = japanese
        elif len(some) == 1:
            more.setdefault(character, some.pop())
    return more


def radicals(unicode: Path) -> dict[str, str]:
    """The radicals' block (U+2E80) as the characters that they look like; NFKC leaves it alone."""
    found: dict[str, str] = {}
    for line in (unicode / "EquivalentUnifiedIdeograph.txt").read_text(encoding="utf-8").splitlines():
        codes, semicolon, target = line.partition("#")[0].partition(";")
        first, _, last = codes.strip().partition("..")
        if semicolon and first.startswith("2E"):
            for code in range(int(first, 16), int(last or first, 16) + 1):
                found[chr(code)] = chr(int(target, 16))
    return found


def pairs(unicode: Path) -> dict[str, str]:
    convert = OpenCC("t2s").convert
    table: dict[str, str] = {}
    for first, last in RANGES:
        for code in range(first, last + 1):
            character = chr(code)
            simplified = convert(character)
            if simplified != character and len(simplified) == 1:
                table[character] = simplified
    for old, new in zip(VARIANTS[::2], VARIANTS[1::2], strict=True):
        if old != new:
            table[old] = new
    table |= variants(unicode, table)
    table |= radicals(unicode)
    # A chain (a variant of a traditional form) is followed to its end, so that one pass is enough.
    for character, simplified in table.items():
        last = simplified
        while last in table:
            last = table[last]
        table[character] = last
    return {old: new for old, new in sorted(table.items()) if unicodedata.category(old) in {"Lo", "So"}}


def main() -> None:
    table = pairs(Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"))
    for name, text in (("_TRADITIONAL", "".join(table)), ("_SIMPLIFIED", "".join(table.values()))):
        sys.stdout.write(f"{name} = (\n")
        for start in range(0, len(text), 50):
            sys.stdout.write(f'    "{text[start : start + 50]}"\n')
        sys.stdout.write(")\n\n")


if __name__ == "__main__":
    main()
