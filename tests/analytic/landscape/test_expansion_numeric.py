"""Expansions whose coefficients are enclosures, against certified critical points at huge k."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest
from flint import arb

from analytic.balls import precision
from analytic.errors import DomainError
from analytic.landscape.expansion import Expansion, NumericBranch, expansion
from analytic.landscape.families import critical_point
from analytic.landscape.hybrid_field import Enclosure, HybridField
from analytic.landscape.laurent import EXACT, PrecisionLostError, SeriesRing
from analytic.landscape.limits import limit
from analytic.landscape.newton import krawczyk, newton
from analytic.landscape.pi_field import PiField
from analytic.landscape.programs import programs
from analytic.landscape.series_newton import NoExpansionError
from analytic.landscape.series_scaled import SHARE, TIED, Scaling
from analytic.landscape.tape import BALL

BITS = 500
#: Numbers of neurons at which expansions are compared; shares of halves and fifths are integers there.
SIZES = (10**6, 10**9, 10**12)
FAMILIES = ("I:3", "I:4", "I:k/2", "II:2k/5")
#: Others of both kinds, of which the equations of half of the neurons are the longest to solve.
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("I:9", "II:k/2")]


@lru_cache
def exact_at(name: str, k: int) -> tuple[dict[str, arb], arb]:
    """The proved weights at k near the beginning of the series, and the loss there."""
    found = limit(name)
    compiled = programs(found.layout, tuple(found.small.items()), found.weights, extra_columns=False)
    p = found.ratio * k + found.flipped
    sizes = {"k_1": arb(int(k - p)), "k_2": arb(int(p))}
    with precision(BITS + 64):
        near = newton(compiled, sizes, {n: e.at(k).arb for n, e in expansion(name, 4).items()}, BITS)
        assert near is not None
        proved = krawczyk(compiled, sizes, near)
        assert proved is not None
        return proved, compiled.loss.run(BALL, {**sizes, **proved})[0]


@pytest.mark.parametrize("name", ["I:3", "II:2k/5", "I:k/2", *SLOW])
def test_it_is_the_family_of_that_name(name: str) -> None:
    found, k = limit(name), 10**7
    named = critical_point(f"{found.kind}:{found.ratio * k + found.flipped}", k).weights(60)
    assert all(named[n].overlaps(x) for n, x in exact_at(name, k)[0].items())


def assert_order(terms: Expansion, exact: Any) -> None:
    """The scaled residual r(k) = (exact - truncated) k^((n+1)/2) = c + c' k^(-1/2) + ... settles.

    From one size to the next k^(-1/2) falls to a thirtieth, so r moves a thirtieth as much (a fifth is asked for),
    where a wrong coefficient moves it at least thirty times more.
    """
    with precision(BITS):
        r = [(exact(k) - terms.at(k, 140).arb) * arb(k).sqrt() ** (terms.order + 1) for k in SIZES]
        before, after = abs(r[1] - r[0]), abs(r[2] - r[1])
    assert after < before / 5, (repr(terms), r)


@pytest.mark.parametrize("name", [*FAMILIES, *SLOW])
def test_weights_have_the_residual_order(name: str) -> None:
    found = expansion(name, 6)
    for orbit, terms in found.items():
        assert_order(terms, lambda k, orbit=orbit: exact_at(name, k)[0][orbit])
        assert "certified numbers" in terms.text


@pytest.mark.parametrize("name", [*FAMILIES, *SLOW])
def test_losses_have_the_residual_order(name: str) -> None:
    for order in (3, 6):  # odd and even orders need different numbers of terms of the weights
        assert_order(expansion(name, order, "loss"), lambda k: exact_at(name, k)[1])


@pytest.mark.parametrize(
    "name", ["I:3", "I:k/2", *(pytest.param(n, marks=pytest.mark.slow) for n in ("I:5", "II:k/2"))]
)
def test_higher_orders_agree(name: str) -> None:
    """Other truncations, other precisions of the coefficients."""
    long, short = expansion(name, 8, "loss"), expansion(name, 2, "loss")
    for i in range(3):
        assert long.coefficient(i).ball().overlaps(short.coefficient(i).ball())
        assert long.coefficient(i).ball().rad() < arb(10) ** -80


@pytest.mark.parametrize(("name", "scaling"), [("I:4", TIED), ("I:15", TIED), ("II:k/2", SHARE), ("I:k/5", SHARE)])
def test_equations_begin_where_they_are_said_to(name: str, scaling: Scaling) -> None:
    """At exact weights of the right orders, critical or not, earlier coefficients are exactly 0."""
    found = limit(name)
    field = PiField() if scaling is SHARE else HybridField()
    ring = SeriesRing(field, 8)
    compiled = programs(found.layout, tuple(found.small.items()), found.weights, extra_columns=False)
    for seed in range(3):
        weights = {}
        for j, n in enumerate(scaling.base):
            tail = [field.number(Fraction((7 * j + 3 * i + 5 * seed) % 11 - 4, 5 + j)) for i in (1, 2)]
            weights[n] = ring.series(scaling.exponents[n], tail, EXACT) + ring.number(Fraction(scaling.base[n]))
        gradient = dict(zip(weights, compiled.gradient.run(ring, {**found.sizes(ring), **weights}), strict=True))
        for combination, valuation in scaling.equations:
            terms = [gradient[n] * factor for n, factor in combination.items()]
            total = sum(terms[1:], terms[0])
            for i in range(-4, valuation):
                c = total.coefficient(i)
                assert field.vanishes(c) or (isinstance(c, Enclosure) and c.ball().contains(0)), (combination, i, c)


def test_exact_coefficients_stay_exact() -> None:
    found = expansion("I:4", 3)
    assert not isinstance(found["d_1"].coefficient(0), Enclosure)
    assert not found["d_2"].coefficient(1)
    assert expansion("II", 4, "loss").exact
    assert not expansion("I:4", 3, "loss").exact


@pytest.mark.slow
def test_branches_that_end_have_no_expansion() -> None:
    with pytest.raises(NoExpansionError, match=r"I:16.*ends near k = 411"):
        expansion("I:16", 2)
    with pytest.raises(DomainError, match="order 13"):
        expansion("I:4", 13)
    with pytest.raises(DomainError, match="order 13"):
        expansion("I:4", 13, "eigenvalues")
    with pytest.raises(NoExpansionError, match=r"I:2k/5.*ends near k = 3\.50"):
        expansion("I:2k/5", 2, "eigenvalues")


def test_hybrid_constants() -> None:
    K = HybridField()
    with precision(128):
        x = K.atan2(K.number(2), K.one)
        assert not K.vanishes(x - x)
        assert K.vanishes(x * K.zero)
        assert not isinstance(K.sqrt(K.number(8)) * K.sqrt(K.number(2)), Enclosure)
        nested = K.sqrt(K.one + K.sqrt(K.number(2)))
        assert isinstance(nested, Enclosure)
        assert (nested * nested - K.one - K.sqrt(K.number(2))).ball().contains(0)
        assert (K.one / x * x).ball().contains(1)
        for refused in (K.inverse, K.sqrt, K.sign):
            with pytest.raises(PrecisionLostError):
                refused(x - x)
        assert str(x - x).startswith("(0 ±")
        assert Enclosure(K, arb("1.5e-30")).latex == r"1.50000000000000\cdot 10^{-30}"


def test_numeric_branches_are_those_without_exact_coefficients() -> None:
    from analytic.landscape.expansion import _branch

    assert {n for n in ("A", "I", "II", "II:3", "I:3", "II:k/3") if isinstance(_branch(n), NumericBranch)} == {
        "I:3",
        "II:k/3",
    }
