#!python
"""The installed command `longarm`: it can speak even where a foreign package took our packages' place."""

import sys

try:
    from desk.cli import main
except KeyboardInterrupt:
    print("longarm: stopped before anything was done", file=sys.stderr)
    sys.exit(130)
except ImportError as missing:
    # A distribution that also ships a `desk` stands before ours on the path: not ours to import, only to name.
    from importlib.metadata import packages_distributions

    owners = sorted({name for name in packages_distributions().get("desk", ()) if name.lower() != "longarm"})
    if not owners:
        raise
    print(
        f"longarm: the installed package {owners[0]} also owns the import name 'desk' ({missing}); "
        "install longarm in a virtual environment of its own (uv tool install, or make demo)",
        file=sys.stderr,
    )
    sys.exit(2)

if __name__ == "__main__":
    sys.exit(main())
