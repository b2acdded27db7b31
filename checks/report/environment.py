"""What a report needs to be replayed: versions, processor, seed, precision and the command line."""

import os
import platform
import shlex
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from checks.report.model import JSON

PACKAGES = ("sympy", "python-flint", "numpy", "scipy", "mpmath")
"""The packages whose versions can change a digit of a result."""


def environment(seed: int | None = None, precision: int | str | None = None, **extra: JSON) -> dict[str, JSON]:
    """The environment block of a report.

    Args:
        seed: of the empirical witness; None if nothing was drawn.
        precision: of the balls, in bits or in words; None if there are none.
        **extra: more that a replay needs.

    Returns:
        Versions, platform, processor, cores, UTC date, command line, seed, precision, and the extra keys.

    Raises:
        ValueError: if an extra key is one of those that are always there.

    >>> environment(seed=7, alpha=0.01)["seed"]
    7
    """
    block: dict[str, JSON] = {
        "closedform": _version("closedform"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "packages": {name: _version(name) for name in PACKAGES},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "argv": _command_line(sys.argv),
        "seed": seed,
        "precision": precision,
    }
    if taken := sorted(block.keys() & extra.keys()):
        raise ValueError(f"got extra keys {taken}, which every environment has already; rename them")
    return block | extra


def summary(environment: Mapping[str, JSON]) -> dict[str, str]:
    """The environment in words, for people.

    Args:
        environment: an environment block.

    Returns:
        A text for each key that has a value; the command line is quoted for a shell.

    >>> summary({"packages": {"numpy": "2.4.6", "scipy": "1.17.1"}, "argv": ["verify", "a b"], "seed": None})
    {'packages': 'numpy 2.4.6, scipy 1.17.1', 'argv': "verify 'a b'"}
    """
    return {name: _words(value) for name, value in environment.items() if value is not None}


def _words(value: JSON) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return shlex.join(map(_words, value))
    return str(value)


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown (not installed)"


def _processor() -> str:
    """The model of the processor where the system says it, otherwise its architecture."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return next(iter(names), "") or platform.processor() or platform.machine()


def _command_line(argv: list[str]) -> list[str]:
    """The command without its folder; a byte that is no UTF-8 is spelled out, for a report must be."""
    words = [os.path.basename(argv[0]), *argv[1:]] if argv else []
    return [word.encode("utf-8", "backslashreplace").decode("utf-8") for word in words]
