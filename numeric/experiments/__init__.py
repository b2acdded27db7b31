"""Experiments of papers: one repetition from a generator measures a few numbers. One module a paper, found by name.

A module of this package named ``author_year_topic`` states its experiments as ``EXPERIMENTS``: a new
file is all that a new experiment needs. It is loaded when one of its experiments is asked for.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from numeric.experiments.experiment import Experiment, ExperimentError, Progress

_MODULE = re.compile(r"[a-z_]+_\d{4}_[a-z_]+")


@lru_cache(maxsize=1)
def _modules() -> tuple[str, ...]:
    return tuple(sorted(m.name for m in iter_modules(__path__) if _MODULE.fullmatch(m.name)))


def _experiments(module: str) -> tuple[Experiment, ...]:
    found: tuple[Experiment, ...] | None = getattr(import_module(f"numeric.experiments.{module}"), "EXPERIMENTS", None)
    if found is None:
        raise ExperimentError(f"got the module {module} without EXPERIMENTS, expected a tuple of them")
    return found


def all_experiments() -> tuple[Experiment, ...]:
    """The experiments of all papers, by name of their modules.

    Returns:
        All of them; every module is loaded.

    Example:
        >>> len({e.name for e in all_experiments()}) == len(all_experiments())
        True
    """
    return tuple(e for module in _modules() for e in _experiments(module))


def find_experiment(name: str) -> Experiment:
    """The experiment of that name; loads the modules of its paper alone.

    Args:
        name: key of the paper and name of the experiment, as ``razborov-2022/both-layers``.

    Returns:
        The experiment.

    Raises:
        ExperimentError: there is none; says which name is nearest.

    Example:
        >>> find_experiment("razborov-2022/both-layers").name
        'razborov-2022/both-layers'
    """
    beginning = name.partition("/")[0].replace("-", "_") + "_"
    for module in _modules():
        if module.startswith(beginning):
            for experiment in _experiments(module):
                if experiment.name == name:
                    return experiment
    known = [e.name for e in all_experiments()]
    near = get_close_matches(name, known, n=3, cutoff=0.4)
    raise ExperimentError(f"got the experiment {name!r}, expected {' or '.join(near) or 'one of ' + ', '.join(known)}")


@lru_cache(maxsize=256)
def code_digest(name: str) -> str:
    """A digest of the code of an experiment: its paper's modules and what they share in this package.

    Args:
        name: of the experiment.

    Returns:
        Hexadecimal; numbers that were measured under another digest may differ.

    Example:
        >>> len(code_digest("razborov-2022/both-layers"))
        64
    """
    beginning = name.partition("/")[0].replace("-", "_") + "_"
    files = sorted(Path(__file__).parent.glob("*.py"))
    read = [f for f in files if f.stem.startswith(beginning) or not _MODULE.fullmatch(f.stem)]
    return sha256(b"".join(f.name.encode() + f.read_bytes() for f in read)).hexdigest()


__all__ = ["Experiment", "ExperimentError", "Progress", "all_experiments", "code_digest", "find_experiment"]
