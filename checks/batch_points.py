"""Points of a batch as data: names with k and d, partitions, published blocks, or matrices of weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.errors import ClaimError

if TYPE_CHECKING:
    from analytic.landscape.certificate import Certificate
    from analytic.landscape.pair import Homogeneous
    from analytic.landscape.point import CriticalPoint

_EXPECTED = (
    "expected a name with k such as ('II:3', 20), a partition such as '15,5', a matrix of weights, or an object with "
    "'at' (and 'k', 'd'), with 'weights', or with 'blocks', 'diagonal' and 'off_diagonal'"
)


#: Digits of the eigenvalues; published ones have ten decimals.
DIGITS = 12


@dataclass(frozen=True)
class Request:
    """What is asked of every point of a batch.

    Args:
        digits: of the eigenvalues and the loss.
        activation: its name.
        teacher: one neuron a row, for points given by weights; default [I_k 0].
    """

    digits: int = DIGITS
    activation: str = "relu"
    teacher: tuple[tuple[float, ...], ...] | None = None

    @property
    def text(self) -> str:
        """Canonical JSON of what differs from the default, empty if nothing does."""
        known = {f.name: f.default for f in fields(self)}
        changed = {n: getattr(self, n) for n, usual in known.items() if getattr(self, n) != usual}
        return json.dumps(changed, sort_keys=True) if changed else ""


#: Twelve digits, ReLU, V = [I_k 0].
USUAL = Request()


@dataclass(frozen=True)
class BatchPoint:
    """One point of a batch, as text that any process can read.

    Args:
        text: canonical JSON.
        request: what is asked of it.

    Example:
        >>> BatchPoint.of(("II:3", 20)).label
        'II:3, k = 20'
        >>> BatchPoint.of({"blocks": [1, 6], "diagonal": [-0.6, 1], "off_diagonal": [[None, 0.2], [0.3, 0]]}).label
        '[1, 6], k = 7'
    """

    text: str
    request: Request = USUAL

    @classmethod
    def of(cls, value: Any, request: Request = USUAL) -> BatchPoint:
        """Reads one of the forms.

        Raises:
            ClaimError: none of them.
        """
        found = _as_object(value)
        known = [name for name in ("at", "weights", "blocks") if name in found]
        if len(known) != 1 or ("blocks" in found and not {"diagonal", "off_diagonal"} <= found.keys()):
            raise ClaimError(f"got the point {_short(value)}, {_EXPECTED}")
        if "at" in found and not isinstance(found["at"], str):
            raise ClaimError(f"got the point {_short(value)} whose 'at' is no text, {_EXPECTED}")
        rows = found.get("weights", [[0]])
        if not isinstance(rows, (list, tuple)) or not rows or not all(isinstance(r, (list, tuple)) and r for r in rows):
            raise ClaimError(f"got the point {_short(value)} whose weights are no matrix, {_EXPECTED}")
        if "at" in found and not found["at"][:1].isdigit() and "k" not in found:
            raise ClaimError(f"got the point {found['at']} without k, {_EXPECTED}")
        try:
            return cls(json.dumps(found, sort_keys=True, allow_nan=False), request)
        except (TypeError, ValueError) as error:
            raise ClaimError(f"got the point {_short(value)}: {error}; {_EXPECTED}") from None

    @property
    def data(self) -> dict[str, Any]:
        """The object."""
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def key(self) -> str:
        """A name that two points share only if they and what is asked of them are the same."""
        return hashlib.sha256((self.text + self.request.text).encode()).hexdigest()[:24]

    @property
    def label(self) -> str:
        """A short description."""
        data = self.data
        if "at" in data:
            sizes = "".join(f", {n} = {data[n]}" for n in ("k", "d") if data.get(n) is not None)
            return f"{data['at']}{sizes}"
        if "blocks" in data:
            return f"{data['blocks']}, k = {sum(data['blocks'])}"
        return f"weights {len(data['weights'])} x {len(data['weights'][0])}, {self.key[:8]}"

    @property
    def expected(self) -> float | None:
        """The smallest eigenvalue that was published with it, if any."""
        found = self.data.get("min_eigenvalue")
        return None if found is None else float(found)

    def solve(self) -> tuple[CriticalPoint, float | None]:
        """The critical point, and how far the starting weights are from it.

        Raises:
            ValueError: of ``analytic.errors``: impossible, or no such point.
        """
        from analytic.landscape.named import find_point, point_from_weights
        from analytic.landscape.pair import activation

        data, phi = self.data, activation(self.request.activation)
        if self.request.teacher is not None:
            raise ClaimError(f"got a teacher with the point {self.label}, expected weights: others have V = [I_k 0]")
        if "at" in data:
            return find_point(data["at"], data.get("k"), data.get("d"), phi), None
        if "weights" in data:
            return point_from_weights(data["weights"], data.get("k"), phi, polish=True), None
        return _from_blocks(data, phi)

    @property
    def has_teacher(self) -> bool:
        """Whether it is given by weights, with a teacher of its own."""
        return self.request.teacher is not None and "weights" in self.data

    def certificate(self) -> Certificate:
        """The certificate of weights with a teacher of their own.

        Raises:
            ValueError: of ``analytic.errors``: no such point.
        """
        from analytic.landscape.certificate_weights import certify_weights
        from analytic.landscape.pair import activation

        data, phi = self.data, activation(self.request.activation)
        return certify_weights(data["weights"], self.request.teacher, data.get("k"), phi, self.request.digits, True)


def _as_object(value: Any) -> dict[str, Any]:
    if isinstance(value, BatchPoint):
        return value.data
    if isinstance(value, Mapping):
        return _published(dict(value))
    if isinstance(value, str):
        return {"at": value}
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        return dict(zip(("at", "k", "d"), value, strict=False))
    try:
        rows = [[float(x) for x in row] for row in value]
    except (TypeError, ValueError):
        raise ClaimError(f"got the point {_short(value)}, {_EXPECTED}") from None
    return {"weights": rows}


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 80 else text[:77] + "..."


def _published(found: dict[str, Any]) -> dict[str, Any]:
    """Points as they are published: weights in blocks inside ``weights``, and null for the global minimum."""
    if "blocks" not in found or "weights" not in found:
        return found
    weights = found.pop("weights")
    if isinstance(weights, Mapping):
        return found | dict(weights)
    if weights is None and "at" not in found:
        return {name: x for name, x in found.items() if name != "blocks"} | {"at": "global", "k": sum(found["blocks"])}
    return found | {"weights": weights}


def _from_blocks(data: Mapping[str, Any], phi: Homogeneous) -> tuple[CriticalPoint, float]:
    """Starting weights in blocks: Newton's method leads to the exact point."""
    from analytic.landscape.point import CriticalPoint
    from analytic.landscape.search import Partition

    partition = Partition(tuple(data["blocks"]))
    k = sum(partition.blocks)
    if data.get("k", k) != k:
        raise ClaimError(f"got k = {data['k']} and blocks {data['blocks']}, expected blocks that add up to k")
    start = {}
    for o in partition.layout.orbits:
        own = o.row == o.column and (o.diagonal or partition.layout.rows[o.row].single)
        start[o.name] = repr(float(data["diagonal"][o.row] if own else data["off_diagonal"][o.row][o.column]))
    point = CriticalPoint(str(partition), partition.layout, partition.sizes, data.get("d") or k, start, phi)
    return point, max(abs(float(x) - float(start[n])) for n, x in point.weights().items())


def read_points(source: str | Path | Iterable[Any], request: Request = USUAL) -> list[BatchPoint]:
    """The points of a file or a sequence.

    Args:
        source: a .json file (a list, or an object with a list ``points``), a .jsonl file (one a line), or the points.
        request: what is asked of them.

    Raises:
        ClaimError: the file cannot be read, or one of them is no point.
    """
    if not isinstance(source, (str, Path)):
        return [BatchPoint.of(x, request) for x in source]
    path = Path(source)
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            return [BatchPoint.of(json.loads(line), request) for line in text.splitlines() if line.strip()]
        found = json.loads(text)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ClaimError(f"got the file {path}, expected points as .json or .jsonl: {error}") from None
    listed = found.get("points") if isinstance(found, dict) else found
    if not isinstance(listed, list):
        raise ClaimError(f"got the file {path}, expected a list of points, or an object with a list 'points'")
    return [BatchPoint.of(x, request) for x in listed]
