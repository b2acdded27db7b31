"""Wrong verdicts that were once found, each pinned down: what must never be said again."""

from __future__ import annotations

import pytest

import checks.judge
from analytic import GaussianLaw, expect
from checks import Claim, ClaimError, Kind, SpectrumTable, verify
from checks.catalogue import topic_claims
from checks.cli.main import run

RELU = "|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)"
PAIR = "E[relu(u)*relu(v)]"
ROWS = {c.name: c.statement.rows for c in topic_claims().values() if isinstance(c.statement, SpectrumTable)}[
    "spectra/global-minimum"
]


def kind(left: str, right: str, **variables: str) -> Kind:
    return verify(left, right, variables={k.replace("_", "|"): v for k, v in variables.items()}, power=False).kind


#: More of these are judged in test_consistent_and_statistics.py.
@pytest.mark.parametrize(
    "right",
    [
        *(pytest.param(r, marks=pytest.mark.slow) for r in ("sqrt(-1 - rho^2)", "log(-1 - theta)", "acos(2 + rho^2)")),
        "sqrt(-|u|)*|v|",
    ],
)
def test_what_is_no_number_is_never_consistent(right: str) -> None:
    assert kind(PAIR, right) is Kind.INCONCLUSIVE


@pytest.mark.parametrize("right", ["1/(2 - 2)", "1/(sin(theta)^2 + rho^2 - 1)"])
def test_a_division_by_zero_is_never_consistent(right: str) -> None:
    assert kind(PAIR, right) is Kind.INCONCLUSIVE


@pytest.mark.parametrize("exponent", [30, 200, 1200])
def test_a_tiny_difference_is_refuted_and_shown(exponent: int) -> None:
    tiny = "*".join(["1/10^60"] * (exponent // 60)) if exponent >= 60 else f"1/10^{exponent}"
    verdict = verify("E[relu(u)]", f"|u|/sqrt(2*pi)*(1 + {tiny})", power=False)
    assert verdict.kind is Kind.REFUTED
    assert verdict.exact is not None
    found = verdict.exact.counterexample
    assert found is not None
    assert found.left != found.right


def test_two_inputs_are_not_one() -> None:
    with pytest.raises(ClaimError, match="one x"):
        verify("E[relu(w.x)*relu(v.y)]", RELU.replace("u", "w"))


def test_a_vector_is_no_gaussian_variable() -> None:
    with pytest.raises(ClaimError, match=r"both w and w\.x"):
        verify("E[relu(w.x)*relu(w)]", "|w|^2/2")


@pytest.mark.parametrize("domain", ["(1, 1)", "[2, 1]", "[1, 1)"])
def test_an_empty_domain_is_refused(domain: str) -> None:
    with pytest.raises(ClaimError, match="empty"):
        verify("E[relu(u)]", "1/sqrt(2*pi)", variables={"|u|": domain})


def test_a_denominator_that_may_vanish_is_a_side_condition() -> None:
    verdict = verify("E[relu(u)]/(1 - t)", "|u|/sqrt(2*pi)/(1 - t)", variables={"t": "[0, 2]"}, power=False)
    assert verdict.kind is Kind.PROVED
    assert verdict.exact is not None
    assert "every denominator is non-zero" in verdict.exact.conditions


def test_theta_below_the_line() -> None:
    """(pi - theta)/theta was once read back as 1."""
    assert kind("E[step(u)*step(v)]/theta", "(pi - theta)/(2*pi*theta)") is Kind.PROVED
    assert kind("E[step(u)*step(v)]/theta", "1/(2*pi)") is Kind.REFUTED


def table(index: int, eigenvalue: str | None = None, multiplicity: str | None = None) -> Kind:
    """The verdict on the true table with one row changed."""
    value, times = ROWS[index]
    row = (value if eigenvalue is None else eigenvalue, times if multiplicity is None else multiplicity)
    rows = (*ROWS[:index], row, *ROWS[index + 1 :])
    return verify(Claim("changed/table", SpectrumTable("global", rows)), power=False).kind


@pytest.fixture(params=[20_000, pytest.param(checks.judge.SPECTRUM_SAMPLES, marks=pytest.mark.slow)])
def _samples(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exact witness decides: in the default tier the other one is heard with fewer samples."""
    monkeypatch.setattr(checks.judge, "SPECTRUM_SAMPLES", request.param)


@pytest.mark.parametrize(
    "eigenvalue",
    [
        "sqrt(-1)",
        pytest.param("sqrt(4 - k)*0 + 1/4 + sqrt(4 - k) - sqrt(4 - k)", marks=pytest.mark.slow),
        pytest.param("log(-1)", marks=pytest.mark.slow),
    ],
)
@pytest.mark.usefixtures("_samples")
def test_a_row_without_a_value_is_inconclusive(eigenvalue: str) -> None:
    assert table(6, eigenvalue) is Kind.INCONCLUSIVE


@pytest.mark.slow
def test_a_spectrum_that_is_off_by_a_trifle_is_refuted() -> None:
    assert table(6, "1/4 + 1/10^60*1/10^60") is Kind.REFUTED


@pytest.mark.usefixtures("_samples")
def test_a_multiplicity_that_is_right_at_small_sizes_only_is_refuted() -> None:
    extra = "*".join(f"(k - {i})" for i in (1, 2, 3, 4, 5, 6, 7, 10, 20))
    assert table(6, multiplicity=f"(k - 1)*(d - k) + {extra}") is Kind.REFUTED


@pytest.mark.parametrize(
    "statement",
    [
        "limit(cos(theta(u, v)), theta(u, v), 0) = 1",
        "hess(L, w_i, w_i) = hess(L, w_i, w_j)",
        "hess(L, w_i, w_j) = grad(L, w_i)",
        "2*grad(L, w_i) = w_i",
        "E[relu(u)] = sqrt(t)",
        "grad(E[step(w.x)*step(v.x)], w) = -v",
    ],
)
def test_odd_statements_end_without_an_internal_error(statement: str) -> None:
    alone = ["--jobs", "1", "--seconds", "inf", "--memory", "inf"]  # no second process
    assert run(["verify", statement, *alone, "--no-slips", "--format", "json"]) in (0, 1, 2)


@pytest.mark.parametrize("name", ["digits", "self", "point", "values", "value"])
def test_any_name_may_be_a_variable(name: str) -> None:
    assert run(["expect", f"relu({name})", "--norm", f"{name}=2"]) == 0


STEP_GRADIENT = "grad(E[step(w.x)*step(v.x)], w)"


def test_a_gradient_that_does_not_exist_at_parallel_vectors_has_no_value_there() -> None:
    assert kind(STEP_GRADIENT, "perp(v, w)/(2*pi*|w|)") is Kind.PROVED
    for right in ("perp(v, w)/(2*pi*|w|)", "0"):
        with pytest.raises(ClaimError, match="does not exist"):
            verify(STEP_GRADIENT, right, variables={"theta": "{0}"})


def test_a_hessian_that_exists_at_parallel_vectors_has_its_value_there() -> None:
    left = "hess(E[relu(w.x)*relu(v.x)], w, v)"
    block = "((pi - theta)*I + outer(perp(w, v), bar(v)) + outer(perp(v, w), bar(w)))/(2*pi)"
    assert kind(left, "I/2", theta="{0}") is Kind.PROVED
    assert kind(left, block, theta="{0}") is Kind.PROVED
    assert kind(left, "I/4", theta="{0}") is Kind.REFUTED


def test_a_scalar_outside_the_ring_is_no_vector() -> None:
    with pytest.raises(ClaimError, match="same kind"):
        verify("grad(E[relu(w.x)*relu(v.x)], w)", "sqrt(1 + rho)")


SIGNS, LAW = "E[sign(u)*sign(v)]", "1 - 2*theta/pi"


@pytest.mark.parametrize(
    ("extra", "theta"),
    [
        ("1/rho", "{pi/2}"),
        ("tan(theta)", "{pi/2}"),
        ("1/sin(theta)", "{0}"),
        ("1/theta", "{0}"),
        ("1/(pi - theta)", "{pi}"),
    ],
)
def test_a_common_pole_at_the_only_point_is_no_proof(extra: str, theta: str) -> None:
    assert kind(f"{SIGNS} + {extra}", f"{LAW} + {extra}", theta=theta) is Kind.INCONCLUSIVE


#: Of the functions outside of their domains one by default.
@pytest.mark.parametrize(
    "nothing",
    [
        "0/(rho - rho)",
        "0*sqrt(-1)",
        "(rho - rho)^0 - 1",
        *(pytest.param(x, marks=pytest.mark.slow) for x in ("0*log(rho - 2)", "0*acos(2)")),
    ],
)
def test_zero_times_what_has_no_value_is_no_zero(nothing: str) -> None:
    assert kind(f"{SIGNS} + {nothing}", LAW) is Kind.INCONCLUSIVE
    assert kind(SIGNS, f"{LAW} + {nothing}") is Kind.INCONCLUSIVE


@pytest.mark.parametrize("seed", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in (1, 2))])
def test_an_expectation_beside_a_root_is_still_derived(seed: int) -> None:
    false = ("sqrt((1 - 2*rho)^2)*E[abs(u)]*E[abs(v)]", "(1 - 2*rho)*E[abs(u)]*E[abs(v)]")
    assert verify(*false, seed=seed, power=False).kind is Kind.REFUTED
    true = verify(*false, seed=seed, power=False, assumptions=("theta > pi/3",))
    assert true.kind is Kind.CONSISTENT


@pytest.mark.parametrize(
    "theta",
    [
        *(pytest.param(t, marks=pytest.mark.slow) for t in ("[0, 1/10^3]", "[0, pi/10^6]")),
        "[0, pi/10^9]",
        "[pi - 1/10^9, pi]",
    ],
)
def test_true_claims_on_narrow_domains_are_proved(theta: str) -> None:
    assert kind(PAIR, RELU, theta=theta) is Kind.PROVED
    assert kind(STEP_GRADIENT, "perp(v, w)/(2*pi*|w|)", theta=theta) is Kind.PROVED


@pytest.mark.parametrize("norm", ["{1/10^200}", "(10^20, oo)"])
def test_true_claims_beyond_the_range_of_floats_are_proved(norm: str) -> None:
    verdict = verify("E[relu(u)^2]", "|u|^2/2", variables={"|u|": norm}, power=False)
    assert verdict.kind is Kind.PROVED
    assert "leave the range of float64" in verdict.reason


def test_a_vector_without_direction_is_not_refuted() -> None:
    assert kind("perp(w, v)", "0*w", theta="{0}") is Kind.INCONCLUSIVE


def test_conditions_name_every_class() -> None:
    verdict = verify(topic_claims()["loss/gradient"], power=False)
    assert verdict.exact is not None
    assert {"|w_i| > 0", "|w_j| > 0", "|v_j| > 0"} <= set(verdict.exact.conditions)


def test_claims_about_the_loss_take_no_domains() -> None:
    with pytest.raises(ClaimError, match="expected none"):
        verify("hess(L, w_i, w_j)", "(pi - theta)*I/(2*pi)", variables={"theta": "{0}"})


@pytest.mark.parametrize(("theta", "digits"), [("pi - 1/10^10", "5.3051647697"), ("pi - 1/10^31", "5.3051647697")])
def test_digits_are_relative_near_pi(theta: str, digits: str) -> None:
    from analytic import expect

    assert expect("relu(u)*relu(v)").at(theta=theta, digits=20).rounded(20).startswith(digits)


def test_a_parameter_called_i_is_not_the_imaginary_unit() -> None:
    """It was, once a sine or cosine had brought the imaginary unit: E[cos(u)*i] was 0."""
    assert str(expect("cos(u)*i", ("i",))) == "i*exp(-|u|^2/2)"


def test_written_coefficients_are_exact() -> None:
    """A power of -1 with a negative exponent was a float, and 1/72 became 2001599834386887/144115188075855872."""
    law = GaussianLaw.correlations("u v", unit=True)
    slope = str(expect("step(u + 1/3)*step(v - 1/2)", law=law).derivative("rho"))
    assert slope == "exp(-(13 + 12*rho)/(72*(1 - rho^2)))/(2*pi*sqrt(1 - rho^2))"


EXPONENTIAL = ("E[exp(u^2)]", "1/sqrt(1 - 2*|u|^2)")


@pytest.mark.parametrize(
    ("left", "right", "domains"),
    [
        (*EXPONENTIAL, {}),
        (*EXPONENTIAL, {"|u|": "(0, 1)"}),
        ("E[exp(u^2)]", "E[exp(u^2)]", {}),
        ("0*E[exp(u^2)]", "0", {}),
        ("E[exp(t*u^2)]", "1/sqrt(1 - 2*t*|u|^2)", {"t": "(-1, 1)"}),
    ],
)
def test_nothing_is_proved_where_an_expectation_does_not_exist(left: str, right: str, domains: dict[str, str]) -> None:
    """Some were PROVED, with the existence among the conditions only."""
    verdict = verify(left, right, variables=domains, power=False)
    assert verdict.kind is Kind.INCONCLUSIVE
    assert "exists only where" in verdict.reason


@pytest.mark.parametrize(
    ("left", "right", "domains"),
    [
        (*EXPONENTIAL, {"|u|": "(0, 1/2)"}),
        (*EXPONENTIAL, {"|u|": "(0, 1/sqrt(2))"}),
        (*EXPONENTIAL, {"|u|": "[1/4, 1/3]"}),
        ("E[exp(t*u^2)]", "1/sqrt(1 - 2*t*|u|^2)", {"t": "(-1, 0)"}),
        ("E[exp(-u^2)]", "1/sqrt(1 + 2*|u|^2)", {}),
    ],
)
def test_existence_on_the_whole_domain_is_proved(left: str, right: str, domains: dict[str, str]) -> None:
    assert verify(left, right, variables=domains, power=False).kind is Kind.PROVED


@pytest.mark.parametrize(
    ("left", "right", "domains"),
    [
        ("E[u*exp(u^2)]", "0", {"|u|": "{1}"}),
        ("E[sign(u)*exp(u^2)]", "0", {}),
        ("E[u^2]*sqrt(t)^2", "t*|u|^2", {"t": "(-2, 2)"}),
        ("E[step(u)]*(asin(t) + acos(t))", "pi/4", {"t": "(-2, 2)"}),
        ("E[step(u)]*(log(2*t) - log(t))", "log(2)/2", {"t": "(-2, 2)"}),
        ("E[step(u)]*t/t", "1/2", {"t": "{0}"}),
        ("E[u^2] + (1/t - 1/t)", "|u|^2", {"t": "{0}"}),
        ("E[u*v]*sin(theta)/sin(theta)", "|u|*|v|*rho", {"theta": "{0}"}),
    ],
)
def test_nothing_is_proved_where_a_side_has_no_value(left: str, right: str, domains: dict[str, str]) -> None:
    """What cancels in the normal form still has no value as it was stated."""
    assert verify(left, right, variables=domains, power=False).kind is Kind.INCONCLUSIVE


@pytest.mark.parametrize(
    ("left", "right", "domains"),
    [
        ("E[u^2]*sqrt(t)^2", "t*|u|^2", {"t": "(0, 2)"}),
        ("E[bump(u)*bump(v)]", "1/sqrt((1 + |u|^2)*(1 + |v|^2) - |u|^2*|v|^2*rho^2)", {}),
        ("E[exp(-t*u^2)]", "1/sqrt(1 + 2*t*|u|^2)", {"t": "(0, oo)"}),
        ("E[sign(t*u)*sign(u)]", "1", {"t": "(0, oo)"}),
    ],
)
def test_what_has_values_everywhere_is_still_proved(left: str, right: str, domains: dict[str, str]) -> None:
    assert verify(left, right, variables=domains, power=False).kind is Kind.PROVED


def test_parallel_steps_with_a_coefficient_of_unknown_sign() -> None:
    """1 - rho^2 was divided by, which is 0 there."""
    result = expect("relu(t*u + 1)*relu(u)", ("t",))
    for t, factor in ((2, "relu(2*u + 1)"), (-2, "relu(1 - 2*u)")):
        assert result.at(t=t, u=1).arb.overlaps(expect(f"{factor}*relu(u)").at(u=1).arb)


@pytest.mark.parametrize("theta", ["0", "pi/3"])
def test_sign_and_step_agree_where_a_variable_vanishes(theta: str) -> None:
    both = expect("4*step(u)*step(v) - 2*step(u) - 2*step(v) + 1").at(u=0, theta=theta).arb
    assert expect("sign(u)*sign(v)").at(u=0, theta=theta).arb.overlaps(both)


@pytest.mark.parametrize(
    ("left", "right"),
    [("E[sign(a*u)^2]", "1"), ("E[step(a*u)]", "1/2"), ("E[sign(a*u)*sign(a*v)]", "1 - 2*theta/pi")],
)
def test_a_jump_whose_argument_vanishes_for_some_parameter_proves_nothing(left: str, right: str) -> None:
    assert verify(left, right, variables={"a": "[0, 1]"}, power=False).kind is not Kind.PROVED
    assert verify(left, right, variables={"a": "(0, 1]"}, power=False).kind is Kind.PROVED
