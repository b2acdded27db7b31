"""The ring decides equality, and never says zero of what balls separate; what it cannot represent it refuses."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analytic.algebra import evaluate
from analytic.angle import Angle
from analytic.balls import BallAlgebra, disjoint, precision
from analytic.differentiate import gradient
from analytic.errors import AnalyticError, DomainError, FormulaError, OutsideRingError
from analytic.formula import Expr, mul, rebuild, rewrite
from analytic.grammar import parse
from analytic.readable import readable
from analytic.ring import COSINES, Element, Ring

RING = Ring(("u", "v"), ("t",))
TRAP = "180*acos(7823207/7823209)/pi"
modest = settings(max_examples=40, deadline=None)

LEAVES = ["theta", "pi", "sin(theta)", "cos(theta)", "|u|", "|v|", "t", "sqrt(2)", "sqrt(3*pi)", "2/3", "-1", "rho"]
#: Formulas that are equal to a leaf, in another form.
DISGUISES = {
    "theta": ["pi - acos(-cos(theta))", "pi/2 - asin(cos(theta))"],
    "sin(theta)": ["cos(pi/2 - theta)", "(1 - cos(theta)^2)/sin(theta)", "sqrt(1 - cos(theta)^2)", "-sin(-theta)"],
    "cos(theta)": ["sin(theta + pi/2)", "-cos(pi - theta)", "(cos(2*theta) + 1)/(2*cos(theta))", "rho"],
    "|u|": ["sqrt(|u|^2)", "|u|*(sin(theta)^2 + cos(theta)^2)"],
    "sqrt(2)": ["2/sqrt(2)", "sqrt(50)/5", "2*cos(pi/4)"],
    "sqrt(3*pi)": ["sqrt(3)*sqrt(pi)", "3*pi/sqrt(3*pi)"],
    "pi": ["sqrt(pi)^2", "2*asin(1)", "acos(-1)"],
}

leaves = st.sampled_from([parse(x) for x in LEAVES])


def _grow(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    sums = st.tuples(inner, inner).map(lambda x: x[0] + x[1])
    products = st.tuples(inner, inner).map(lambda x: x[0] * x[1])
    powers = st.tuples(leaves, st.integers(0, 3)).map(lambda x: x[0] ** x[1])
    return sums | products | powers


trees = st.recursive(leaves, _grow, max_leaves=6)


def ring_value(e: Expr) -> Element:
    return evaluate(e, RING)


def ball_value(e: Expr, seed: int, bits: int = 256) -> arb:
    """The value at a point whose coordinates have prime numerators and denominators."""
    with precision(bits):
        angle = Angle.from_tangent((fmpq(1009, 733), fmpq(97, 641), fmpq(7919, 101))[seed])
        norms = {"u": arb(fmpq(1013, 739 + seed)), "v": arb(fmpq(1019, 743 + seed))}
        return evaluate(e, BallAlgebra(norms, angle, {"t": arb(fmpq(-1021, 751 + seed))}, ("u", "v")))


def mirrored(e: Expr) -> Expr:
    """The tree with all sums and products in reverse order."""
    if e.head not in ("add", "mul", "pow"):
        return e
    children = tuple(mirrored(c) for c in e.children)
    return rebuild(e.head, children if e.head == "pow" else children[::-1])


def disguised(e: Expr, choice: int) -> Expr:
    """The tree with every leaf that has another form written in that form."""

    def rule(node: Expr) -> Expr | None:
        forms = DISGUISES.get(str(node), [])
        return parse(forms[choice % len(forms)]) if forms else None

    return rewrite(e, rule)


@modest
@given(e=trees, choice=st.integers(0, 3))
def test_rearranged_and_disguised_formulas_are_equal(e: Expr, choice: int) -> None:
    other = disguised(mirrored(e), choice)
    assert RING.is_zero(ring_value(e) - ring_value(other))


@modest
@given(x=trees, y=trees, z=trees)
def test_distributive_law(x: Expr, y: Expr, z: Expr) -> None:
    assert RING.is_zero(ring_value((x + y) * z) - ring_value(z * y + x * z))
    assert RING.is_zero(ring_value((x + y) ** 2) - ring_value(x**2 + 2 * x * y + y**2))


@modest
@given(e=trees, slip=st.sampled_from(["1/1000003", "theta", "sin(theta)", "sqrt(2)", "t", "|u|/7", "pi^2"]))
def test_a_slip_is_never_zero(e: Expr, slip: str) -> None:
    assert not RING.is_zero(ring_value(e + parse(slip)) - ring_value(mirrored(e)))


@modest
@given(x=trees, y=trees)
def test_the_ring_never_contradicts_balls(x: Expr, y: Expr) -> None:
    """Zero in the ring: no point separates the two. Not zero: some point of three does, at 256 bits."""
    separated = [disjoint(ball_value(x, seed), ball_value(y, seed)) for seed in range(3)]
    assert RING.is_zero(ring_value(x) - ring_value(y)) == (not any(separated))


@modest
@given(x=trees, y=trees)
def test_normal_forms_are_unique(x: Expr, y: Expr) -> None:
    assert (RING.reduce(ring_value(x)) == RING.reduce(ring_value(y))) == RING.is_zero(ring_value(x) - ring_value(y))


@modest
@given(x=trees, y=trees)
def test_division_undoes_multiplication(x: Expr, y: Expr) -> None:
    assume(not RING.is_zero(ring_value(y)))
    assert RING.is_zero(ring_value(x * y / y) - ring_value(x))


@modest
@given(e=trees)
def test_readable_formulas_evaluate_to_their_element(e: Expr) -> None:
    element = ring_value(e)
    shown = readable(element, RING)
    assert RING.is_zero(ring_value(shown) - element)
    assert RING.is_zero(ring_value(parse(str(shown))) - element)


@pytest.mark.parametrize("tangle", [TRAP, f"{TRAP} - 0", f"({TRAP})^2", f"0*theta + {TRAP}"])
def test_the_small_arccosine_is_refused_not_taken_for_zero(tangle: str) -> None:
    with pytest.raises(OutsideRingError, match="acos"):
        ring_value(parse(tangle))
    assert disjoint(ball_value(parse(tangle), 0), arb(0))


def test_cos_near_a_known_cosine_is_not_that_angle() -> None:
    with pytest.raises(OutsideRingError):
        ring_value(parse("acos(1/2 + 1/10^60)"))


@pytest.mark.parametrize(
    "outside",
    [
        "sqrt(11)", "sqrt(-1)", "sqrt(t)", "sqrt(t^2)", "sqrt(theta^2)", "sqrt(cos(theta)^2)", "sqrt(1 + |u|^2)",
        "sqrt(sin(theta))", "sqrt(cos(theta)^2 - 1)", "sqrt(sqrt(2))", "|u|^(1/3)", "2^theta", "exp(1)", "log(2)",
        "atan(1/3)", "abs(t)", "acos(sin(theta))", "acos(2*cos(theta))", "asin(t)", "acos(2)", "acos(1/3)",
        "sin(theta/2)", "sin(|u|)", "sin(1)", "cos(theta^2)", "cos(pi/5)", "sin(pi^2)", "cos(1/theta)",
        "sin(201*theta)", "cos(theta)^201", "(1 + theta + pi + t + |u| + |v|)^200",
    ],
)  # fmt: skip
def test_what_is_not_in_the_ring_is_refused(outside: str) -> None:
    with pytest.raises(OutsideRingError):
        ring_value(parse(outside))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("sqrt(sin(theta)^2)", "sin(theta)"),
        ("sqrt(4*|u|^2*|v|^4*pi^2)", "2*pi*|u|*|v|^2"),
        ("sqrt((1 - cos(theta)^2)^3)", "sin(theta)^3"),
        ("sqrt(12)", "2*sqrt(3)"),
        ("sqrt(7/5)", "sqrt(35)/5"),
        ("1/sqrt(2*pi)", "sqrt(2*pi)/(2*pi)"),
        ("|u|^(-3/1)*|u|^3", "1"),
        ("(4*|u|^2)^(3/2)", "8*|u|^3"),
        ("acos(cos(theta))", "theta"),
        ("acos(-cos(theta))", "pi - theta"),
        ("asin(cos(theta))", "pi/2 - theta"),
        ("asin(-cos(theta))", "theta - pi/2"),
        ("asin(-1/2)", "-pi/6"),
        ("acos(-sqrt(3)/2)", "5*pi/6"),
        ("acos(-1/sqrt(2))", "3*pi/4"),
        ("asin(1)", "pi/2"),
        ("tan(theta)*cos(theta)", "sin(theta)"),
        ("sin(-theta)", "-sin(theta)"),
        ("cos(pi - theta)", "-cos(theta)"),
        ("sin(3*theta)", "3*sin(theta) - 4*sin(theta)^3"),
    ],
)
def test_rules_for_roots_and_angles(left: str, right: str) -> None:
    assert RING.is_zero(ring_value(parse(left)) - ring_value(parse(right)))


@pytest.mark.parametrize("multiple", [-3, -1, 0, 1, 2, 5])
@pytest.mark.parametrize("q", sorted({sign * (n + x) for x in COSINES for n in (0, 1, 2) for sign in (1, -1)}))
def test_sine_and_cosine_of_multiples_and_shifts(multiple: int, q: Fraction) -> None:
    with precision(128):
        for function in ("sin", "cos"):
            e = parse(f"{function}({multiple}*theta + ({q})*pi)")
            difference = ball_value(readable(ring_value(e), RING), 1, 128) - ball_value(e, 1, 128)
            assert difference.contains(0)
            assert difference.rad() < arb(2) ** -64


@pytest.mark.parametrize("q", [Fraction(n, d) for d in (1, 2, 3, 4, 6) for n in range(d + 1)])
def test_fixed_angles_agree_with_balls(q: Fraction) -> None:
    fixed = Ring(("u", "v"), angle=q)
    with precision(128):
        theta = arb.pi() * fmpq(q.numerator, q.denominator)
        balls = BallAlgebra({}, Angle(theta.cos(), theta.sin(), theta, 0), {}, ("u", "v"))
        for e in map(parse, ("theta", "sin(theta)", "cos(theta)", "sqrt(2*pi)", "sin(2*theta)", "cos(3*theta - pi/4)")):
            exact = evaluate(readable(evaluate(e, fixed), fixed), BallAlgebra({}, None, {}))
            assert exact.overlaps(evaluate(e, balls))
            assert exact.rad() < arb(2) ** -64


@pytest.mark.parametrize("q", [Fraction(0), Fraction(1, 3), Fraction(1)])
def test_roots_and_arccosines_at_a_fixed_angle(q: Fraction) -> None:
    """At 0 and pi the sine is exactly 0; roots used to fail there on 0**0."""
    fixed = Ring(("u", "v"), angle=q)
    for left, right in (("acos(cos(theta))", "theta"), ("sqrt(8*pi*|u|^2)", "2*|u|*sqrt(2*pi)")):
        assert fixed.is_zero(evaluate(parse(left), fixed) - evaluate(parse(right), fixed))


@pytest.mark.parametrize(
    "zero", ["1/(theta - theta)", "1/(sin(theta)^2 + cos(theta)^2 - 1)", "1/(sqrt(8) - 2*sqrt(2))"]
)
def test_division_by_a_hidden_zero_is_refused(zero: str) -> None:
    with pytest.raises(DomainError, match="division by zero"):
        ring_value(parse(zero))


def test_tangent_at_a_right_angle_is_refused() -> None:
    with pytest.raises(DomainError, match="division by zero"):
        evaluate(parse("tan(theta)"), Ring(("u", "v"), angle=Fraction(1, 2)))


@pytest.mark.parametrize("names", [("theta",), ("pi",), ("t", "t"), ("sqrt(2)",), ("sin(theta)",), ("|u|",)])
def test_names_that_are_taken_are_refused(names: tuple[str, ...]) -> None:
    """A parameter called theta used to be confused with the angle and gave a wrong closed form."""
    with pytest.raises(FormulaError, match="different names"):
        Ring(("u", "v"), names)


@pytest.mark.parametrize(
    "values", [{"|u|": Fraction(0)}, {"|u|": Fraction(-1)}, {"u": Fraction(1)}, {"w": Fraction(1)}]
)
def test_values_must_fit_and_norms_be_positive(values: dict[str, Fraction]) -> None:
    with pytest.raises(AnalyticError, match=r"expected"):
        Ring(("u", "v"), values=values)


def test_a_fixed_norm_cannot_be_differentiated_by() -> None:
    """Its derivative would silently be 0."""
    ring = Ring(("u", "v"), values={"|u|": Fraction(2)})
    with pytest.raises(FormulaError, match="fixed"):
        gradient(ring.norm("u"), ring, 0)


@modest
@given(e=trees)
def test_the_derivative_of_a_square(e: Expr) -> None:
    x, square = ring_value(e), ring_value(mul(e, e))
    for name in ("theta", "|u|", "t"):
        assert RING.is_zero(RING.derivative(square, name) - 2 * x * RING.derivative(x, name))


@pytest.mark.parametrize(
    ("function", "derivative"),
    [
        ("cos(3*theta)", "-3*sin(3*theta)"),
        ("sin(theta)", "cos(theta)"),
        ("theta^2/sin(theta)", "(2*theta - theta^2*cos(theta)/sin(theta))/sin(theta)"),
    ],
)
def test_derivatives_by_the_angle(function: str, derivative: str) -> None:
    found = RING.derivative(ring_value(parse(function)), "theta")
    assert RING.is_zero(found - ring_value(parse(derivative)))


def test_the_ring_is_described_with_its_generators_and_relations() -> None:
    assert RING.describe().endswith("modulo sin^2 + cos^2 = 1, sqrt(p)^2 = p")
    assert "theta" not in Ring(("u",)).describe()


def test_zero_to_the_power_zero_has_no_value() -> None:
    with pytest.raises(DomainError, match="division by zero"):
        evaluate(parse("(theta - theta)^0"), Ring(("u", "v")))
