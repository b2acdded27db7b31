"""The empirical witness on derivatives of the population loss, at whole networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import arb
from numpy.typing import NDArray

from analytic.balls import disjoint, finite, precision
from analytic.dense import densify, pair_interpreter
from analytic.dense import population_gradient as exact_gradient
from analytic.dense import population_hessian as exact_hessian
from analytic.errors import FormulaError
from analytic.formula import Expr
from analytic.neurons import PAIR, SELF, STUDENTS, TEACHERS, VECTORS, is_loss_derivative, split_by_class
from checks.claim import Claim
from checks.empirical import Settings
from checks.verdict import EmpiricalEvidence
from numeric import Estimate, gradient, jacobian, population_gradient, population_hessian, population_loss

Array = NDArray[np.float64]
Rows = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True)
class Network:
    """Students and teachers with rational weights.

    Args:
        label: what is special about it.
        W: students, n rows of length d.
        V: teachers, k rows of length d.
    """

    label: str
    W: Rows
    V: Rows

    def __str__(self) -> str:
        n, k, d = len(self.W), len(self.V), len(self.W[0])
        return f"{self.label} (n = {n}, k = {k}, d = {d}), W = {_shown(self.W)}, V = {_shown(self.V)}"

    @property
    def arrays(self) -> tuple[Array, Array]:
        """Students and teachers as float64; the entries are dyadic, so nothing is rounded."""
        return np.array(self.W, dtype=np.float64), np.array(self.V, dtype=np.float64)


def _shown(rows: Rows) -> str:
    return "[" + ", ".join("[" + ", ".join(str(float(x)) for x in r) + "]" for r in rows) + "]"


def networks(seed: int) -> Iterator[Network]:
    """Generic networks of several sizes, and one with parallel and antiparallel neurons."""
    generator = np.random.default_rng(seed)

    def rows(count: int, d: int) -> Rows:
        return tuple(
            tuple(Fraction(int(x), 8) for x in r)
            for r in generator.integers(1, 17, (count, d)) * generator.choice([-1, 1], (count, d))
        )

    yield Network("generic network", rows(2, 3), rows(3, 3))
    yield Network("more students than teachers", rows(3, 2), rows(2, 2))
    w, v = rows(1, 3)[0], rows(1, 3)[0]
    double, opposite = tuple(2 * x for x in w), tuple(-x / 2 for x in w)
    yield Network("parallel and antiparallel neurons", (w, double, opposite), (tuple(-x for x in w), v))


def judge_networks(claim: Claim, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """Confronts a claim about grad(L, .) or hess(L, ., .) with differences and with samples.

    Args:
        claim: the claim; one of its sides is the derivative, the other a formula.
        settings: the budget; alpha is split over the sampled networks.

    Returns:
        One piece of evidence a network and method.
    """
    left, right = claim.sides()
    derivative, formula = (left, right) if is_loss_derivative(left) else (right, left)
    parts = split_by_class(formula, claim.classes)
    found = [_confront(derivative, parts, n, _differenced(derivative, n), None) for n in networks(settings.seed)]
    if derivative.is_call("hess"):
        network = next(iter(networks(settings.seed + 1)))
        estimate = _sampled(derivative, network, settings)
        found.append(_confront(derivative, parts, network, estimate, settings.alpha))
    return tuple(found)


def _second(derivative: Expr) -> int:
    """The index of the neuron that a Hessian's second derivative belongs to: 0 for w_i, 1 for w_j."""
    return int(derivative.children[-1].identifier == "w_j")


def _differenced(derivative: Expr, network: Network) -> Estimate:
    """Finite differences: of the loss for a gradient, of the gradient from its definition for a Hessian."""
    W, V = network.arrays
    moved = _second(derivative) if derivative.is_call("hess") else 0

    def at(x: Array) -> Array:
        changed = W.copy()
        changed[moved] = x
        return changed

    if derivative.is_call("grad"):
        return gradient(lambda x: float(population_loss(at(x), V).value), W[0])
    noise = float(np.max(population_gradient(W, V).error))
    return jacobian(lambda x: np.asarray(population_gradient(at(x), V).value)[0], W[moved], noise=noise)


def _sampled(derivative: Expr, network: Network, settings: Settings) -> Estimate:
    """The block of the population Hessian from samples, the kink's Dirac part included."""
    W, V = network.arrays
    whole = population_hessian(W, V, settings.samples, settings.seed + settings.offset, settings.alpha)
    d, j = W.shape[1], _second(derivative)
    value, error = (np.asarray(x)[:d, j * d : (j + 1) * d] for x in (whole.value, whole.error))
    return Estimate(value, error, whole.kind, whole.level, whole.method, whole.work, whole.seed)


def _claimed(parts: dict[str, Expr], network: Network) -> list[list[arb]]:
    """The formula at student 0 (and 1), class by class, in balls."""
    w = network.W[0]
    if PAIR in parts:
        return _pair(parts[PAIR], PAIR, w, network.W[1])
    terms = [_pair(parts[SELF], SELF, w, w)]
    terms += [_pair(parts[STUDENTS], STUDENTS, w, x) for x in network.W[1:]]
    terms += [_pair(parts[TEACHERS], TEACHERS, w, v) for v in network.V]
    size = max(len(t[0]) for t in terms), max(len(t) for t in terms)
    full = [t if len(t) == size[1] else [[arb(0)] * size[0]] * size[1] for t in terms]
    return [[sum(column, arb(0)) for column in zip(*rows, strict=True)] for rows in zip(*full, strict=True)]


def _pair(expr: Expr, kind: str, w: Sequence[Fraction], v: Sequence[Fraction]) -> list[list[arb]]:
    return densify(pair_interpreter(VECTORS[kind], w, v).tensor(expr), w, v)


def _confront(
    derivative: Expr, parts: dict[str, Expr], network: Network, estimate: Estimate, alpha: float | None
) -> EmpiricalEvidence:
    with precision(106):
        claimed, derived = _claimed(parts, network), _derived(derivative, network)
    value, error = np.asarray(estimate.value), np.asarray(estimate.error)
    value, error = value.reshape(len(value), -1), error.reshape(len(error), -1)
    shape = (len(claimed), len(claimed[0]))
    if shape == (1, 1) != value.shape:  # a claimed 0
        claimed = [[claimed[0][0]] * value.shape[1]] * value.shape[0]
    elif shape != value.shape:
        raise FormulaError(f"the formula has the shape {shape}, expected {value.shape}")
    if not all(finite(x) for row in claimed for x in row):
        raise FormulaError(f"the formula has no finite value at {network}")
    balls = [[arb(float(x), float(e)) for x, e in zip(*rows, strict=True)] for rows in zip(value, error, strict=True)]
    indices = list(np.ndindex(*value.shape))
    a, b = max(indices, key=lambda i: abs(value[i] - float(claimed[i[0]][i[1]])) / (error[i] or 1e-300))
    half = float(error.max())
    return EmpiricalEvidence(
        point=str(network),
        method=estimate.method,
        kind=estimate.kind,
        estimate=float(value[a, b]),
        error=float(error[a, b]),
        claimed=float(claimed[a][b]),
        agrees=not any(disjoint(balls[i][j], claimed[i][j]) for i, j in indices),
        agrees_with_derived=not any(disjoint(balls[i][j], derived[i][j]) for i, j in indices),
        alpha=alpha,
        delta=2 * half,
        beta=alpha,
        work=estimate.work,
        seed=estimate.seed,
    )


def _derived(derivative: Expr, network: Network) -> list[list[arb]]:
    d = len(network.W[0])
    if derivative.is_call("grad"):
        return [[x] for x in exact_gradient(network.W, network.V).entries[0]]
    j = _second(derivative)
    return [list(row[j * d : (j + 1) * d]) for row in exact_hessian(network.W, network.V).entries[:d]]
