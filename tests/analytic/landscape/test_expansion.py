"""Expansions in powers of k^(-1/2) against certified critical points at huge k, and against facts known otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from analytic.balls import precision
from analytic.errors import DomainError, FormulaError
from analytic.landscape.expansion import Branch, Expansion, expansion
from analytic.landscape.families import critical_point
from analytic.landscape.laurent import SeriesRing
from analytic.landscape.limits import limit
from analytic.landscape.pi_field import OutsideFieldError, PiField
from analytic.landscape.pi_roots import roots_in
from analytic.landscape.point import SpectrumRow
from analytic.landscape.series_eigenvalues import characteristic_polynomial, eigenvalues
from analytic.landscape.tape import BALL

BITS = 500
#: Numbers of neurons at which expansions are compared.
SIZES = (10**4, 10**8, 10**12)
FAMILIES = ("A", "I", "II", "II:2", "diagonal")


def assert_order(terms: Expansion, exact: Any) -> None:
    """The scaled residual r(k) = (exact - truncated) k^((n+1)/2) = c + c' k^(-1/2) + ... settles.

    From k = 10^4 to 10^8 and from there to 10^12 it moves by c' (10^-2 - 10^-4) and c' (10^-4 - 10^-6) up to factors
    1 + O(10^-2): a hundred times less (a tenth is asked for), where a wrong coefficient moves it a hundred times more.
    """
    with precision(BITS):
        r = [(exact(k) - terms.at(k, 140).arb) * arb(k).sqrt() ** (terms.order + 1) for k in SIZES]
        before, after = abs(r[1] - r[0]), abs(r[2] - r[1])
    ends = before.contains(0) and after.contains(0) and before + after < arb(10) ** -20  # a finite sum, known as such
    assert after < before / 10 or ends, (repr(terms), r)


@pytest.mark.parametrize(
    "name",
    [pytest.param(f, marks=pytest.mark.slow if f == "II:2" else ()) for f in FAMILIES],  # twelve seconds
)
def test_weights_have_the_residual_order(name: str) -> None:
    for orbit, terms in expansion(name, 4).items():
        assert_order(terms, lambda k, orbit=orbit: critical_point(name, k).weights(BITS)[orbit])


@pytest.mark.parametrize("name", FAMILIES)
def test_losses_have_the_residual_order(name: str) -> None:
    def exact(k: int) -> arb:
        point = critical_point(name, k)
        values = {**{f"k_{a}": arb(n) for a, n in point.sizes.items()}, **point.weights(BITS)}
        value: arb = point.programs.loss.run(BALL, values)[0]
        return value

    assert_order(expansion(name, 4, "loss"), exact)


SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("II:2", "II:3")]


@pytest.mark.parametrize("name", ["A", "global", "diagonal", "I", "II", *SLOW])
def test_eigenvalues_have_the_residual_order(name: str) -> None:
    found = expansion(name, 3, "eigenvalues", extra_columns=True)
    spectra = {k: critical_point(name, k, k + 5).spectrum(60).rows for k in SIZES}
    for component in {e.component for e in found}:
        ours = [e for e in found if e.component == component]
        theirs = {k: _descending(r for r in rows if r.component == component) for k, rows in spectra.items()}
        assert all(len(rows) == len(ours) for rows in theirs.values())
        for i, e in enumerate(ours):
            assert_order(e, lambda k, i=i, theirs=theirs: theirs[k][i].value.arb)
            for k in SIZES:
                assert e.multiplicity_at(k, k + 5).arb.contains(theirs[k][i].multiplicity)


def _descending(rows: Iterable[SpectrumRow]) -> list[SpectrumRow]:
    return sorted(rows, key=lambda r: float(r.value.arb), reverse=True)


def test_multiplicities_add_up_to_the_number_of_weights() -> None:
    for name, k, d in (("A", 9, 9), ("II", 9, 12), ("II:2", 10, 11)):
        found = expansion(name, 1, "eigenvalues", extra_columns=True)
        with precision(128):
            total = sum((e.multiplicity_at(k, d).arb for e in found), arb(0))
        assert total.contains(k * d)
        assert total.rad() < arb(10) ** -20


def test_eigenvalues_on_extra_columns() -> None:
    found = expansion("A", 1, "eigenvalues", extra_columns=True)
    extra = [e for e in found if e.on_extra_columns]
    assert {e.component for e in extra} == {"extra-columns:trivial", "extra-columns:standard:1"}
    assert all("(d - k)" in e.text or "d - k times" in e.text for e in extra)
    assert [e.text for e in found if not e.on_extra_columns] == [e.text for e in expansion("A", 1, "eigenvalues")]
    with pytest.raises(DomainError, match="d >= k"):
        extra[0].multiplicity_at(9, 8)


def test_trace_and_determinant_of_a_split_matrix() -> None:
    """Sum and product of the eigenvalues are the trace and the determinant, to every order."""
    ring = SeriesRing(PiField(), 12)
    one, s, pi = ring.one, ring.variable, ring.pi()
    A = [[one, s, s * pi], [s, one + s * s, pi * s * s], [s * pi, pi * s * s, one - s * s * s]]
    found = eigenvalues(A, [one] * 3, 6, lambda p: roots_in(ring.field, p))
    assert [str((sum(found[1:], found[0]) - A[0][0] - A[1][1] - A[2][2]).coefficient(i)) for i in range(7)] == ["0"] * 7
    determinant = -characteristic_polynomial(A)[0]
    assert not any((found[0] * found[1] * found[2] - determinant).coefficient(i) for i in range(7))


def test_known_expansions() -> None:
    assert repr(expansion("II", 2, "loss")) == "loss(II) = (1/2 - 2/pi^2)/k + O(k^(-3/2))"
    assert repr(expansion("diagonal", 2)["a_11"]) == "a_11(diagonal) = 1/(pi*k^(1/2)) + 1/(2*k) + O(k^(-3/2))"
    assert repr(expansion("global", 3, "loss")) == "loss(global) = O(k^(-2))"
    for name in ("A", "I"):  # the losses tend to a positive constant
        assert str(expansion(name, 1, "loss").coefficient(0)) == "1/2 - 1/pi"


def test_flipped_neurons_bring_the_square_root_of_their_number() -> None:
    assert "sqrt(2)" in repr(expansion("II:2", 4)["a_22"]) + repr(expansion("II:2", 6)["a_22"])


def test_latex() -> None:
    latex = expansion("II", 2, "loss")._repr_latex_()
    assert latex.startswith("$\\displaystyle")
    assert r"\left(\frac{1}{2} - \frac{2}{\pi^{2}}\right)k^{-1}" in latex


@pytest.mark.parametrize(
    ("name", "specht", "first", "second"),
    [
        ("II:2", "1/2*k^2 - 7/2*k + 5", "k - 3", ", d - k"),
        pytest.param("II:3", "1/2*k^2 - 9/2*k + 9", "k - 4", ", 2*(d - k)", marks=pytest.mark.slow),
    ],
)
def test_multiplicities_in_text_and_latex(name: str, specht: str, first: str, second: str) -> None:
    found = {e.component: e for e in expansion(name, 0, "eigenvalues", extra_columns=True)}
    assert found["specht:1"].text.endswith(f"[specht:1, {specht} times]")
    assert found["extra-columns:standard:1"].text.endswith(f"({first})*(d - k) times]")
    assert found["extra-columns:standard:2"].text.endswith(f"{second} times]")
    assert found["extra-columns:standard:1"].latex.endswith(
        rf"\quad[\text{{extra-columns:standard:1}},\ \left({first}\right)\,(d - k)\ \text{{times}}]"
    )
    assert found["extra-columns:trivial"].latex.endswith(r"\ d - k\ \text{times}]")
    assert "times" not in expansion("II", 2, "loss").latex


def test_refusals() -> None:
    with pytest.raises(FormulaError, match="III"):
        expansion("III", 2)
    with pytest.raises(DomainError, match="order"):
        expansion("II", -1)
    with pytest.raises(DomainError, match="weights, loss"):
        expansion("II", 2, "trace")
    with pytest.raises(OutsideFieldError, match="I:3"):
        Branch(limit("I:3"))
    with pytest.raises(DomainError, match="ask for a higher order"):
        expansion("A", 2, "loss").coefficient(3)
    with pytest.raises(DomainError, match="positive"):
        expansion("A", 2, "loss").at(Fraction(-1))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["A", "I", "II", "II:2", "II:3"])
def test_order_12(name: str) -> None:
    for orbit, terms in expansion(name, 12).items():
        assert_order(terms, lambda k, orbit=orbit: critical_point(name, k).weights(BITS)[orbit])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["A", "I", "II", "II:2", "II:3"])
def test_loss_and_eigenvalues_of_order_12_begin_with_those_of_order_4(name: str) -> None:
    """Other truncations, other cancellations, the same coefficients."""
    long, short = expansion(name, 12, "loss"), expansion(name, 4, "loss")
    assert all(long.coefficient(i) == short.coefficient(i) for i in range(5))
    pairs = zip(expansion(name, 12, "eigenvalues"), expansion(name, 4, "eigenvalues"), strict=True)
    for e, f in pairs:
        assert e.component == f.component
        assert all(e.coefficient(i) == f.coefficient(i) for i in range(-2, 5))
