"""`make clients`."""

from __future__ import annotations

import subprocess
import sys

from . import OUT, Warned, make


def main() -> int:
    try:
        for language in make():
            print(f"{OUT / f'collection-client-{language}.zip'}")
    except Warned as warned:
        print(warned, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print(f"Failed: {' '.join(map(str, failed.cmd))}. Run it again; what was done is kept.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
