r"""Assertions on the user's own implementations: each is compared with the exact result, within a derived tolerance.

The tolerance of a value y(x) computed in float64 is $c\,2^{-52}\,(s + \sum_j |x_j\,\partial_j y(x)|)$: what c roundings
of intermediate results of size s and of the inputs x may change. s is the largest value in the neighbourhood that a
cancelling formula has to pass through; c, the parameter ``roundings``, is 64 unless given. Results of the type
float32 or float16 are judged by the unit of that type instead of $2^{-52}$.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytic import expect, population_gradient, population_hessian
from analytic.expectation import Expectation
from analytic.landscape.named import find_point
from checks.compared import Compared, numbers, require
from checks.errors import ClaimError

ROUNDINGS = 64
#: Angles at which closed forms go wrong: both ends, next to them, and the middle.
ANGLES = (0.0, 1e-12, 1e-8, 1e-4, 0.1, 1.0, math.pi / 2, 2.5, math.pi - 1e-4, math.pi - 1e-8, math.pi)
NORMS = (1.0, 1e-3, 7.0, 1e3)
#: Shapes (n, k, d) of the networks on which gradients and Hessians are compared.
SHAPES = ((1, 1, 1), (1, 2, 2), (2, 2, 2), (3, 2, 4), (4, 5, 6))
#: A dense matrix with more rows than this is refused.
MAX_ROWS = 4000
Matrix = NDArray[np.float64]


def assert_expectation(
    function: Callable[..., float],
    integrand: str,
    parameters: Mapping[str, Sequence[float]] | None = None,
    roundings: float = ROUNDINGS,
) -> None:
    r"""Asserts that a function computes a Gaussian expectation, on a grid that includes the hard angles.

    Args:
        function: takes floats by name, those of its own signature: a variable's name is its standard deviation,
            ``theta`` the angle, ``rho`` its cosine, the rest parameters. Norms that it does not take are 1.
        integrand: in at most two variables, such as ``relu(u)*relu(v)``.
        parameters: values of each constant of the integrand.
        roundings: c of the tolerance.

    Raises:
        AssertionError: the worst point with both values, and what the ratio looks like.
        ClaimError: a name of the signature is not known, or there is no closed form.

    Example:
        >>> def kernel(u, v, theta):
        ...     return u * v * (math.sin(theta) + (math.pi - theta) * math.cos(theta)) / (2 * math.pi)
        >>> assert_expectation(kernel, "relu(u)*relu(v)")
        >>> assert_expectation(lambda theta: (math.pi - theta) / math.pi, "step(u)*step(v)")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        AssertionError: E[step(u)*step(v)] at theta = 0.0: got 1.0, exact 0.5, ... a factor 2 ...
    """
    given = {name: tuple(values) for name, values in (parameters or {}).items()}
    found = expect(integrand, tuple(given))
    if not found.closed:
        raise ClaimError(f"got E[{integrand}], which has no closed form here; expected one to compare with")
    names = _signature(function, found, given)
    compared = []
    for point in _points(found, names, given):
        passed = {n: math.cos(point["theta"]) if n == "rho" else point[n] for n in names}
        where = ", ".join(f"{n} = {v!r}" for n, v in passed.items())
        got, unit = numbers(_called(function, passed, where), f"E[{integrand}] at {where}")
        if got.size != 1:
            raise AssertionError(f"E[{integrand}] at {where}: got the shape {got.shape}, expected one number")
        exact, tolerance = _exact(found, point, passed.get("rho"), roundings, unit)
        compared.append(Compared(where, float(got.reshape(())), exact, tolerance))
    require(compared, f"E[{integrand}]")


def _called(function: Callable[..., Any], passed: Mapping[str, float], where: str) -> Any:
    try:
        return function(**passed)
    except Exception as error:
        error.add_note(f"the function was called at {where}, which is in its domain")
        raise


def assert_kernel(function: Callable[[float], float], activation: str, roundings: float = ROUNDINGS) -> None:
    r"""Asserts that a function of the correlation is the dual of an activation, $\rho \mapsto E[\phi(u) \phi(v)]$.

    Args:
        function: of a float in [-1, 1].
        activation: such as ``relu``, ``erf`` or ``leaky_relu(1/5)``.
        roundings: c of the tolerance.

    Raises:
        AssertionError: the worst point with both values.

    Example:
        >>> assert_kernel(lambda rho: 0.25 + math.asin(rho) / (2 * math.pi), "step")
    """
    name, _, rest = activation.partition("(")
    more = f", {rest.rstrip(')')}" if rest else ""

    def of_correlation(rho: float) -> float:
        return function(rho)

    assert_expectation(of_correlation, f"{name}(u{more})*{name}(v{more})", None, roundings)


def assert_gradient(
    function: Callable[[Matrix, Matrix], ArrayLike],
    shapes: Sequence[tuple[int, int, int]] = SHAPES,
    seed: int = 0,
    roundings: float = ROUNDINGS,
) -> None:
    r"""Asserts that a function computes the gradient of the population loss of ReLU networks.

    $L(W) = \tfrac12 E[(\sum_i \phi(w_i \cdot x) - \sum_j \phi(v_j \cdot x))^2]$, $x \sim N(0, I_d)$. Generic
    weights are compared, and weights with a student next to another and to a teacher.

    Args:
        function: of W (n x d) and V (k x d), returns n x d numbers.
        shapes: (n, k, d).
        seed: of the weights.
        roundings: c of the tolerance.

    Raises:
        AssertionError: the worst entry with both values.

    Example:
        >>> from analytic import population_gradient
        >>> assert_gradient(lambda W, V: population_gradient(W.tolist(), V.tolist()).midpoint, shapes=[(2, 1, 2)])
    """
    _assert_entries(function, population_gradient, "the gradient", (shapes, seed, roundings))


def assert_hessian(
    function: Callable[[Matrix, Matrix], ArrayLike],
    shapes: Sequence[tuple[int, int, int]] = SHAPES,
    seed: int = 0,
    roundings: float = ROUNDINGS,
) -> None:
    r"""Asserts that a function computes the Hessian of the population loss, with the part from the kink of the ReLU.

    Args:
        function: of W (n x d) and V (k x d), returns n d x n d numbers or n x d x n x d; row $i d + a$ is entry a of
            neuron i.
        shapes: (n, k, d).
        seed: of the weights.
        roundings: c of the tolerance.

    Raises:
        AssertionError: the worst entry with both values.

    Example:
        >>> from analytic import StudentTeacher
        >>> assert_hessian(lambda W, V: StudentTeacher(V).hessian(W))
        >>> assert_hessian(lambda W, V: 2 * StudentTeacher(V).hessian(W))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        AssertionError: the Hessian at entry ...
    """
    _assert_entries(function, population_hessian, "the Hessian", (shapes, seed, roundings))


def assert_spectrum(
    operator: Any, k: int, at: str = "global", d: int | None = None, roundings: float = ROUNDINGS
) -> None:
    r"""Asserts that a matrix has the spectrum of the Hessian at a symmetric critical point, with multiplicities.

    Args:
        operator: n d x n d numbers, or a linear operator with ``shape`` that is applied to matrices by ``@``.
        k: number of teachers.
        at: the point: global, diagonal, A, I, II, I:p, II:p, or a partition.
        d: dimension of the input; k if None.
        roundings: the tolerance of each eigenvalue is this times $n d\,2^{-52}\,|H|$ (Weyl's inequality).

    Raises:
        AssertionError: the matrix is not symmetric, has another size, or another eigenvalue, whose component is named.

    Example:
        >>> from analytic import StudentTeacher
        >>> W = find_point("II", 6).matrix()
        >>> assert_spectrum(StudentTeacher(np.eye(6)).hessian(W), 6, "II")
    """
    spectrum = find_point(at, k, d).spectrum()
    rows = sorted((float(r.value.arb), int(r.multiplicity), r.component) for r in spectrum.rows)
    size = sum(times for _, times, _ in rows)
    if size > MAX_ROWS:
        raise ClaimError(f"got a Hessian of {size} rows, expected at most {MAX_ROWS}: it is diagonalised")
    dense = isinstance(operator, (np.ndarray, list)) or hasattr(operator, "__array__")
    matrix, unit = numbers(operator if dense else operator @ np.eye(size), "the matrix")
    if matrix.shape != (size, size):
        raise AssertionError(f"got a matrix of the shape {matrix.shape}, expected {(size, size)}: n d rows")
    if not np.isfinite(matrix).all():
        raise AssertionError("the matrix has entries that are no finite numbers")
    exact = np.repeat([value for value, _, _ in rows], [times for _, times, _ in rows])
    names = [name for _, times, name in rows for _ in range(times)]
    tolerance = roundings * unit * size * float(np.abs(exact).max())
    skew = float(np.abs(matrix - matrix.T).max())
    if not skew <= tolerance:
        raise AssertionError(f"the matrix is not symmetric: entries differ by {skew:.3g}, tolerance {tolerance:.3g}")
    found = np.linalg.eigvalsh((matrix + matrix.T) / 2)
    worst = int(np.abs(found - exact).argmax())
    where = f"number {worst + 1} of {size} (component {names[worst]}) at {at}, k = {k}, d = {d or k}"
    require([Compared(where, float(found[worst]), float(exact[worst]), tolerance)], "the eigenvalue")


def _signature(function: Callable[..., float], found: Expectation, given: Mapping[str, Any]) -> tuple[str, ...]:
    known = {*found.variables, *given, *(("theta", "rho") if len(found.variables) == 2 else ())}
    names = tuple(inspect.signature(function).parameters)
    unknown = [n for n in names if n not in known]
    if unknown or {"theta", "rho"} <= set(names):
        raise ClaimError(
            f"got a function of {', '.join(names)}, expected some of {', '.join(sorted(known))}: standard deviations "
            f"by the variables' names, and theta or rho"
        )
    missing = [n for n in given if n not in names]
    if missing:
        raise ClaimError(f"got a function without {', '.join(missing)}, expected all parameters of the integrand")
    return names


def _points(found: Expectation, names: Sequence[str], given: Mapping[str, Sequence[float]]) -> list[dict[str, float]]:
    """Every angle twice, with norms and parameters that take turns; all of them at the middle angle."""
    lists: dict[str, Sequence[float]] = {v: NORMS if v in names else (1.0,) for v in found.variables}
    lists |= given
    turns = [
        {n: values[(i + i // len(values) * j) % len(values)] for j, (n, values) in enumerate(lists.items())}
        for i in range(max(len(v) for v in lists.values()) ** min(2, len(lists)))
    ]
    if len(found.variables) < 2:
        return turns
    angles = ANGLES if {"theta", "rho"} & set(names) else (1.0,)
    pairs = [
        *((1.0, turn) for turn in turns),
        *((a, turns[(2 * i + j) % len(turns)]) for i, a in enumerate(angles) for j in (0, 1)),
    ]
    return [{**turn, "theta": angle} for angle, turn in pairs]


def _exact(
    found: Expectation, point: Mapping[str, float], rho: float | None, roundings: float, unit: float
) -> tuple[float, float]:
    """The value and the tolerance there; a function of rho is judged at the float that it gets."""
    at: dict[str, Any] = {n: Fraction(x) for n, x in point.items() if n != "theta"}
    if "theta" in point:
        at |= {"theta": Fraction(point["theta"])} if rho is None else {"rho": Fraction(rho)}
        if rho is None and point["theta"] == math.pi:
            at["theta"] = "pi"
    value = float(found.at(at).arb)
    scale = max((abs(float(found.at({**at, **a}).arb)) for a in _around(at)), default=abs(value))
    change = sum(
        abs(float(found.at({**at, n: x * (1 + Fraction(1, 2**40))}).arb) - value) for n, x in _moved(at, found)
    )
    # from rho to the angle: sqrt(1 - rho^2) and arccos(rho) each lose a factor 1/sin(theta), down to half the digits
    loss = 1.0 if rho is None else 1.0 / max(math.sqrt((1.0 - rho) * (1.0 + rho)), math.sqrt(unit))
    return value, roundings * unit * (max(abs(value), scale) * loss + change * 2.0**40) or unit


def _around(at: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where a formula that cancels at some angles has its largest values."""
    return (
        [{"rho": r} for r in (1, 0, -1)]
        if "rho" in at
        else [{"theta": a} for a in (0, "pi/2", "pi")]
        if "theta" in at
        else []
    )


def _moved(at: Mapping[str, Any], found: Expectation) -> list[tuple[str, Fraction]]:
    """The inputs that can be moved by a relative 2^-40 without leaving the domain; at rho = -1, 1 moving inwards."""
    inner = Fraction(2**40, 2**40 + 1) ** 2
    moved = {
        n: x for n, x in at.items() if isinstance(x, Fraction) and (n in found.variables or n not in ("theta", "rho"))
    }
    if isinstance(at.get("theta"), Fraction) and at["theta"] < Fraction(3):
        moved["theta"] = at["theta"]
    if "rho" in at:
        moved["rho"] = at["rho"] if abs(at["rho"]) < inner else at["rho"] * inner
    return list(moved.items())


def _assert_entries(
    function: Callable[[Matrix, Matrix], ArrayLike],
    exact: Callable[..., Any],
    what: str,
    options: tuple[Sequence[tuple[int, int, int]], int, float],
) -> None:
    shapes, seed, roundings = options
    rng = np.random.default_rng(seed)
    compared = []
    for (n, k, d), near in product(shapes, (None, 1e-3, 1e-6)):
        W, V = rng.standard_normal((n, d)), rng.standard_normal((k, d))
        if near is not None:
            W[0] = 1.5 * V[0] + near * rng.standard_normal(d)
            if n > 1:
                W[1] = -0.5 * W[0] + near * rng.standard_normal(d)
        truth = exact(W.tolist(), V.tolist()).midpoint
        got, unit = numbers(function(W.copy(), V.copy()), f"{what} at n, k, d = {n}, {k}, {d}")
        if got.size != truth.size:
            raise AssertionError(f"{what} has the shape {got.shape} at n, k, d = {n}, {k}, {d}; expected {truth.shape}")
        # moving the inputs by 2^-30 of their size shows what their rounding may change
        moved = exact((W * (1 + 2.0**-30 * rng.choice([-1, 1], W.shape))).tolist(), V.tolist()).midpoint
        scale = float(np.abs(truth).max() + np.abs(moved - truth).max() * 2.0**30 + np.abs(V).max() + np.abs(W).max())
        tolerance = roundings * unit * (n + k) * d * scale / (near or 1.0)
        where = f"n, k, d = {n}, {k}, {d}, seed {seed}" + (f", gap {near:g}" if near else "")
        compared.append(_worst(got.reshape(truth.shape), truth, tolerance, where, d))
    require(compared, what)


def _worst(got: Matrix, truth: Matrix, tolerance: float, where: str, d: int) -> Compared:
    """The entry that is off most; for a Hessian, whether only the part from the kink can be missing."""
    gaps = np.nan_to_num(np.abs(got - truth), nan=np.inf)
    place = np.unravel_index(int(gaps.argmax()), truth.shape)
    off, hint = np.argwhere(gaps > tolerance), ""
    square = truth.shape[0] == truth.shape[1] > d and truth.shape[0] % d == 0
    if square and len(off) and bool(np.isfinite(got).all()) and (off[:, 0] // d == off[:, 1] // d).all():
        hint = "; only blocks of a neuron with itself are off: is the part from the kink of the ReLU missing?"
    entry = f"entry {tuple(map(int, place))}, {where}"
    return Compared(entry, float(got[place]), float(truth[place]), tolerance, hint)
