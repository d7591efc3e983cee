"""trafilatura over a folder of pages in two processes: `python bench/plain_extract.py FOLDER`."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from trafilatura import bare_extraction


def read(file: Path) -> int:
    document = bare_extraction(file.read_bytes(), with_metadata=True)
    return len(document.text or "") if document else 0


if __name__ == "__main__":
    files = sorted(Path(sys.argv[1]).glob("*.html"))
    with ProcessPoolExecutor(2) as pool:
        empty = sum(not length for length in pool.map(read, files, chunksize=10))
    sys.exit(f"{empty} pages without text" if empty else 0)
