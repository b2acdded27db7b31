"""True identities are proved, and the same identities with the smallest change are never proved."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.expectation import expect
from checks.judge import verify
from checks.verdict import Kind

FACTORS = ("relu({})", "step({})", "abs({})", "sign({})", "leaky_relu({}, 1/3)", "relu(-2*{})", "{}", "relu({})^2")
SMALL = settings(max_examples=8, deadline=None, derandomize=True)


@st.composite
def integrands(draw: st.DrawFn) -> str:
    """A product of activations of u and v, or a sum of two such products."""

    def product() -> str:
        first, second = (draw(st.sampled_from(FACTORS)) for _ in range(2))
        return f"{draw(st.integers(1, 3))}*{first.format('u')}*{second.format('v')}"

    return product() if draw(st.booleans()) else f"{product()} - {product()}"


#: Other ways to write the same formula.
REWRITTEN = (
    "{}",
    "-(-({}))",
    "({0} + {0})/2",
    "({})*(sin(theta)^2 + rho^2)",
    "({})*|u|/|u|",
    "({}) + theta - acos(rho)",
)
#: Changes that no float64 sees.
TINY = st.integers(1, 30).map(lambda n: Fraction(1, 10**n)) | st.fractions(-2, 2, max_denominator=99).filter(bool)


@given(integrand=integrands(), form=st.sampled_from(REWRITTEN))
@SMALL
def test_a_true_identity_is_proved(integrand: str, form: str) -> None:
    right = form.format(expect(integrand).value)
    verdict = verify(f"E[{integrand}]", right, power=False)
    assert verdict.kind is Kind.PROVED, str(verdict)


@given(integrand=integrands(), form=st.sampled_from(REWRITTEN), change=TINY)
@SMALL
def test_a_factor_that_is_not_one_is_refuted(integrand: str, form: str, change: Fraction) -> None:
    value = expect(integrand).value
    wrong = value * (1 + change) if str(value) != "0" else value + change
    verdict = verify(f"E[{integrand}]", form.format(wrong), power=False)
    assert verdict.kind is Kind.REFUTED, str(verdict)


@given(integrand=integrands(), change=TINY)
@SMALL
def test_a_small_term_is_refuted(integrand: str, change: Fraction) -> None:
    value = expect(integrand).value
    for term in (f"({change})*theta", f"({change})*|u|*sin(theta)"):
        verdict = verify(f"E[{integrand}]", f"({value}) + {term}", power=False)
        assert verdict.kind is Kind.REFUTED, str(verdict)


@given(integrand=integrands(), factor=st.fractions(-3, 3, max_denominator=7))
@SMALL
def test_a_wrong_rational_factor_is_refuted_and_the_right_one_is_proved(integrand: str, factor: Fraction) -> None:
    value = expect(integrand).value
    verdict = verify(f"({factor})*E[{integrand}]", str(value), power=False)
    true = factor == 1 or str(value) == "0"
    assert verdict.kind is (Kind.PROVED if true else Kind.REFUTED), str(verdict)


def test_digits_that_float64_cannot_hold_are_seen() -> None:
    right = "|u|/sqrt(2*pi)"
    assert verify("E[relu(u)]", f"{right}*(1 + 1/10^30)", power=False).kind is Kind.REFUTED
    assert verify("E[relu(u)]", f"{right}*(1 + 1/10^199)", power=False).kind is Kind.REFUTED
    decimals = "0.3989422804014326779399460599343818684758586311649346576659258296706579258993018385012523339073069364"
    assert verify("E[relu(u)]", f"|u|*{decimals}", power=False).kind is Kind.REFUTED
