"""One thread of linear algebra: sums have one order then, and results the same bits whatever the machine's cores."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import threadpool_limits

#: What libraries of linear algebra read as they are loaded, for processes that are started by us.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
)
_LOCK = threading.Lock()
_INSIDE: list[threadpool_limits | None] = []


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it the libraries of linear algebra of this process use one thread; other threads may be within it too.

    Example:
        >>> import numpy as np
        >>> with one_thread():
        ...     float(np.ones(3) @ np.ones(3))
        3.0
    """
    from threadpoolctl import threadpool_limits

    import_module("numpy.linalg")  # each brings libraries of its own: loaded later, they had no limit
    import_module("scipy.linalg")
    with _LOCK:  # the first one in takes the other threads away, the last one out gives them back
        _INSIDE.append(threadpool_limits(limits=1) if not _INSIDE else None)
    try:
        yield
    finally:
        with _LOCK:
            taken = _INSIDE.pop(0) if len(_INSIDE) == 1 else _INSIDE.pop()
            if taken is not None:
                taken.restore_original_limits()
