#!/usr/bin/env python3
"""Packs a folder of published tables: every file as it is, in a gzip archive of its own, below the same folders.

    python3 data/pack.py FOLDER data/published

The archives hold no time and no name, so that the same tables give the same bytes. Maps and descriptions are left out.
"""

import gzip
import io
import sys
from pathlib import Path

LEFT_OUT = {"README.md", "geography"}


def main(source, target):
    total = 0
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if not path.is_file() or LEFT_OUT & set(relative.parts):
            continue
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as file:
            file.write(path.read_bytes())
        out = target / relative.parent / (relative.name + ".gz")
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(packed.getvalue())
        total += len(packed.getvalue())
    print(f"{total:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
