"""The command `layerwright`, and `python -m layerwright`."""

from __future__ import annotations

# Not `signal`: that imports enum for some thousandths of a second, in which Ctrl-C would show a traceback.
import _signal as signal  # type: ignore[import-not-found]
import gc


def main() -> None:
    """Runs the command line. While that is being imported, Ctrl-C ends the process without a word: nothing is begun.

    What is imported stays to the end: looking through it for what nobody needs any more would take a tenth of the time.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()
    from .cli import run

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
