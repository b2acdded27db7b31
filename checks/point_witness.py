"""The empirical witness on a critical point: loss, gradient, Hessian and isotropy of the weights in float64."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from checks.critical_points import Certificate
from checks.empirical import Settings
from checks.point_facts import Decimal, Group, PointFacts
from checks.verdict import EmpiricalEvidence
from numeric import (
    Estimate,
    eigenvalues,
    hessian_change,
    integrated_gauss_newton,
    integrated_hessian,
    isotropy_partition,
    jacobian,
    population_gradient,
    population_hessian,
    population_loss,
)
from numeric.arguments import EPS

Array = NDArray[np.float64]

#: The sampled Hessian has (n d)^2 entries, each with its own error: beyond this n d its bound says nothing.
SAMPLED_SIZE = 12


class PointWitness:
    """Looks at the weights of a critical point, rounded to float64.

    Args:
        facts: what is claimed.
        proved: what was proved.
        settings: alpha, seed and samples.

    Example:
        >>> from checks.critical_points import certificate
        >>> facts = PointFacts("A", 3, index=1)
        >>> witness = PointWitness(facts, certificate(facts), Settings(1e-6, 0))
        >>> witness.gradient().agrees
        True
    """

    def __init__(self, facts: PointFacts, proved: Certificate, settings: Settings) -> None:
        self.facts, self.proved, self.settings = facts, proved, settings
        self.W = proved.point.matrix()
        self.V = np.eye(proved.point.k, proved.point.d)
        self.true = proved.spectrum.eigenvalues()
        self.largest = float(np.abs(self.true).max())
        self.moved = EPS * float(np.linalg.norm(self.W))
        self._hessian: Estimate | None = None

    def evidence(self) -> tuple[EmpiricalEvidence, ...]:
        """Everything that there is to see."""
        found = [self.loss(), self.gradient(), self.isotropy(), *self.spectrum(self.hessian(), self.change())]
        found.append(self.differences())
        if self.facts.gauss_newton is not None:
            found.append(self.gauss_newton(self.facts.gauss_newton))
        if self.W.size <= SAMPLED_SIZE:
            found += self.spectrum(self.sampled(), self.change())
        return tuple(found)

    def loss(self) -> EmpiricalEvidence:
        """The loss by quadrature; at a critical point rounding the weights changes it to second order only."""
        found, derived = population_loss(self.W, self.V), float(self.proved.point.loss.arb)
        claimed = None if self.facts.loss is None else Decimal(self.facts.loss)
        slack = self.largest * self.moved**2 + EPS * abs(derived)
        return self._number("loss by", found, float(found.value), float(found.error) + slack, derived, claimed)

    def gradient(self) -> EmpiricalEvidence:
        """The entry of the gradient that is furthest from 0: the Hessian times the rounding of the weights is left."""
        found = population_gradient(self.W, self.V)
        value, error = np.asarray(found.value).ravel(), np.asarray(found.error).ravel()
        error = error + 2.0 * self.largest * self.moved
        worst = int(np.argmax(np.abs(value) - error))
        return self._number("gradient by", found, float(value[worst]), float(error[worst]), 0.0, None)

    def isotropy(self) -> EmpiricalEvidence:
        """The classes of rows and columns, found after both were shuffled."""
        rng = np.random.default_rng(self.settings.seed)
        rows, columns = rng.permutation(len(self.W)), rng.permutation(self.proved.point.k)
        shuffled = self.W[np.ix_(rows, columns)]
        found = isotropy_partition(shuffled)
        group = Group.of(list(found.sizes), [len(c) for c in found.copies])
        claimed = None if self.facts.isotropy is None else Group.read(self.facts.isotropy)
        derived = self.proved.group
        shown = claimed or derived or group
        return EmpiricalEvidence(
            point=self.facts.where,
            method=f"clustered rows and columns, {group}: logarithm of the group's order",
            kind="scheme",
            estimate=group.log_order,
            error=0.0,
            claimed=shown.log_order,
            agrees=group == shown,
            agrees_with_derived=None if derived is None else group == derived,
            alpha=None,
            delta=0.0,
            beta=None,
            work=self.W.size,
            seed=self.settings.seed,
        )

    def hessian(self) -> Estimate:
        """The whole Hessian by quadrature of its definition, the part from the kink included."""
        if self._hessian is None:
            self._hessian = integrated_hessian(self.W, self.V)
        return self._hessian

    def sampled(self) -> Estimate:
        """The whole Hessian by sampling."""
        return population_hessian(
            self.W, self.V, self.settings.samples, self.settings.seed + self.settings.offset, self.settings.alpha
        )

    def change(self) -> float:
        """How far rounding the weights moves an eigenvalue."""
        return hessian_change(self.W, self.V, EPS)

    def spectrum(self, hessian: Estimate, change: float) -> Iterator[EmpiricalEvidence]:
        """The sorted eigenvalues of an estimated Hessian, the index and the smallest one against what is claimed."""
        found = eigenvalues(hessian)
        values, half = np.asarray(found.value), float(np.max(found.error)) + change
        listed = [(Decimal(text), times) for text, times in self.facts.eigenvalues]
        claimed = np.sort(np.repeat([float(x.value) for x, _ in listed], [times for _, times in listed]))
        unit = max((float(x.unit) for x, _ in listed), default=0.0)
        fits = not listed or (len(claimed) == len(values) and bool((np.abs(values - claimed) <= half + unit).all()))
        yield self._worst("eigenvalues of the Hessian by", found, values, half, fits)
        if self.facts.index is not None:
            surely, perhaps = int((values < -half).sum()), int((values < half).sum())
            agrees = surely <= self.facts.index <= perhaps
            yield self._count("negative eigenvalues by", found, surely, perhaps, self.facts.index, agrees)
        if self.facts.smallest is not None:
            derived = float(self.proved.smallest)
            what = "smallest eigenvalue by"
            yield self._number(what, found, float(values[0]), half, derived, Decimal(self.facts.smallest))

    def gauss_newton(self, claimed: str) -> EmpiricalEvidence:
        """The smallest eigenvalue of the Gauss-Newton matrix by quadrature."""
        found = eigenvalues(integrated_gauss_newton(self.W, self.V))
        derived = float(self.proved.gauss_newton)
        half = float(np.max(found.error)) + self.change()
        value = float(np.asarray(found.value)[0])
        return self._number("Gauss-Newton's smallest eigenvalue by", found, value, half, derived, Decimal(claimed))

    def differences(self) -> EmpiricalEvidence:
        r"""The gradient differenced along one eigenvector u of every eigenvalue, which knows nothing of any Hessian.

        A symmetric matrix with $|Hu - \lambda u| \le r$ has an eigenvalue within r of $\lambda$.
        """
        hessian = np.asarray(self.hessian().value)
        vectors = np.linalg.eigh(hessian)[1]
        at = np.unique(np.searchsorted(self.true, [float(r.value.arb) for r in self.proved.spectrum.rows]))
        columns = np.minimum(at, len(self.true) - 1)
        noise = float(np.max(population_gradient(self.W, self.V).error))
        gaps, radii, works = [], [], 0
        for c in columns:
            found = self._along(vectors[:, c].reshape(self.W.shape), noise)
            slope, error = np.asarray(found.value).ravel(), float(np.linalg.norm(np.asarray(found.error)))
            gaps.append(float(np.linalg.norm(slope - self.true[c] * vectors[:, c])))
            residual = float(np.linalg.norm(hessian @ vectors[:, c] - self.true[c] * vectors[:, c]))
            radii.append(error + residual + self.change())
            works += found.work
        worst = int(np.argmax(np.array(gaps) - np.array(radii)))
        agrees = bool(gaps[worst] <= radii[worst])
        return EmpiricalEvidence(
            point=self.facts.where,
            method=f"gradient differenced along {len(columns)} eigenvectors: distance from eigenvalue times vector",
            kind="scheme",
            estimate=gaps[worst],
            error=radii[worst],
            claimed=0.0,
            agrees=agrees,
            agrees_with_derived=agrees,
            alpha=None,
            delta=2.0 * radii[worst],
            beta=None,
            work=works,
            seed=None,
        )

    def _along(self, direction: Array, noise: float) -> Estimate:
        """Derivative of the gradient along a unit vector; steps that no neuron's length is smaller than."""

        def slope(t: Array) -> Array:
            return np.asarray(population_gradient(self.W + t[0] * direction, self.V).value)

        step = min(0.125, float(np.linalg.norm(self.W, axis=1).min()) / 4.0)
        return jacobian(slope, [0.0], step=step, noise=noise)

    def _number(
        self, what: str, found: Estimate, value: float, error: float, derived: float, claimed: Decimal | None
    ) -> EmpiricalEvidence:
        stated, unit = (derived, 0.0) if claimed is None else (float(claimed.value), float(claimed.unit))
        agrees = abs(value - stated) <= error + unit
        return self._evidence(what, found, value, error, stated, agrees, abs(value - derived) <= error)

    def _worst(self, what: str, found: Estimate, values: Array, half: float, fits: bool) -> EmpiricalEvidence:
        gaps = np.abs(values - self.true)
        at = int(np.argmax(gaps))
        derived = float(self.true[at])
        return self._evidence(what, found, float(values[at]), half, derived, fits, bool((gaps <= half).all()))

    def _count(
        self, what: str, found: Estimate, surely: int, perhaps: int, claimed: int, agrees: bool
    ) -> EmpiricalEvidence:
        index = self.proved.spectrum.index
        middle, half = (surely + perhaps) / 2.0, (perhaps - surely) / 2.0
        right = None if index is None else surely <= index <= perhaps
        return self._evidence(what, found, middle, half, float(claimed), agrees, right)

    def _evidence(
        self,
        what: str,
        found: Estimate,
        value: float,
        error: float,
        claimed: float,
        agrees: bool,
        agrees_with_derived: bool | None,
    ) -> EmpiricalEvidence:
        return EmpiricalEvidence(
            point=self.facts.where,
            method=f"{what} {found.method}",
            kind=found.kind,
            estimate=value,
            error=error,
            claimed=claimed,
            agrees=agrees,
            agrees_with_derived=agrees_with_derived,
            alpha=found.level,
            delta=2.0 * error,
            beta=found.level,
            work=found.work,
            seed=found.seed,
        )


def point_evidence(facts: PointFacts, proved: Certificate, settings: Settings) -> tuple[EmpiricalEvidence, ...]:
    """The evidence of the empirical witness on a critical point.

    Args:
        facts: what is claimed.
        proved: what was proved.
        settings: the budget.

    Example:
        >>> from checks.critical_points import certificate
        >>> facts = PointFacts("global", 2, loss="0")
        >>> all(e.agrees for e in point_evidence(facts, certificate(facts), Settings(1e-6, 0, 10_000)))
        True
    """
    return PointWitness(facts, proved, settings).evidence()
