"""A saboteur in one witness is noticed by the other: nothing is concluded, and the run fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

import checks.empirical
import checks.integrands
import checks.neurons
import checks.spectra
import numeric
from analytic.closed_forms import ClosedForms
from analytic.dense import _compiled
from analytic.expectation import derive, derive_in_ring
from analytic.neurons import loss_derivative
from analytic.rules.moment import Equation, Moment
from analytic.rules.orthant import Orthant
from checks.catalogue import all_claims
from checks.cli.main import run
from checks.judge import verify
from checks.verdict import Kind, Verdict
from numeric import Estimate


def forget() -> None:
    """Forgets what was derived before."""
    for kept in (derive, derive_in_ring, loss_derivative, _compiled):
        kept.cache_clear()


@pytest.fixture
def wrong_orthant(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The exact witness believes that P(u > 0, v > 0) = theta/(2 pi)."""
    right = Orthant.apply

    def wrong(self: Orthant, moment: Moment, field: ClosedForms) -> Equation | None:
        equation = right(self, moment, field)
        return None if equation is None else replace(equation, constant=field.theta() / (2 * field.pi()))

    forget()
    with monkeypatch.context() as patch:
        patch.setattr(Orthant, "apply", wrong)
        yield
    forget()


def assert_nothing_concluded(verdict: Verdict) -> None:
    """The witnesses disagree, which is never a pass."""
    assert verdict.kind is Kind.INCONCLUSIVE, str(verdict)
    assert verdict.witnesses_disagree
    assert "witnesses disagree" in verdict.reason
    assert not verdict.as_expected()
    assert not verdict.as_expected(strict=True)
    assert not replace(verdict, expected=("INCONCLUSIVE",)).as_expected()
    assert verdict.power is None
    assert verdict.repair is None


@pytest.mark.usefixtures("wrong_orthant")
@pytest.mark.parametrize("right", ["theta/(2*pi)", "(pi - theta)/(2*pi)", "1/4"])
def test_a_wrong_orthant_rule(right: str) -> None:
    assert_nothing_concluded(verify("E[step(u)*step(v)]", right))


@pytest.mark.usefixtures("wrong_orthant")
@pytest.mark.parametrize(
    "name",
    [
        "kernels/relu",
        "kernels/relu-unnormalised",
        "kernels/abs",
        pytest.param("loss/kernel-gradient", marks=pytest.mark.slow),
    ],
)
def test_a_wrong_orthant_rule_spoils_what_is_derived_from_it(name: str) -> None:
    assert_nothing_concluded(verify(all_claims()[name]))


@pytest.mark.usefixtures("wrong_orthant")
def test_the_run_fails_even_where_the_exact_witness_says_equal(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(["verify", "E[step(u)*step(v)] = theta/(2*pi)", "--jobs", "1", "--seconds", "inf", "--memory", "inf"]) == 1
    )  # in this process
    out = capsys.readouterr().out
    assert "INCONCLUSIVE" in out
    assert "witnesses disagree" in out
    assert "PROVED" not in out


SABOTAGED: list[tuple[str, Callable[[Any], Any], str]] = [
    ("relu", lambda z: 1.01 * numeric.relu(z), "kernels/relu-mean"),
    ("relu", lambda z: np.maximum(z, 0.05 * z), "kernels/relu"),
    ("step", lambda z: numeric.step(z - 0.0) * 0.98, "kernels/step"),
    ("sign", lambda z: -(numeric.sign(z) ** 2), "kernels/sign"),
    ("abs", lambda z: z, "kernels/abs"),
]


@pytest.mark.parametrize(("activation", "wrong", "name"), SABOTAGED)
def test_a_wrong_activation_of_the_empirical_witness(
    monkeypatch: pytest.MonkeyPatch, activation: str, wrong: Callable[[Any], Any], name: str
) -> None:
    right = checks.integrands.DEFINITIONS[activation]
    monkeypatch.setitem(checks.integrands.DEFINITIONS, activation, replace(right, function=wrong))
    assert_nothing_concluded(verify(all_claims()[name]))


def without_dirac_part(W: ArrayLike, V: ArrayLike, n: int, seed: int, level: float) -> Estimate:
    """What forgetting the kink gives."""
    return numeric.gauss_newton(W, V, n, seed, level)


def doubled(W: ArrayLike, V: ArrayLike, n: int, seed: int, level: float) -> Estimate:
    """The Hessian of the loss without its factor 1/2."""
    right = numeric.population_hessian(W, V, n, seed, level)
    return replace(right, value=2 * np.asarray(right.value), error=2 * np.asarray(right.error))


@pytest.mark.parametrize("wrong", [without_dirac_part, doubled])
def test_a_wrong_sampled_hessian(monkeypatch: pytest.MonkeyPatch, wrong: Callable[..., Estimate]) -> None:
    monkeypatch.setattr(checks.neurons, "population_hessian", wrong)
    assert_nothing_concluded(verify(all_claims()["loss/hessian-diagonal"]))


def test_a_wrong_sampled_spectrum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.spectra, "population_hessian", doubled)
    monkeypatch.setattr("checks.judge.SPECTRUM_SAMPLES", 40_000)
    assert_nothing_concluded(verify(all_claims()["spectra/global-minimum"]))


def test_a_wrong_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_half(W: ArrayLike, V: ArrayLike) -> Estimate:
        right = numeric.population_loss(W, V)
        return replace(right, value=2 * np.asarray(right.value))

    monkeypatch.setattr(checks.neurons, "population_loss", without_half)
    assert_nothing_concluded(verify(all_claims()["loss/gradient"]))


def test_a_wrong_quadrature(monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(*arguments: Any) -> Estimate:
        right = numeric.polar_quadrature(*arguments)
        return replace(right, value=np.asarray(right.value) + 1e-6)

    monkeypatch.setattr(checks.empirical, "polar_quadrature", shifted)
    assert_nothing_concluded(verify(all_claims()["kernels/relu"]))
