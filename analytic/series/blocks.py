"""Products of functions of forms, one a form: split into independent blocks, each integrated in its own dimension."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from analytic.balls import precision
from analytic.formula import ONE, ZERO, Expr, add, mul, name, neg, num, substitute
from analytic.series.cells import PlaneFactor, Z, cell_mean, has_logarithm
from analytic.series.charts import Law
from analytic.series.errors import UnsupportedIntegrandError
from analytic.series.exact import ball_of, ceiling, sign_of, tidy
from analytic.series.line_integral import line_mean
from analytic.series.many_integral import many_mean
from analytic.series.plane_integral import PlaneLaw, plane_mean
from analytic.series.regression import Matrix, bilinear, orthogonal
from analytic.series.symmetry import symmetry
from analytic.series.wide import wide_mean


@dataclass(frozen=True)
class Forms:
    """Jointly Gaussian forms, with a function of each.

    Args:
        functions: a formula in each form.
        names: of the forms.
        means: constants.
        covariance: constants.
    """

    functions: tuple[Expr, ...]
    names: tuple[str, ...]
    means: tuple[Expr, ...]
    covariance: Matrix

    def law(self, i: int) -> Law:
        """The law of one form."""
        return Law(self.means[i], self.covariance[i][i])

    def restricted(self, kept: list[int]) -> Forms:
        """Some of the forms."""
        rows = tuple(tuple(self.covariance[i][j] for j in kept) for i in kept)
        functions, means = (tuple(t[i] for i in kept) for t in (self.functions, self.means))
        return Forms(functions, tuple(self.names[i] for i in kept), means, rows)


def product_mean(forms: Forms) -> arb:
    """The expectation of the product of the functions.

    Args:
        forms: any number; blocks that are independent of the others are integrated for themselves.

    Returns:
        A ball, exactly 0 where a block is centred and odd; wide where a block has too many forms for quadrature.

    Raises:
        UnsupportedIntegrandError: a function that cannot be read, or several logarithms in one plane.
        DivergenceError: a power of a function is not integrable.

    Example:
        >>> from analytic.balls import precision
        >>> from analytic.grammar import parse
        >>> half, step = num(1) / 2, parse
        >>> law = ((ONE, half, ZERO), (half, ONE, ZERO), (ZERO, ZERO, ONE))
        >>> steps = tuple(parse(f"step({n})") for n in "uvw")
        >>> with precision(64):
        ...     product_mean(Forms(steps, ("u", "v", "w"), (ZERO,) * 3, law)).overlaps(arb(1) / 6)
        True
    """
    near = _standardised(forms)
    found = [near.restricted(block) for block in _blocks(near)]
    if any(_odd(block) for block in found):
        return arb(0)
    total = arb(1)
    for block in found:
        total *= _block_mean(block)
    return total


def _blocks(forms: Forms) -> list[list[int]]:
    """The forms that are linked by covariances which are not 0."""
    left, found = set(range(len(forms.names))), []
    while left:
        block, more = set[int](), {min(left)}
        while more:
            block |= more
            more = {j for i in more for j in left - block if sign_of(forms.covariance[i][j])}
        left -= block
        found.append(sorted(block))
    return found


def _odd(forms: Forms) -> bool:
    """Whether the product changes its sign with the forms, which are centred; their functions are integrable."""
    if any(sign_of(m) for m in forms.means):
        return False
    parities = [symmetry(f, n) for f, n in zip(forms.functions, forms.names, strict=True)]
    return all(p.odd or p.even for p in parities) and sum(p.odd for p in parities) % 2 == 1


def _block_mean(forms: Forms) -> arb:
    parts, count = orthogonal(forms.covariance), len(forms.names)
    rank = len(parts.chosen)
    if count == 1:
        return line_mean(forms.functions[0], forms.names[0], forms.law(0))
    if rank == 1:
        return _on_line(forms, parts.chosen[0])
    if count == rank == 2:
        law = PlaneLaw(forms.law(0), forms.law(1), forms.covariance[0][1])
        return plane_mean(forms.functions[0], forms.names[0], forms.functions[1], forms.names[1], law)
    if rank == 2:
        return _in_plane(forms)
    try:
        if count == rank:
            return many_mean(forms.functions, forms.names, forms.means, forms.covariance)
    except UnsupportedIntegrandError:  # too many terms: an enclosure without quadrature is better than nothing
        pass
    return wide_mean(forms.functions, forms.names, forms.means, forms.covariance)


def _on_line(forms: Forms, chosen: int) -> arb:
    """All forms are affine functions of one of them."""
    u, law = forms.names[chosen], forms.law(chosen)
    images = {}
    for i, other in enumerate(forms.names):
        slope = tidy(forms.covariance[chosen][i] / law.variance)
        images[other] = add(mul(slope, name(u)), tidy(add(forms.means[i], neg(mul(slope, law.mean)))))
    images[u] = name(u)
    return line_mean(mul(*(substitute(f, images) for f in forms.functions)), u, law)


def _in_plane(forms: Forms) -> arb:
    """More forms than two, all of them of two variables: x is the one with a logarithm, if there is one."""
    first = forms.restricted(sorted(range(len(forms.names)), key=lambda i: not has_logarithm(forms.functions[i])))
    parts = orthogonal(first.covariance)
    factors = []
    for i, f in enumerate(first.functions):
        unit = tuple(num(int(i == j)) for j in range(len(first.names)))
        a, b = (
            tidy(bilinear(unit, first.covariance, q) / v) for q, v in zip(parts.vectors, parts.variances, strict=True)
        )
        factors.append(PlaneFactor(substitute(f, {first.names[i]: name(Z)}), a, b, first.means[i]))
    return cell_mean(factors, parts.variances[0], parts.variances[1])


def _standardised(forms: Forms) -> Forms:
    """The forms that are far from standard written as mean plus scale times another: windows are sought around 0."""
    scales = [scale_of(forms.law(i)) for i in range(len(forms.names))]
    far = [is_far(forms.law(i), k) for i, k in enumerate(scales)]
    functions = tuple(
        substitute(f, {n: add(m, mul(k, name(n)))}) if moved else f
        for f, n, m, k, moved in zip(forms.functions, forms.names, forms.means, scales, far, strict=True)
    )
    means = tuple(ZERO if moved else m for m, moved in zip(forms.means, far, strict=True))
    rows = tuple(
        tuple(tidy(c / (k * other)) for c, other in zip(row, scales, strict=True))
        for row, k in zip(forms.covariance, scales, strict=True)
    )
    return Forms(functions, forms.names, means, rows)


def scale_of(law: Law) -> Expr:
    """A power of two near a deviation, 1 unless the law is far from standard."""
    if sign_of(law.variance) == 0:
        return ONE
    with precision(64):
        deviation = ball_of(law.variance).sqrt()
        if abs(ball_of(law.mean)) <= 4 * deviation and abs(deviation.log()) <= 2:
            return ONE
        exponent = ceiling((deviation.log() / arb.const_log2()).mid())
    return num(Fraction(2) ** exponent)


def is_far(law: Law, scale: Expr) -> bool:
    """Whether a form has another scale than 1, or a mean of many deviations."""
    if scale != ONE:
        return True
    with precision(64):
        return bool(sign_of(law.variance) and not abs(ball_of(law.mean)) <= 4 * ball_of(law.variance).sqrt())
