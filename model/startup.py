"""What a command does before anything slow or touchy is imported."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


def prepare() -> None:
    """Make what this process inherits harmless: called first, by commands only.

    Ctrl-C ends the process at once, without a traceback, until :func:`ready` is called.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    # A notebook names a backend that is not installed here; no command shows a window.
    os.environ["MPLBACKEND"] = "agg"
    _drop_unusable_proxies()


def ready() -> None:
    """Ctrl-C raises ``KeyboardInterrupt`` from now on, so that what is begun can be put away."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -8, -3, -1
"""Of glibc's ``malloc.h``."""

LARGE_BYTES = 2**18


def give_memory_back() -> None:
    """What is large goes back to the system as soon as it is freed.

    By default glibc keeps a heap for each thread, with pictures between what lives on, and raises
    its threshold with each large block that is freed; elsewhere the C library is left as it is.
    Arrow keeps what each thread once read with: 150 MB for sixteen. Not for training, where the
    same large blocks come again with every step.
    """
    import pyarrow as pa  # noqa: PLC0415  not before Ctrl-C is seen to

    pa.set_memory_pool(pa.system_memory_pool())
    if sys.platform != "linux" or (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is None:
        return
    mallopt(M_ARENA_MAX, 2)
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
    mallopt(M_TRIM_THRESHOLD, LARGE_BYTES)


def _drop_unusable_proxies() -> None:
    """Forget the proxies that httpx fails on as soon as it is imported by gradio.

    No proxy is asked here. What is dropped is said on stderr; the others stay, for the hub.
    """
    names = [name for name in os.environ if name.lower().endswith("_proxy")]
    if not names:
        return
    import httpx  # noqa: PLC0415  only where there is something to try

    proxies = {name: os.environ.pop(name) for name in names}
    for name, value in proxies.items():
        os.environ[name] = value
        try:
            httpx.Client(verify=False).close()
        except Exception as error:  # ValueError, ImportError (SOCKS), httpx.InvalidURL, ...
            del os.environ[name]
            reason = str(error).partition(".")[0].splitlines()[0] or type(error).__name__
            print(f"{name} is ignored: {reason}", file=sys.stderr)
