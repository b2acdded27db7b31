r"""Online descent about a minimum: stationary mean and variance against the prediction from the exact curvature.

In the eigenspace of the exact eigenvalue $\lambda$ (multiplicity m) the linear model is an autoregressive process with
$\rho = 1 - h\lambda$ and variance $\sigma^2 = hc/(b\lambda(2-h\lambda))$ a coordinate, $c = \mathrm{tr}(P C)/m$. Over
N points s steps apart, with $r = \rho^s$, the mean square Z of a coordinate and the mean of the coordinates obey
(Laurent and Massart 2000, lemma 1), each side with probability at most $e^{-x}$,
$$\frac{|Z - \sigma^2|}{\sigma^2} \le 2\sqrt{\frac{(1+r^2)x}{(1-r^2)Nm}} + \frac{2(1+r)x}{(1-r)Nm},\qquad
|\bar\delta|^2 \le \frac{\sigma^2(1+r)}{(1-r)N}\,(m + 2\sqrt{mx} + 2x).$$
What the linear model leaves out is measured along the run: the drift by the gradient of the population loss at the
points recorded, the noise by fresh inputs there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checks.critical_points import Certificate
from checks.empirical import Settings
from checks.trained import OnlineHovers
from checks.verdict import EmpiricalEvidence
from numeric import DomainError, TooFewSamplesError, integrated_hessian, per_sample_gradient
from numeric.draws import sphere_points
from numeric.sample_moments import sample_moments, with_standard_error
from numeric.training import GaussianInputs, NetworkTeacher, OnlineDescent, TrainingProblem, closed_form, train

Array = NDArray[np.float64]

#: Relaxation times after which the start is forgotten: of the variance a share exp(-16) is missing.
FORGOTTEN = 8
#: Inputs from which the noise is estimated at first, at the minimum and along the run; how many at once, and at most.
INPUTS, CHUNK, MOST = 200_000, 2_000, 2_400_000
#: Steps between points that are recorded.
EVERY = 10


@dataclass(frozen=True, eq=False)
class Component:
    """An eigenspace of the Hessian.

    Args:
        name: of the isotypic component.
        curvature: the exact eigenvalue.
        basis: orthonormal columns, shape (n d, m).
    """

    name: str
    curvature: float
    basis: Array

    @property
    def size(self) -> int:
        """The multiplicity m."""
        return int(self.basis.shape[1])


@dataclass(frozen=True, eq=False)
class Hovering:
    """What a run showed.

    Args:
        evidence: variance and mean, component by component.
        components: their number.
        notices: in how many of them a curvature twice as large would be noticed.
        correction: the largest share of a variance that the linear model was seen to miss.
    """

    evidence: tuple[EmpiricalEvidence, ...]
    components: int
    notices: int
    correction: float


def hovering(statement: OnlineHovers, proved: Certificate, settings: Settings, factor: float = 1.0) -> Hovering:
    """Runs online descent from the minimum, and compares it with the prediction.

    Args:
        statement: the claim.
        proved: the exact point, a strict minimum.
        settings: alpha, split evenly over variances and means of all components; seed of the noise.
        factor: on the predicted curvature, to see what would be noticed.

    Raises:
        DomainError: the loss is 0, the step too long for the curvature, the run too short, or it left the minimum.
        TooFewSamplesError: the noise cannot be estimated at so small an alpha.

    Example:
        >>> from checks.critical_points import certificate
        >>> claim = OnlineHovers("II", 10, "3", 200, 2000)
        >>> hovering(claim, certificate(claim.facts), Settings(1e-6, 0))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        numeric.errors.DomainError: step is 3; expected at most ...
    """
    if not proved.point.loss.arb > 0:
        raise DomainError(
            f"the loss at {statement.facts.where} is 0; expected a positive one, because batches have no noise there "
            f"and online descent comes to rest; take a spurious minimum, such as II"
        )
    return _Comparison(statement, proved, settings, factor).result()


def components(proved: Certificate) -> list[Component]:
    """The eigenspaces, from the Hessian by quadrature; the exact witness says which eigenvalues are one.

    Example:
        >>> from checks.critical_points import certificate
        >>> from checks.point_facts import PointFacts
        >>> [c.size for c in components(certificate(PointFacts("II", 7)))]
        [5, 10, 1, 5, 1, 5, 5, 9, 1, 1, 5, 1]
    """
    W = proved.point.matrix()
    vectors = np.linalg.eigh(np.asarray(integrated_hessian(W, np.eye(proved.point.k, proved.point.d)).value))[1]
    found, begin = [], 0
    for row in proved.spectrum.rows:
        end = begin + int(row.multiplicity)
        found.append(Component(row.component, float(row.value.arb), vectors[:, begin:end]))
        begin = end
    return found


class _Comparison:
    def __init__(self, statement: OnlineHovers, proved: Certificate, settings: Settings, factor: float) -> None:
        self.statement, self.settings, self.factor = statement, settings, factor
        self.W = proved.point.matrix()
        self.V = np.eye(proved.point.k, proved.point.d)
        self.parts = components(proved)
        self.h = float(statement.rate)
        self.level = settings.alpha / (4.0 * len(self.parts))  # variances and means; noise and fluctuation
        self.x = math.log(2.0 / self.level)
        self.rng = np.random.default_rng([settings.seed + settings.offset, statement.seed])

    def result(self) -> Hovering:
        paths = self.deviations()
        moved = self.W + paths
        slopes = closed_form(self.V).step(moved)[1].reshape(len(moved), -1)
        noise, along = self.noise(self.W[None]), self.noise(moved)
        evidence, corrections, notices = [], [], 0
        for part, here, there in zip(self.parts, noise, along, strict=True):
            own, pull = paths.reshape(len(paths), -1) @ part.basis, slopes @ part.basis
            drift, gusts = self.drift(part, own, pull), abs(float(there.mean() / here.mean()) - 1.0)
            corrections.append(drift + gusts)
            found, notice = self.variance(part, own, here, drift + gusts)
            notices += notice
            evidence += [found, self.mean(part, own, pull, here, drift + gusts)]
        return Hovering(tuple(evidence), len(self.parts), notices, max(corrections))

    def deviations(self) -> Array:
        """Points of the run less the minimum, after the start is forgotten, shape (N, n, d)."""
        curvatures = [part.curvature for part in self.parts]
        burn = EVERY * math.ceil(FORGOTTEN / (self.h * min(curvatures)) / EVERY)
        if not self.h * max(curvatures) <= 1.0:
            raise DomainError(
                f"step is {self.statement.step}; expected at most {1.0 / max(curvatures):.3g}, one over the largest "
                f"curvature, so that no deviation changes sign; lower the step"
            )
        if self.statement.steps < 2 * burn:
            raise DomainError(
                f"steps is {self.statement.steps}; expected at least {2 * burn}, because the start is forgotten after "
                f"{burn} only; raise steps"
            )
        problem = TrainingProblem(NetworkTeacher(self.V), GaussianInputs(self.W.shape[1]))
        how = OnlineDescent(self.h, self.statement.steps, self.statement.batch, self.seed)
        run = train(problem, self.W, how, record=EVERY)
        if run.reason != "max_steps":
            raise DomainError(f"the run ended as {run.reason}: {run.explanation}; expected all its steps; lower step")
        return np.asarray(run.history.weights[run.history.steps > burn] - self.W, dtype=np.float64)

    @property
    def seed(self) -> int:
        return self.statement.seed + self.settings.offset

    def noise(self, points: Array) -> list[Array]:
        """Mean squares of single-input gradients in each eigenspace; inputs are shared out over the points.

        They are homogeneous of degree four in the input, so that $E|x|^4 = d(d+2)$ leaves the sphere to be sampled.
        """
        chunks = max(len(points), INPUTS // CHUNK)
        found = self.squares(points, chunks)
        while len(found) < MOST and not self.enough(found):  # looks at the tails only, not at the means
            found = np.concatenate([found, self.squares(points, chunks)])
        return list(np.ascontiguousarray(found.T))

    def enough(self, found: Array) -> bool:
        """Whether the means of so many inputs have a half-width at the level."""
        try:
            for squares in found.T:
                with_standard_error(sample_moments(np.ascontiguousarray(squares)), "", len(squares), None).half_width(
                    self.level
                )
        except TooFewSamplesError:
            return False
        return True

    def squares(self, points: Array, chunks: int) -> Array:
        """Mean squares, shape (inputs, eigenspaces)."""
        d = self.W.shape[1]
        rows = max(2, INPUTS // chunks)
        basis = np.concatenate([part.basis for part in self.parts], axis=1)
        shares = np.zeros((basis.shape[1], len(self.parts)))  # of a square in the mean over its eigenspace
        ends = np.cumsum([part.basis.shape[1] for part in self.parts])
        for j, (part, end) in enumerate(zip(self.parts, ends, strict=True)):
            shares[end - part.basis.shape[1] : end, j] = d * (d + 2.0) / part.basis.shape[1]
        found = np.empty((chunks * rows, len(self.parts)))
        for i in range(chunks):
            x = sphere_points(self.rng, rows, d)
            gradients = per_sample_gradient(points[i % len(points)], self.V, x).reshape(rows, -1)
            found[i * rows : (i + 1) * rows] = np.square(gradients @ basis) @ shares
        return found

    def drift(self, part: Component, own: Array, pull: Array) -> float:
        r"""Relative error of $\lambda(2-h\lambda)|\delta|^2$ for what the gradients along the run take away."""
        exact = 2.0 * (own * pull).sum() - self.h * (pull**2).sum()
        return abs(float(exact / (part.curvature * (2.0 - self.h * part.curvature) * (own**2).sum())) - 1.0)

    def predicted(self, part: Component, noise: Array) -> float:
        """The variance of a coordinate."""
        curvature = self.factor * part.curvature
        return self.h * float(noise.mean()) / (self.statement.batch * curvature * (2.0 - self.h * curvature))

    def decay(self, part: Component) -> float:
        """The correlation of one recorded point with the next."""
        return (1.0 - self.h * part.curvature) ** EVERY

    def spread(self, part: Component, count: int) -> float:
        """Relative half-width of the mean square."""
        r, total = self.decay(part), count * part.size
        wide = 2.0 * math.sqrt((1.0 + r * r) / (1.0 - r * r) * self.x / total)
        return wide + 2.0 * (1.0 + r) / (1.0 - r) * self.x / total

    def variance(self, part: Component, own: Array, noise: Array, correction: float) -> tuple[EmpiricalEvidence, bool]:
        """The mean square of a coordinate; and whether twice the curvature would show."""
        value, wanted = float((own**2).mean()), self.predicted(part, noise)
        source = with_standard_error(sample_moments(noise), "", len(noise), None)
        share = float(source.half_width(self.level)) / float(noise.mean())
        spread = self.spread(part, len(own))
        half = wanted * ((1.0 + share) * (1.0 + spread) * (1.0 + correction) - 1.0)
        c = self.h * part.curvature
        grown = 2.0 * (2.0 - 2.0 * c) / (2.0 - c) if c < 1.0 else 0.0  # true variance if twice the curvature is claimed
        lowest = grown * (1.0 - spread) * (1.0 - share) * (1.0 - correction)
        notice = lowest > (1.0 + share) * (1.0 + spread) * (1.0 + correction)
        return self.evidence(f"variance in {part.name}, dimension {part.size}", value, half, wanted, len(own)), notice

    def mean(self, part: Component, own: Array, pull: Array, noise: Array, correction: float) -> EmpiricalEvidence:
        """The length of the mean deviation, less what the curvature of the gradient shifts."""
        r, m = self.decay(part), part.size
        shift = float(np.linalg.norm((pull - part.curvature * own).mean(axis=0))) / part.curvature
        tail = m + 2.0 * math.sqrt(m * self.x) + 2.0 * self.x
        size = self.predicted(part, noise) * (1.0 + correction) * (1.0 + r) / (1.0 - r) / len(own) * tail
        value = float(np.linalg.norm(own.mean(axis=0)))
        return self.evidence(f"mean in {part.name}, dimension {m}", value, math.sqrt(size) + shift, 0.0, len(own))

    def evidence(self, what: str, value: float, half: float, wanted: float, count: int) -> EmpiricalEvidence:
        agrees = abs(value - wanted) <= half
        return EmpiricalEvidence(
            point=self.statement.facts.where,
            method=f"online descent, {what}, {count} points",
            kind="standard_error",
            estimate=value,
            error=half,
            claimed=wanted,
            agrees=agrees,
            agrees_with_derived=agrees,
            alpha=2.0 * self.level,
            delta=2.0 * half,
            beta=2.0 * self.level,
            work=self.statement.steps * self.statement.batch,
            seed=self.seed,
        )
