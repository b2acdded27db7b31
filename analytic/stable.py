r"""Closed forms rewritten so that float64 loses fewer digits: the same values, other operations.

Angles and correlations become inputs on the unit circle: cosine, sine, the angle, $\pi/2$ minus the angle and
$1 \pm \cos$, each known to full relative accuracy whether an angle or a correlation is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from analytic.constants import rational_value
from analytic.formula import Expr, add, call, mul, name, num, rebuild
from analytic.gaussian_law import GaussianLaw

#: A product: its coefficient and its factors with their exponents.
Term = tuple[Fraction, dict[Expr, Fraction]]


def circle(kind: str, label: str) -> Expr:
    """One of theta, cos, sin, arc, one_plus_cos, one_minus_cos of the angle of that label."""
    return Expr("circle", (kind, name(label)))


def stable(expr: Expr, law: GaussianLaw) -> Expr:
    r"""The closed form with ``circle`` nodes and without avoidable cancellation.

    $P - P\cos^2$ becomes $P\sin^2$, $1 \pm \cos$ an input, $\arcsin\cos$ and $\arccos\cos$ angles, $e^a \Phi(b)$ one
    operation, ab - cd of inputs one, and $\Phi(k) - \Phi_2(h, k; \rho)$ is $\Phi_2(-h, k; -\rho)$.

    Args:
        expr: the closed form.
        law: says which names are angles and which correlations.

    Returns:
        A tree for ``compile_formula``.

    Example:
        >>> law = GaussianLaw.correlations("u v", unit=True)
        >>> stable(num(1) - name("rho") ** 2, law) == circle("sin", "rho") ** 2
        True
    """
    cosines = {n: n for n in law.correlation_names} | {n.replace("theta", "rho"): n for n, _ in law.angle_names}
    return _merged(_Rewriting({n for n, _ in law.angle_names}, cosines).run(expr))


class _Rewriting:
    """From the leaves to the root."""

    def __init__(self, angles: set[str], cosines: dict[str, str]) -> None:
        self.angles, self.cosines = angles, cosines
        self.done: dict[Expr, Expr] = {}

    def run(self, expr: Expr) -> Expr:
        """The rewritten tree."""
        if expr not in self.done:
            self.done[expr] = self._step(expr)
        return self.done[expr]

    def _step(self, expr: Expr) -> Expr:
        if expr.head == "name":
            label = expr.identifier
            kind = "theta" if label in self.angles else "cos" if label in self.cosines else None
            return circle(kind, self.cosines.get(label, label)) if kind else expr
        if expr.head in ("num", "norm"):
            return expr
        if expr.head == "call":
            return _applied(expr.children[0].identifier, [self.run(c) for c in expr.children[1:]])
        children = tuple(self.run(c) for c in expr.children)
        return _sum(children) if expr.head == "add" else rebuild(expr.head, children)


def _applied(f: str, x: list[Expr]) -> Expr:
    if f == "theta":
        return circle("theta", "theta")
    on_circle = {"theta": ("cos", "sin"), "cos": ("acos", "asin")}
    if len(x) == 1 and x[0].head == "circle" and f in on_circle.get(str(x[0].args[0]), ()):
        label = x[0].children[0].identifier
        return circle({"acos": "theta", "asin": "arc"}.get(f, f), label)
    if f == "Phi2" and x[2].head == "circle" and x[2].args[0] == "cos":
        return call("Phi2_angle", *x, circle("sin", x[2].children[0].identifier))
    if f == "asin":
        return _arc_sine(x[0])
    return call(f, *x)


def _arc_sine(x: Expr) -> Expr:
    r"""$\arcsin(c/\sqrt{ab})$ as the angle of the point $(\sqrt{ab - c^2}, c)$."""
    coefficient, factors = _term(x)
    roots = [f for f, n in factors.items() if n == -1 and f.is_call("sqrt")]
    if coefficient == 1 and len(factors) == 2 and len(roots) == 1:
        (c,) = (f for f in factors if f is not roots[0])
        product = roots[0].children[1]
        if factors[c] == 1 and c.head == "name" and product.head == "mul" and _all_names(product.children, 2):
            return call("atan2", c, call("sqrt", call("difference", *product.children, c, c)))
    return call("asin", x)


def _all_names(children: Sequence[Expr], count: int) -> bool:
    return len(children) == count and all(c.head in ("name", "norm") for c in children)


def _term(expr: Expr) -> Term:
    coefficient, factors = Fraction(1), dict[Expr, Fraction]()
    for factor in expr.children if expr.head == "mul" else (expr,):
        base, exponent = factor, Fraction(1)
        if factor.head == "num":
            coefficient *= factor.fraction
            continue
        if factor.head == "pow" and (found := rational_value(factor.children[1])) is not None:
            base, exponent = factor.children[0], found
        factors[base] = factors.get(base, Fraction(0)) + exponent
    return coefficient, {f: n for f, n in factors.items() if n}


def _expr(term: Term) -> Expr:
    coefficient, factors = term
    return mul(num(coefficient), *(f if n == 1 else Expr("pow", (f, num(n))) for f, n in factors.items()))


def _sum(terms: Sequence[Expr]) -> Expr:
    found = [_term(t) for t in add(*terms).children] if len(terms) > 1 else [_term(*terms)]
    for rule in (_pythagoras, _complement):
        while (shorter := rule(found)) is not None:
            found = shorter
    if len(found) == 2:
        return _pair(*found)
    return add(*(_expr(t) for t in found))


def _without(terms: list[Term], i: int, j: int) -> list[Term]:
    return [t for k, t in enumerate(terms) if k not in (i, j)]


def _times(factors: dict[Expr, Fraction], base: Expr, exponent: int) -> dict[Expr, Fraction]:
    changed = factors | {base: factors.get(base, Fraction(0)) + exponent}
    return {f: n for f, n in changed.items() if n}


def _pythagoras(terms: list[Term]) -> list[Term] | None:
    """P - P cos^2 is P sin^2."""
    for i, (coefficient, factors) in enumerate(terms):
        for base, exponent in factors.items():
            if base.head == "circle" and base.args[0] == "cos" and exponent >= 2:
                partner = (-coefficient, _times(factors, base, -2))
                if partner in terms:
                    sine = circle("sin", base.children[0].identifier)
                    return [*_without(terms, i, terms.index(partner)), (partner[0], _times(partner[1], sine, 2))]
    return None


def _complement(terms: list[Term]) -> list[Term] | None:
    """P Phi(k) - P Phi2(h, k; rho) is P Phi2(-h, k; -rho): the probability that X > h and Y < k."""
    for i, (coefficient, factors) in enumerate(terms):
        for base, exponent in factors.items():
            if exponent != 1 or not (base.is_call("Phi2") or base.is_call("Phi2_angle")):
                continue
            h, k, *rho = base.children[1:]
            for kept, turned in ((k, (-h, k)), (h, (h, -k))):
                partner = (-coefficient, _times(_times(factors, base, -1), call("Phi", kept), 1))
                if partner in terms:
                    other = Expr("call", (base.children[0], *turned, -rho[0], *rho[1:]))
                    rest = _times(_times(factors, base, -1), other, 1)
                    return [*_without(terms, i, terms.index(partner)), (-coefficient, rest)]
    return None


def _pair(first: Term, second: Term) -> Expr:
    """A sum of two: 1 + cos and 1 - cos are inputs, ab - cd of inputs is one operation."""
    for (c, x), (d, y) in ((first, second), (second, first)):
        for base in y:
            if base.head == "circle" and base.args[0] == "cos" and abs(c) == abs(d) and x == _times(y, base, -1):
                kind = "one_plus_cos" if c == d else "one_minus_cos"
                return _expr((c, _times(x, circle(kind, base.children[0].identifier), 1)))
    (c, x), (d, y) = (first, second) if first[0] > 0 else (second, first)
    left, right = ([f for f, n in t.items() for _ in range(int(n)) if n in (1, 2)] for t in (x, y))
    exact = all(n in (1, 2) for t in (x, y) for n in t.values())
    if c == 1 and d == -1 and exact and _all_names(left, 2) and _all_names(right, 2):
        return call("difference", *left, *right)
    return add(_expr(first), _expr(second))


def _merged(expr: Expr) -> Expr:
    """``_product`` everywhere: last of all, since the rules for sums look for the factors by themselves."""
    if expr.head in ("num", "name", "norm", "circle"):
        return expr
    if expr.head == "call":
        return Expr("call", (expr.children[0], *(_merged(c) for c in expr.children[1:])))
    children = tuple(_merged(c) for c in expr.children)
    return _product(children) if expr.head == "mul" else rebuild(expr.head, children)


def _product(factors: Sequence[Expr]) -> Expr:
    r"""$e^a \Phi(b)$ as one factor: one may be infinite where the other is 0."""
    flat = list(mul(*factors).children) if len(factors) > 1 else list(factors)
    powers = [f for f in flat if f.is_call("exp")]
    tails = [f for f in flat if f.is_call("Phi")]
    if len(powers) != 1 or not tails:
        return mul(*flat)
    rest = list(flat)
    rest.remove(powers[0])
    rest.remove(tails[0])
    return mul(*rest, call("exp_Phi", powers[0].children[1], tails[0].children[1]))
