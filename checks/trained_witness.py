"""The empirical witness at the end of a descent: differences, quadrature and sampling against the exact point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from checks.critical_points import Certificate
from checks.empirical import Settings
from checks.point_facts import Decimal, Group, PointFacts
from checks.point_witness import PointWitness
from checks.trained_runs import Arrival, roundings
from checks.trained_sampling import Network, Sampled, sampled_curvatures, sampled_gradient, sampled_loss
from checks.verdict import EmpiricalEvidence
from numeric import (
    ClusteredSpectrum,
    Estimate,
    clustered_spectrum,
    gradient,
    hessian_change,
    isotropy_partition,
    jacobian,
)
from numeric.training import closed_form

Array = NDArray[np.float64]

#: Antithetic pairs a mean, and a hyperplane.
SAMPLES = 20_000


class EndWitness(PointWitness):
    """Looks at the weights at which a descent ended; the exact witness's weights it does not see.

    Args:
        facts: what is claimed of the point.
        proved: what was proved.
        settings: alpha and seed.
        arrival: where the descent ended.

    Example:
        >>> from checks.critical_points import certificate
        >>> from checks.trained import TrainedPoint
        >>> from checks.trained_runs import arrival
        >>> claim = TrainedPoint("global", 2)
        >>> proved = certificate(claim.facts)
        >>> witness = EndWitness(claim.facts, proved, Settings(1e-6, 0), arrival(claim, proved))
        >>> witness.differenced_gradient().agrees
        True
    """

    def __init__(self, facts: PointFacts, proved: Certificate, settings: Settings, arrival: Arrival) -> None:
        super().__init__(facts, proved, settings)
        self.W, self.moved = arrival.weights, arrival.distance
        self.shortest = float(np.linalg.norm(self.W, axis=1).min())
        self.network = Network(self.W, self.V)
        self.population = closed_form(self.V)
        n, d = self.W.shape
        self.total = float(np.linalg.norm(self.W, axis=1).sum()) + len(self.V)
        self.noise = roundings(n, len(self.V), d) * self.total
        self.share = settings.alpha / 3.0
        self.seed = settings.seed + settings.offset

    def evidence(self) -> tuple[EmpiricalEvidence, ...]:
        """Everything that there is to see."""
        clusters = clustered_spectrum(self.hessian(), self.change())
        differenced = self.differenced_hessian()
        return (
            self.loss(),
            self.sampled_loss(),
            self.gradient(),
            self.differenced_gradient(),
            self.sampled_gradient(),
            self.isotropy(),
            *self.spectrum(self.hessian(), self.change()),
            self.multiplicities(self.hessian(), clusters),
            *self.spectrum(differenced, self.change()),
            self.multiplicities(differenced, clustered_spectrum(differenced, self.change())),
            *self.curvatures(),
        )

    def change(self) -> float:
        """How far an eigenvalue moves between the end of the descent and the exact point."""
        return hessian_change(self.W, self.V, self.moved / self.shortest)

    def isotropy(self) -> EmpiricalEvidence:
        """The classes of rows and columns of the end point, found after both were shuffled."""
        rng = np.random.default_rng(self.settings.seed)
        rows, columns = rng.permutation(len(self.W)), np.arange(self.W.shape[1])
        columns[: len(self.V)] = rng.permutation(len(self.V))
        found = isotropy_partition(self.W[np.ix_(rows, columns)], len(self.V), self.moved)
        group = Group.of(list(found.sizes), [len(c) for c in found.copies])
        derived = self.proved.group
        claimed = None if self.facts.isotropy is None else Group.read(self.facts.isotropy)
        shown = claimed or derived or group
        source = Estimate(group.log_order, 0.0, "scheme", None, f"rows and columns, {group}", self.W.size)
        right = None if derived is None else group == derived
        return self._evidence(
            "logarithm of the isotropy's order, by clustering",
            source,
            group.log_order,
            0.0,
            shown.log_order,
            group == shown,
            right,
        )

    def sampled_loss(self) -> EmpiricalEvidence:
        """The loss by sampling."""
        found = sampled_loss(self.network, SAMPLES, self.seed, self.share)
        slack = np.full(1, self.largest * self.moved**2)
        return self._sampled("loss by", found, np.array([float(self.proved.point.loss.arb)]), slack)

    def differenced_gradient(self) -> EmpiricalEvidence:
        """The gradient by differences of the loss: the entry that is furthest from 0 in terms of its error."""
        noise = self.noise * self.total

        def loss(W: Array) -> float:
            return float(self.population.step(W[None])[0][0])

        found = gradient(loss, self.W, self.step, noise)
        value, error = np.asarray(found.value).ravel(), np.asarray(found.error).ravel()
        error = error + 2.0 * self.largest * self.moved
        worst = int(np.argmax(np.abs(value) - error))
        return self._number("gradient by", found, float(value[worst]), float(error[worst]), 0.0, None)

    def sampled_gradient(self) -> EmpiricalEvidence:
        """The gradient by sampling."""
        found = sampled_gradient(self.network, SAMPLES, self.seed, self.share)
        slack = np.full(found.value.shape, 2.0 * self.largest * self.moved)
        return self._sampled("gradient by", found, np.zeros(found.value.shape), slack)

    @property
    def step(self) -> float:
        """The largest step of a difference: no neuron comes near 0."""
        return min(0.125, self.shortest / 4.0)

    def differenced_hessian(self) -> Estimate:
        """The whole Hessian by differences of the gradient, which knows of no kink."""

        def slope(W: Array) -> Array:
            return np.asarray(self.population.step(W[None])[1][0], dtype=np.float64)

        found = jacobian(slope, self.W, self.step, self.noise)
        size = self.W.size
        matrix, error = (np.asarray(x).reshape(size, size) for x in (found.value, found.error))
        method = "Richardson differences of the gradient"
        return Estimate((matrix + matrix.T) / 2.0, (error + error.T) / 2.0, "scheme", None, method, found.work)

    def multiplicities(self, hessian: Estimate, clusters: ClusteredSpectrum) -> EmpiricalEvidence:
        """Whether every cluster of computed eigenvalues holds as many exact ones, and claimed ones."""
        fits = _counts(self.true, clusters)
        if self.facts.eigenvalues:
            fits = _counts(self._claimed(), clusters, max(float(Decimal(x).unit) for x, _ in self.facts.eigenvalues))
        text = ", ".join(map(str, clusters.multiplicities))
        named = replace(hessian, method=f"{hessian.method}, multiplicities {text}")
        distinct = float(len(self.proved.spectrum.rows))
        resolved = float(len(clusters.clusters))
        return self._evidence(
            "clusters of eigenvalues by",
            named,
            resolved,
            max(0.0, distinct - resolved),
            distinct,
            fits,
            _counts(self.true, clusters),
        )

    def curvatures(self) -> tuple[EmpiricalEvidence, EmpiricalEvidence]:
        """Sampled curvatures in the eigenspaces of the quadrature's Hessian: the furthest off, and the smallest."""
        clusters = clustered_spectrum(self.hessian(), self.change())
        basis = np.linalg.eigh(np.asarray(self.hessian().value))[1]
        sizes = clusters.multiplicities
        found = sampled_curvatures(self.network, basis, sizes, SAMPLES, self.seed, self.share)
        exact = np.add.reduceat(self.true, np.cumsum([0, *sizes[:-1]])) / np.array(sizes)
        slack = np.full(len(sizes), 2.0 * clusters.error)
        smallest = Sampled(found.value[:1], found.half[:1], found.work, found.method)
        return (
            self._sampled(f"curvatures in {len(sizes)} eigenspaces by", found, exact, slack),
            self._sampled("smallest curvature by", smallest, exact[:1], slack[:1]),
        )

    def _sampled(self, what: str, found: Sampled, exact: Array, slack: Array) -> EmpiricalEvidence:
        """The entry that is furthest from the exact one in terms of its half-width."""
        half = found.half + slack
        gaps = np.abs(found.value - exact) / half
        at = int(np.argmax(gaps))
        right = bool(gaps[at] <= 1.0)
        return EmpiricalEvidence(
            point=self.facts.where,
            method=f"{what} {found.method}",
            kind="standard_error",
            estimate=float(found.value[at]),
            error=float(half[at]),
            claimed=float(exact[at]),
            agrees=right,
            agrees_with_derived=right,
            alpha=self.share,
            delta=2.0 * float(half[at]),
            beta=self.share,
            work=found.work,
            seed=self.seed,
        )

    def _claimed(self) -> Array:
        rows = [(float(value), times) for value, times in self.facts.eigenvalues]
        return np.repeat([value for value, _ in rows], [times for _, times in rows])


def _counts(eigenvalues: Array, clusters: ClusteredSpectrum, unit: float = 0.0) -> bool:
    """Whether each enclosure holds as many of the eigenvalues as were computed."""
    return len(eigenvalues) == sum(clusters.multiplicities) and all(
        int(((eigenvalues >= c.low - unit) & (eigenvalues <= c.high + unit)).sum()) == c.multiplicity
        for c in clusters.clusters
    )
