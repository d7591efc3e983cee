"""Writes storage/script.py's table: every character that OpenCC reads as traditional, one to one, to simplified.

    python bench/script_table.py > /tmp/table.txt      (needs opencc, which only the development set-up has)

The Taiwan and Hong Kong variants are those of the rules' section on folding; they come after OpenCC's own t2s.
"""

from __future__ import annotations

import sys
import unicodedata

from opencc import OpenCC  # type: ignore[import-untyped]

VARIANTS = "裏里爲为衆众著着羣群證证証证吿告臺台綫线峯峰檯台"
RANGES = ((0x3400, 0x9FFF), (0x20000, 0x323AF))


def pairs() -> dict[str, str]:
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
    # A chain (a variant of a traditional form) is followed to its end, so that one pass is enough.
    for character, simplified in table.items():
        last = simplified
        while last in table:
            last = table[last]
        table[character] = last
    return {old: new for old, new in sorted(table.items()) if unicodedata.category(old) == "Lo"}


def main() -> None:
    table = pairs()
    for name, text in (("_TRADITIONAL", "".join(table)), ("_SIMPLIFIED", "".join(table.values()))):
        sys.stdout.write(f"{name} = (\n")
        for start in range(0, len(text), 50):
            sys.stdout.write(f'    "{text[start : start + 50]}"\n')
        sys.stdout.write(")\n\n")


if __name__ == "__main__":
    main()
