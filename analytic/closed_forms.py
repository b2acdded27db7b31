r"""The functions of closed forms as elements of the field, each in one canonical way of writing.

$\operatorname{erf}$ is written by $\Phi$, the arctangent and arccosine by the arcsine, $\Phi(-x)$ as $1 - \Phi(x)$,
$\Phi_2(0, k; \rho)$ by Owen's T, $e^{x + y}$ as $e^x e^y$, $\sqrt{xy}$ as $\sqrt x \sqrt y$ for positive x, y: so
that one function has one normal form in as many cases as possible.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from analytic.algebra import EULER
from analytic.elementary import Elementary
from analytic.errors import DomainError, NoClosedFormError, OutsideRingError
from analytic.field import MAX_POWER, Element
from analytic.roots import IMAGINARY, ROOT_PI


class ClosedForms(Elementary):
    r"""The field with the functions of closed forms; an ``Algebra`` for ``evaluate``.

    Args:
        norms: names of Gaussian variables or vectors that have a positive norm.
        angles: name of an angle in (0, pi) -> the pair that has it; ``theta`` for a single pair.
        correlations: names of parameters in (-1, 1).
        positive: names of positive parameters.
        parameters: names of real parameters; None admits every name.

    Example:
        >>> from analytic.algebra import evaluate
        >>> from analytic.grammar import parse
        >>> K = ClosedForms(("u", "v"), {"theta": ("u", "v")})
        >>> evaluate(parse("acos(cos(theta)) - theta + sin(theta)^2 + cos(theta)^2"), K)
        1
    """

    # ---- the protocol of evaluate --------------------------------------------------------------------------------

    def add(self, x: Element, y: Element) -> Element:
        """The sum."""
        return x + y

    def mul(self, x: Element, y: Element) -> Element:
        """The product."""
        return x * y

    def power(self, x: Element, exponent: Fraction) -> Element:
        """The power; a half-integer exponent means the positive square root."""
        if abs(exponent) > MAX_POWER:
            raise OutsideRingError(
                f"got the exponent {exponent}, expected at most {MAX_POWER} in absolute value: a larger power is not "
                f"searched for a closed form; scale the variables"
            )
        if exponent.denominator == 2:
            x, exponent = self.square_root(x), 2 * exponent
        if exponent.denominator != 1:
            raise OutsideRingError(f"got the exponent {exponent}, expected an integer or a half-integer")
        if exponent <= 0 and not x:
            raise DomainError("division by zero: a denominator of the formula is identically 0; check it")
        return x ** int(exponent)

    def function(self, function: str, *arguments: Element) -> Element:
        """The value of a function of the language."""
        methods: dict[str, Callable[..., Element]] = {
            "sqrt": self.square_root,
            "exp": self.exp,
            "log": self.log,
            "sin": self.sin,
            "cos": self.cos,
            "tan": lambda x: self.sin(x) / self.cos(x),
            "asin": self.asin,
            "acos": lambda x: self.pi() / 2 - self.asin(x),
            "atan": self.atan,
            "atanh": self.atanh,
            "abs": self.absolute,
            "Phi": self.normal_cdf,
            "erf": lambda x: 2 * self.normal_cdf(x * self.root(2)) - 1,
            "erfi": self.erfi,
            "dawson": lambda x: self.root_pi / 2 * self.exp(-(x**2)) * self.erfi(x),
            "owens_t": self.owens_t,
            "Phi2": self.bivariate_cdf,
            "re_Phi": lambda x, y: self._complex_cdf(x, y)[0],
            "im_Phi": lambda x, y: self._complex_cdf(x, y)[1],
            "Li2": self.dilogarithm,
            "min": self.minimum,
            "max": lambda x, y: -self.minimum(-x, -y),
            "step": self.step,
            "sign": lambda x: 2 * self.step(x) - 1,
            "relu": lambda x: x * self.step(x),
            "orthant": lambda *r: self.special("orthant", *r),
            EULER: lambda: self.euler_gamma,
        }
        if function not in methods:
            raise OutsideRingError(f"{function} is no function of closed forms; expected {', '.join(sorted(methods))}")
        return methods[function](*arguments)

    # ---- what derivatives in the moving frame of two vectors need ---------------------------------------------------

    @property
    def cosine(self) -> Element:
        """The cosine of the pair's angle."""
        return self.cosine_of("theta")

    @property
    def sine(self) -> Element:
        """The sine of the pair's angle."""
        return self.sine_of("theta")

    def reduce(self, x: Element) -> Element:
        """The normal form, in which elements are kept."""
        return x

    def is_zero(self, x: Element) -> bool:
        """Whether the normal form is 0: then the element is."""
        return not x

    def derivative(self, x: Element, variable: str) -> Element:
        """The partial derivative by a norm, an angle or a parameter."""
        from analytic.calculus import derivative

        return derivative(x, variable, self)

    # ---- the normal distribution ---------------------------------------------------------------------------------

    def density(self, x: Element) -> Element:
        """The standard normal density."""
        return self.exp(-(x**2) / 2) / (self.root(2) * self.root_pi)

    def normal_cdf(self, x: Element) -> Element:
        """Phi, the standard normal distribution function, also of complex arguments."""
        real, imaginary = self.split(x, IMAGINARY)
        if imaginary:
            u, v = self._complex_cdf(real, imaginary)
            return u + self.imaginary * v
        if not x:
            return self.number(Fraction(1, 2))
        sign, argument = self.oriented(x)
        value = self.value_of("Phi", argument, positive=True)
        return value if sign > 0 else 1 - value

    def _complex_cdf(self, x: Element, y: Element) -> tuple[Element, Element]:
        """Real and imaginary part of Phi(x + iy)."""
        if not y:
            return self.normal_cdf(x), self.zero
        if not x:
            return self.number(Fraction(1, 2)), self.erfi(y / self.root(2)) / 2
        sign, a = self.oriented(x)
        turn, b = self.oriented(y)
        real, imaginary = self.value_of("re_Phi", a, b), self.value_of("im_Phi", a, b) * turn
        return (real if sign > 0 else 1 - real), imaginary

    def erfi(self, x: Element) -> Element:
        """The imaginary error function, -i erf(ix)."""
        if not x:
            return self.zero
        sign, argument = self.oriented(x)
        return self.value_of("erfi", argument) * sign

    def owens_t(self, h: Element, a: Element) -> Element:
        """Owen's T function: even in h, odd in a."""
        if not a:
            return self.zero
        if not h:
            return self.atan(a) / (2 * self.pi())
        h, (sign, argument) = self.oriented(h)[1], self.oriented(a)
        if argument == 1:
            return sign * self.normal_cdf(h) * (1 - self.normal_cdf(h)) / 2
        return self.value_of("owens_t", h, argument) * sign

    def bivariate_cdf(self, h: Element, k: Element, r: Element) -> Element:
        """P(X <= h, Y <= k) for standard normal variables with correlation r."""
        if r == 1:
            return self.normal_cdf(self.minimum(h, k))
        if r == -1:
            excess = self.normal_cdf(h) + self.normal_cdf(k) - 1
            return excess * self.step(excess)
        if not r:
            return self.normal_cdf(h) * self.normal_cdf(k)
        if not 1 - r**2:  # 1 or -1, as the sign of a parameter decides
            same, opposite = (self.bivariate_cdf(h, k, self.number(s)) for s in (1, -1))
            return (1 + r) / 2 * same + (1 - r) / 2 * opposite
        if not h and not k:
            return Fraction(1, 4) + self.asin(r) / (2 * self.pi())
        if not h or not k:
            h = h + k
            return self.normal_cdf(h) / 2 + self.owens_t(h, r / self.square_root(1 - r**2))
        if self.oriented(h)[0] < 0:
            return self.normal_cdf(k) - self.bivariate_cdf(-h, k, -r)
        if self.oriented(k)[0] < 0:
            return self.normal_cdf(h) - self.bivariate_cdf(h, -k, -r)
        h, k = sorted((h, k), key=lambda e: e.key)
        return self.value_of("Phi2", h, k, r, positive=True)

    def dilogarithm(self, x: Element) -> Element:
        """Li2, the dilogarithm, for arguments up to 1."""
        if x == 1:
            return self.pi() ** 2 / 6
        return self.value_of("Li2", x) if x else self.zero

    # ---- piecewise constants -------------------------------------------------------------------------------------

    def minimum(self, x: Element, y: Element) -> Element:
        """The smaller of two elements."""
        s = self.sign(x - y)
        if s is not None:
            return x if s <= 0 else y
        x, y = sorted((x, y), key=lambda e: e.key)
        return self.value_of("min", x, y)

    def step(self, x: Element) -> Element:
        """1 for positive, 0 for negative arguments, 1/2 at 0: the limit of vanishing variance."""
        s = self.sign(x)
        if s is not None:
            return self.number(Fraction(1 + s, 2) if s else self.step_at_zero)
        if self.split(x, IMAGINARY)[1]:
            raise NoClosedFormError(f"the step of the complex number {x} has no meaning: split the formula into parts")
        sign, argument = self.oriented(x)
        value = self.value_of("step", argument)
        return value if sign > 0 else 1 - value


__all__ = ["IMAGINARY", "ROOT_PI", "ClosedForms"]
