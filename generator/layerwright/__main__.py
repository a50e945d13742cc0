"""The command `layerwright`, and `python -m layerwright`."""

from __future__ import annotations

import signal


def main() -> None:
    """Runs the command line. While that is being imported, Ctrl-C ends the process without a word: nothing is begun."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from .cli import run

    run()


if __name__ == "__main__":
    main()
