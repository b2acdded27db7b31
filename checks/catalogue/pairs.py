"""E[f(u) g(v)] for all pairs of the usual activations that have a closed form: claims that are judged when asked for.

The right sides are data: ``python docs/make_pairs.py`` derives them and writes them between the quotes below. They
are read when a claim of this group is asked for, not on import.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from checks.claim import Claim, Identity


@dataclass(frozen=True)
class Function:
    """A function of one Gaussian variable, as it stands in the table of pairs.

    Args:
        name: as in the names of claims, ``pairs/relu-erf``.
        template: its formula, {} for the argument.
        title: for people.
        parity: 1 if it is even, -1 if it is odd, 0 if neither.
        parameters: names of its parameters.
    """

    name: str
    template: str
    title: str
    parity: int = 0
    parameters: tuple[str, ...] = ()

    def of(self, variable: str) -> str:
        """The formula with a variable as argument.

        Example:
            >>> FUNCTIONS["relu2"].of("u")
            'relu(u)^2'
        """
        return self.template.format(variable)


FUNCTIONS = {
    f.name: f
    for f in (
        Function("u", "{}", "identity", -1),
        Function("u2", "{}^2", "square", 1),
        Function("u3", "{}^3", "cube", -1),
        Function("relu", "relu({})", "ReLU"),
        Function("step", "step({})", "step"),
        Function("sign", "sign({})", "sign", -1),
        Function("abs", "abs({})", "absolute value", 1),
        Function("leaky", "leaky_relu({}, t)", "leaky ReLU", 0, ("t",)),
        Function("abrelu", "abrelu({}, a, b)", "two slopes", 0, ("a", "b")),
        Function("relu2", "relu({})^2", "squared ReLU"),
        Function("relu3", "relu({})^3", "cubed ReLU"),
        Function("erf", "erf({})", "error function", -1),
        Function("phi", "Phi({})", "normal distribution function"),
        Function("exp", "exp({})", "exponential"),
        Function("sin", "sin({})", "sine", -1),
        Function("cos", "cos({})", "cosine", 1),
        Function("sinp", "sin({} + p)", "sine with a phase", 0, ("p",)),
        Function("bump", "bump({})", "Gaussian bump", 1),
        Function("gelu", "gelu({})", "GELU"),
        Function("elu", "elu({})", "ELU"),
        Function("he3", "He(3, {})", "third Hermite polynomial (probabilists')", -1),
        Function("h3", "H(3, {})", "third Hermite polynomial (physicists')", -1),
        Function("log", "log(abs({}))", "logarithm of the modulus", 1),
        Function("tanh", "tanh({})", "hyperbolic tangent", -1),
        Function("sigmoid", "sigmoid({})", "logistic sigmoid"),
        Function("softplus", "softplus({})", "softplus"),
        Function("silu", "silu({})", "SiLU"),
    )
}

#: Where a pair stands in the literature; the others are derived here.
SOURCES = {
    "step-step": "Sheppard 1899; Cho and Saul 2009, half of their k_0",
    "relu-relu": "Cho and Saul 2009, half of their k_1",
    "relu2-relu2": "Cho and Saul 2009, half of their k_2",
    "relu3-relu3": "Cho and Saul 2009, eq. (4), half of their k_3",
    "sign-sign": "Van Vleck and Middleton 1966",
    "erf-erf": "Williams 1997, eq. (10)-(11), for the network's erf without bias",
}
DERIVED = "derived: Stein's lemma and the rules of analytic.rules"


def integrand(pair: str) -> str:
    """The integrand of a pair.

    Example:
        >>> integrand("relu-erf")
        'relu(u)*erf(v)'
    """
    first, second = (FUNCTIONS[n] for n in pair.split("-"))
    return f"{first.of('u')}*{second.of('v')}"


def parameters(pair: str) -> tuple[str, ...]:
    """The parameters of a pair.

    Example:
        >>> parameters("leaky-leaky")
        ('t',)
    """
    return tuple(dict.fromkeys(p for n in pair.split("-") for p in FUNCTIONS[n].parameters))


def pairs() -> tuple[str, ...]:
    """All unordered pairs, closed or not, in the order of the table.

    Example:
        >>> len(pairs())
        378
    """
    known = list(FUNCTIONS)
    return tuple(f"{f}-{g}" for i, f in enumerate(known) for g in known[i:])


@lru_cache(maxsize=1)
def closed_forms() -> dict[str, str]:
    """The closed form of every pair that has one, as text.

    Example:
        >>> closed_forms()["relu-step"]
        '|u|*(1 + cos(theta))/(2*sqrt(2*pi))'
    """
    entries = CLOSED_FORMS.replace("\n    ", " ").split("\n")
    return {pair: right for pair, _, right in (e.partition(" = ") for e in entries if e)}


@lru_cache(maxsize=1)
def claims() -> tuple[Claim, ...]:
    """One claim for each pair that has a closed form."""
    return tuple(_claim(pair, right) for pair, right in closed_forms().items())


def _claim(pair: str, right: str) -> Claim:
    first, second = (FUNCTIONS[n].title for n in pair.split("-"))
    return Claim(
        f"pairs/{pair}",
        Identity(f"E[{integrand(pair)}]", right),
        title=f"Pair: {first} and {second}",
        variables=dict.fromkeys(parameters(pair), "(-oo, oo)"),
        source=SOURCES.get(pair, DERIVED),
        limits="u, v centred jointly Gaussian with |u|, |v| > 0; continuous forms hold at theta = 0 and pi too",
        expect=("PROVED",),
    )


CLOSED_FORMS = """\
u-u = |u|*|v|*cos(theta)
u-u2 = 0
u-u3 = 3*|u|*|v|^3*cos(theta)
u-relu = |u|*|v|*cos(theta)/2
u-step = |u|*cos(theta)/sqrt(2*pi)
u-sign = 2*|u|*cos(theta)/sqrt(2*pi)
u-abs = 0
u-leaky = |u|*|v|*cos(theta)*(1 + t)/2
u-abrelu = |u|*|v|*cos(theta)*(a + b)/2
u-relu2 = 2*|u|*|v|^2*cos(theta)/sqrt(2*pi)
u-relu3 = 3*|u|*|v|^3*cos(theta)/2
u-erf = 2*|u|*|v|*cos(theta)/(sqrt(1 + 2*|v|^2)*sqrt(pi))
u-phi = |u|*|v|*cos(theta)/(sqrt(1 + |v|^2)*sqrt(2*pi))
u-exp = |u|*|v|*cos(theta)*exp(|v|^2/2)
u-sin = |u|*|v|*cos(theta)*exp(-|v|^2/2)
u-cos = 0
u-sinp = |u|*|v|*cos(theta)*cos(p)*exp(-|v|^2/2)
u-bump = 0
u-gelu = |u|*|v|*cos(theta)/2
u-elu = |u|*|v|*cos(theta)*(1 + 2*Phi(-|v|)*exp(|v|^2/2))/2
u-he3 = 3*|u|*|v|*cos(theta)*(|v|^2 - 1)
u-h3 = 12*|u|*|v|*cos(theta)*(2*|v|^2 - 1)
u-log = 0
u-softplus = |u|*|v|*cos(theta)/2
u-silu = |u|*|v|*cos(theta)/2
u2-u2 = |u|^2*|v|^2*(1 + 2*cos(theta)^2)
u2-u3 = 0
u2-relu = |u|^2*|v|*(1 + cos(theta)^2)/sqrt(2*pi)
u2-step = |u|^2/2
u2-sign = 0
u2-abs = 2*|u|^2*|v|*(1 + cos(theta)^2)/sqrt(2*pi)
u2-leaky = |u|^2*|v|*(1 - t)*(1 + cos(theta)^2)/sqrt(2*pi)
u2-abrelu = |u|^2*|v|*(b - a)*(1 + cos(theta)^2)/sqrt(2*pi)
u2-relu2 = |u|^2*|v|^2*(1 + 2*cos(theta)^2)/2
u2-relu3 = 2*|u|^2*|v|^3*(1 + 3*cos(theta)^2)/sqrt(2*pi)
u2-erf = 0
u2-phi = |u|^2/2
u2-exp = |u|^2*(1 + |v|^2*cos(theta)^2)*exp(|v|^2/2)
u2-sin = 0
u2-cos = |u|^2*(1 - |v|^2*cos(theta)^2)*exp(-|v|^2/2)
u2-sinp = |u|^2*sin(p)*(1 - |v|^2*cos(theta)^2)*exp(-|v|^2/2)
u2-bump = |u|^2*(1 + |v|^2 - |v|^2*cos(theta)^2)/((1 + |v|^2)*sqrt(1 + |v|^2))
u2-gelu = |u|^2*|v|^2*(1 + 2*cos(theta)^2 + |v|^2 + |v|^2*cos(theta)^2)/((1 + |v|^2)*sqrt(1 + |v|^2)*sqrt(2*pi))
u2-elu = |u|^2*(|v|*sqrt(2) - sqrt(pi))/(2*sqrt(pi)) + |u|^2*Phi(-|v|)*(1 + |v|^2*cos(theta)^2)*exp(|v|^2/2)
u2-he3 = 0
u2-h3 = 0
u2-log = |u|^2*(2*cos(theta)^2 - euler_gamma + 2*log(|v|) - log(2))/2
u2-tanh = 0
u2-sigmoid = |u|^2/2
u3-u3 = 3*|u|^3*|v|^3*cos(theta)*(3 + 2*cos(theta)^2)
u3-relu = 3*|u|^3*|v|*cos(theta)/2
u3-step = |u|^3*cos(theta)*(3 - cos(theta)^2)/sqrt(2*pi)
u3-sign = 2*|u|^3*cos(theta)*(3 - cos(theta)^2)/sqrt(2*pi)
u3-abs = 0
u3-leaky = 3*|u|^3*|v|*cos(theta)*(1 + t)/2
u3-abrelu = 3*|u|^3*|v|*cos(theta)*(a + b)/2
u3-relu2 = 2*|u|^3*|v|^2*cos(theta)*(3 + cos(theta)^2)/sqrt(2*pi)
u3-relu3 = 3*|u|^3*|v|^3*cos(theta)*(3 + 2*cos(theta)^2)/2
u3-erf = 2*|u|^3*|v|*cos(theta)*(3 + 6*|v|^2 - 2*|v|^2*cos(theta)^2)/((1 + 2*|v|^2)*sqrt(1 + 2*|v|^2)*sqrt(pi))
u3-phi = |u|^3*|v|*cos(theta)*(3 + 3*|v|^2 - |v|^2*cos(theta)^2)/((1 + |v|^2)*sqrt(1 + |v|^2)*sqrt(2*pi))
u3-exp = |u|^3*|v|*cos(theta)*(3 + |v|^2*cos(theta)^2)*exp(|v|^2/2)
u3-sin = |u|^3*|v|*cos(theta)*(3 - |v|^2*cos(theta)^2)*exp(-|v|^2/2)
u3-cos = 0
u3-sinp = |u|^3*|v|*cos(theta)*cos(p)*(3 - |v|^2*cos(theta)^2)*exp(-|v|^2/2)
u3-bump = 0
u3-gelu = 3*|u|^3*|v|*cos(theta)/2
u3-elu = |u|^3*|v|*cos(theta)*(3*sqrt(pi) - |v|*cos(theta)^2*sqrt(2) + 2*Phi(-|v|)*(3 +
    |v|^2*cos(theta)^2)*sqrt(pi)*exp(|v|^2/2))/(2*sqrt(pi))
u3-he3 = 3*|u|^3*|v|*cos(theta)*(3*|v|^2 - 3 + 2*|v|^2*cos(theta)^2)
u3-h3 = 12*|u|^3*|v|*cos(theta)*(6*|v|^2 - 3 + 4*|v|^2*cos(theta)^2)
u3-log = 0
u3-softplus = 3*|u|^3*|v|*cos(theta)/2
u3-silu = 3*|u|^3*|v|*cos(theta)/2
relu-relu = |u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)
relu-step = |u|*(1 + cos(theta))/(2*sqrt(2*pi))
relu-sign = |u|*cos(theta)/sqrt(2*pi)
relu-abs = |u|*|v|*(sin(theta) + asin(cos(theta))*cos(theta))/pi
relu-leaky = |u|*|v|*(sin(theta)*(1 - t) + pi*t*cos(theta) + (pi - theta)*cos(theta)*(1 - t))/(2*pi)
relu-abrelu = |u|*|v|*(sin(theta)*(b - a) + pi*a*cos(theta) + (pi - theta)*cos(theta)*(b - a))/(2*pi)
relu-relu2 = |u|*|v|^2*(1 + cos(theta))^2/(2*sqrt(2*pi))
relu-relu3 = |u|*|v|^3*(sin(theta)*(2 + cos(theta)^2) + 3*(pi - theta)*cos(theta))/(2*pi)
relu-erf = |u|*|v|*cos(theta)/(sqrt(1 + 2*|v|^2)*sqrt(pi))
relu-phi = |u|*|v|*cos(theta)/(2*sqrt(1 + |v|^2)*sqrt(2*pi)) + |u|/(2*sqrt(2*pi))
relu-exp = |u|*exp(|v|^2*sin(theta)^2/2)/sqrt(2*pi) + |u|*|v|*cos(theta)*Phi(|v|*cos(theta))*exp(|v|^2/2)
relu-sin = |u|*|v|*cos(theta)*exp(-|v|^2/2)/2
relu-cos = -|u|*|v|*cos(theta)*erfi(|v|*cos(theta)*sqrt(2)/2)*exp(-|v|^2/2)/2 +
    |u|*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
relu-sinp = |u|*|v|*cos(theta)*cos(p)*exp(-|v|^2/2)/2 -
    |u|*|v|*cos(theta)*sin(p)*erfi(|v|*cos(theta)*sqrt(2)/2)*exp(-|v|^2/2)/2 +
    |u|*sin(p)*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
relu-bump = |u|*sqrt(1 + |v|^2 - |v|^2*cos(theta)^2)/((1 + |v|^2)*sqrt(2*pi))
relu-gelu = |u|*|v|^2*sqrt(1 + |v|^2 - |v|^2*cos(theta)^2)/(2*pi*(1 + |v|^2)) + |u|*|v|*cos(theta)/4 +
    |u|*|v|*cos(theta)*asin(|v|*cos(theta)/sqrt(1 + |v|^2))/(2*pi)
relu-elu = |u|*(2*|v|*sin(theta) - sqrt(2*pi) + 2*|v|*(pi - theta)*cos(theta) +
    2*Phi(-|v|*sin(theta))*sqrt(2*pi)*exp(|v|^2*sin(theta)^2/2) + 4*pi*|v|*cos(theta)*Phi(|v|*cos(theta))*exp(|v|^2/2) -
    4*pi*|v|*cos(theta)*Phi2(|v|, |v|*cos(theta), cos(theta))*exp(|v|^2/2))/(4*pi)
relu-he3 = 3*|u|*|v|*cos(theta)*(|v|^2 - 1)/2
relu-h3 = 6*|u|*|v|*cos(theta)*(2*|v|^2 - 1)
relu-log = |u|*(-euler_gamma + 2*log(|v|) + 2*log(sin(theta)) - log(2) + cos(theta)*log(1 + cos(theta)) -
    cos(theta)*log(1 - cos(theta)))/(2*sqrt(2*pi))
step-step = (pi - theta)/(2*pi)
step-sign = asin(cos(theta))/pi
step-abs = |v|/sqrt(2*pi)
step-leaky = |v|*(1 + cos(theta) - t + t*cos(theta))/(2*sqrt(2*pi))
step-abrelu = |v|*(b - a + a*cos(theta) + b*cos(theta))/(2*sqrt(2*pi))
step-relu2 = |v|^2*(cos(theta)*sin(theta) + pi - theta)/(2*pi)
step-relu3 = |v|^3*(2 - cos(theta))*(1 + cos(theta))^2/(2*sqrt(2*pi))
step-erf = asin(|v|*cos(theta)*sqrt(2)/sqrt(1 + 2*|v|^2))/pi
step-phi = 1/4 + asin(|v|*cos(theta)/sqrt(1 + |v|^2))/(2*pi)
step-exp = Phi(|v|*cos(theta))*exp(|v|^2/2)
step-sin = erfi(|v|*cos(theta)*sqrt(2)/2)*exp(-|v|^2/2)/2
step-cos = exp(-|v|^2/2)/2
step-sinp = (sin(p)*exp(-|v|^2/2) + cos(p)*erfi(|v|*cos(theta)*sqrt(2)/2)*exp(-|v|^2/2))/2
step-bump = 1/(2*sqrt(1 + |v|^2))
step-gelu = |v|^2/(2*sqrt(1 + |v|^2)*sqrt(2*pi)) + |v|*cos(theta)/(2*sqrt(2*pi))
step-elu = |v|*(1 + cos(theta))/(2*sqrt(2*pi)) - theta/(2*pi) + Phi(|v|*cos(theta))*exp(|v|^2/2) - Phi2(|v|,
    |v|*cos(theta), cos(theta))*exp(|v|^2/2)
step-he3 = |v|*cos(theta)*(3*|v|^2 - 3 - |v|^2*cos(theta)^2)/sqrt(2*pi)
step-h3 = 4*|v|*cos(theta)*(6*|v|^2 - 3 - 2*|v|^2*cos(theta)^2)/sqrt(2*pi)
step-log = (-euler_gamma + 2*log(|v|) - log(2))/4
sign-sign = 2*asin(cos(theta))/pi
sign-abs = 0
sign-leaky = |v|*cos(theta)*(1 + t)/sqrt(2*pi)
sign-abrelu = |v|*cos(theta)*(a + b)/sqrt(2*pi)
sign-relu2 = |v|^2*(cos(theta)*sin(theta) + asin(cos(theta)))/pi
sign-relu3 = |v|^3*cos(theta)*(3 - cos(theta)^2)/sqrt(2*pi)
sign-erf = 2*asin(|v|*cos(theta)*sqrt(2)/sqrt(1 + 2*|v|^2))/pi
sign-phi = asin(|v|*cos(theta)/sqrt(1 + |v|^2))/pi
sign-exp = -exp(|v|^2/2) + 2*Phi(|v|*cos(theta))*exp(|v|^2/2)
sign-sin = erfi(|v|*cos(theta)*sqrt(2)/2)*exp(-|v|^2/2)
sign-cos = 0
sign-sinp = cos(p)*erfi(|v|*cos(theta)*sqrt(2)/2)*exp(-|v|^2/2)
sign-bump = 0
sign-gelu = |v|*cos(theta)/sqrt(2*pi)
sign-elu = |v|*cos(theta)/sqrt(2*pi) + asin(cos(theta))/pi - Phi(-|v|)*exp(|v|^2/2) + 2*Phi(|v|*cos(theta))*exp(|v|^2/2)
    - 2*Phi2(|v|, |v|*cos(theta), cos(theta))*exp(|v|^2/2)
sign-he3 = 2*|v|*cos(theta)*(3*|v|^2 - 3 - |v|^2*cos(theta)^2)/sqrt(2*pi)
sign-h3 = 8*|v|*cos(theta)*(6*|v|^2 - 3 - 2*|v|^2*cos(theta)^2)/sqrt(2*pi)
sign-log = 0
sign-softplus = |v|*cos(theta)/sqrt(2*pi)
sign-silu = |v|*cos(theta)/sqrt(2*pi)
abs-abs = 2*|u|*|v|*(sin(theta) + asin(cos(theta))*cos(theta))/pi
abs-leaky = |u|*|v|*(sin(theta)*(1 - t) + asin(cos(theta))*cos(theta)*(1 - t))/pi
abs-abrelu = |u|*|v|*(sin(theta)*(b - a) + asin(cos(theta))*cos(theta)*(b - a))/pi
abs-relu2 = |u|*|v|^2*(1 + cos(theta)^2)/sqrt(2*pi)
abs-relu3 = |u|*|v|^3*(sin(theta)*(2 + cos(theta)^2) + 3*asin(cos(theta))*cos(theta))/pi
abs-erf = 0
abs-phi = |u|/sqrt(2*pi)
abs-exp = 2*|u|*exp(|v|^2*sin(theta)^2/2)/sqrt(2*pi) - |u|*|v|*cos(theta)*exp(|v|^2/2) +
    2*|u|*|v|*cos(theta)*Phi(|v|*cos(theta))*exp(|v|^2/2)
abs-sin = 0
abs-cos = -|u|*|v|*cos(theta)*erfi(|v|*cos(theta)*sqrt(2)/2)*exp(-|v|^2/2) + 2*|u|*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
abs-sinp = -|u|*|v|*cos(theta)*sin(p)*erfi(|v|*cos(theta)*sqrt(2)/2)*exp(-|v|^2/2) +
    2*|u|*sin(p)*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
abs-bump = 2*|u|*sqrt(1 + |v|^2 - |v|^2*cos(theta)^2)/((1 + |v|^2)*sqrt(2*pi))
abs-gelu = |u|*|v|^2*sqrt(1 + |v|^2 - |v|^2*cos(theta)^2)/(pi*(1 + |v|^2)) +
    |u|*|v|*cos(theta)*asin(|v|*cos(theta)/sqrt(1 + |v|^2))/pi
abs-elu = |u|*(2*|v|*sin(theta) - sqrt(2*pi) + 2*|v|*asin(cos(theta))*cos(theta) +
    2*Phi(-|v|*sin(theta))*sqrt(2*pi)*exp(|v|^2*sin(theta)^2/2) - 2*pi*|v|*cos(theta)*Phi(-|v|)*exp(|v|^2/2) +
    4*pi*|v|*cos(theta)*Phi(|v|*cos(theta))*exp(|v|^2/2) - 4*pi*|v|*cos(theta)*Phi2(|v|, |v|*cos(theta),
    cos(theta))*exp(|v|^2/2))/(2*pi)
abs-he3 = 0
abs-h3 = 0
abs-log = |u|*(-euler_gamma + 2*log(|v|) + 2*log(sin(theta)) - log(2) + cos(theta)*log(1 + cos(theta)) -
    cos(theta)*log(1 - cos(theta)))/sqrt(2*pi)
abs-tanh = 0
abs-sigmoid = |u|/sqrt(2*pi)
leaky-leaky = |u|*|v|*(sin(theta)*(t - 1)^2 + 2*pi*t*cos(theta) + (pi - theta)*cos(theta)*(t - 1)^2)/(2*pi)
leaky-abrelu = |u|*|v|*(sin(theta)*(b - a)*(1 - t) + pi*cos(theta)*(a + t*b) + (pi - theta)*cos(theta)*(b - a)*(1 -
    t))/(2*pi)
leaky-relu2 = |u|*|v|^2*(1 + 2*cos(theta) - t + cos(theta)^2 + 2*t*cos(theta) - t*cos(theta)^2)/(2*sqrt(2*pi))
leaky-relu3 = |u|*|v|^3*(sin(theta)*(1 - t)*(2 + cos(theta)^2) + 3*pi*t*cos(theta) + 3*(pi - theta)*cos(theta)*(1 -
    t))/(2*pi)
leaky-erf = |u|*|v|*cos(theta)*(1 + t)/(sqrt(1 + 2*|v|^2)*sqrt(pi))
leaky-phi = |u|*|v|*cos(theta)*(1 + t)/(2*sqrt(1 + |v|^2)*sqrt(2*pi)) + |u|*(1 - t)/(2*sqrt(2*pi))
leaky-exp = |u|*(1 - t)*exp(|v|^2*sin(theta)^2/2)/sqrt(2*pi) + |u|*|v|*t*cos(theta)*exp(|v|^2/2) +
    |u|*|v|*cos(theta)*Phi(|v|*cos(theta))*(1 - t)*exp(|v|^2/2)
leaky-sin = |u|*|v|*cos(theta)*(1 + t)*exp(-|v|^2/2)/2
leaky-cos = |u|*|v|*cos(theta)*erfi(|v|*cos(theta)*sqrt(2)/2)*(t - 1)*exp(-|v|^2/2)/2 + |u|*(1 -
    t)*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
leaky-sinp = |u|*|v|*cos(theta)*cos(p)*(1 + t)*exp(-|v|^2/2)/2 +
    |u|*|v|*cos(theta)*sin(p)*erfi(|v|*cos(theta)*sqrt(2)/2)*(t - 1)*exp(-|v|^2/2)/2 + |u|*sin(p)*(1 -
    t)*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
leaky-bump = |u|*(1 - t)*sqrt(1 + |v|^2 - |v|^2*cos(theta)^2)/((1 + |v|^2)*sqrt(2*pi))
leaky-gelu = |u|*|v|^2*(1 - t)*sqrt(1 + |v|^2 - |v|^2*cos(theta)^2)/(2*pi*(1 + |v|^2)) + |u|*|v|*cos(theta)/2 +
    |u|*|v|*cos(theta)*acos(|v|*cos(theta)/sqrt(1 + |v|^2))*(t - 1)/(2*pi)
leaky-elu = |u|*(2*|v|*sin(theta)*(1 - t) + (t*sqrt(2) - sqrt(2) + 2*|v|*t*cos(theta)*sqrt(pi))*sqrt(pi) + 2*|v|*(pi -
    theta)*cos(theta)*(1 - t) + 2*Phi(-|v|*sin(theta))*(1 - t)*sqrt(2*pi)*exp(|v|^2*sin(theta)^2/2) +
    4*pi*|v|*t*cos(theta)*Phi(-|v|)*exp(|v|^2/2) + 4*pi*|v|*cos(theta)*Phi(|v|*cos(theta))*(1 - t)*exp(|v|^2/2) +
    4*pi*|v|*cos(theta)*Phi2(|v|, |v|*cos(theta), cos(theta))*(t - 1)*exp(|v|^2/2))/(4*pi)
leaky-he3 = 3*|u|*|v|*cos(theta)*(1 + t)*(|v|^2 - 1)/2
leaky-h3 = 6*|u|*|v|*cos(theta)*(1 + t)*(2*|v|^2 - 1)
leaky-log = |u|*(euler_gamma*(t - 1) + 2*log(|v|)*(1 - t) + 2*log(sin(theta))*(1 - t) + log(2)*(t - 1) +
    cos(theta)*log(1 + cos(theta))*(1 - t) + cos(theta)*log(1 - cos(theta))*(t - 1))/(2*sqrt(2*pi))
abrelu-abrelu = |u|*|v|*(sin(theta)*(a - b)^2 + 2*pi*a*b*cos(theta) + (pi - theta)*cos(theta)*(a - b)^2)/(2*pi)
abrelu-relu2 = |u|*|v|^2*(b - a + 2*a*cos(theta) + 2*b*cos(theta) - a*cos(theta)^2 + b*cos(theta)^2)/(2*sqrt(2*pi))
abrelu-relu3 = |u|*|v|^3*(sin(theta)*(b - a)*(2 + cos(theta)^2) + 3*pi*a*cos(theta) + 3*(pi - theta)*cos(theta)*(b -
    a))/(2*pi)
abrelu-erf = |u|*|v|*cos(theta)*(a + b)/(sqrt(1 + 2*|v|^2)*sqrt(pi))
abrelu-phi = |u|*|v|*cos(theta)*(a + b)/(2*sqrt(1 + |v|^2)*sqrt(2*pi)) + |u|*(b - a)/(2*sqrt(2*pi))
abrelu-exp = |u|*(b - a)*exp(|v|^2*sin(theta)^2/2)/sqrt(2*pi) + |u|*|v|*a*cos(theta)*exp(|v|^2/2) +
    |u|*|v|*cos(theta)*Phi(|v|*cos(theta))*(b - a)*exp(|v|^2/2)
abrelu-sin = |u|*|v|*cos(theta)*(a + b)*exp(-|v|^2/2)/2
abrelu-cos = |u|*|v|*cos(theta)*erfi(|v|*cos(theta)*sqrt(2)/2)*(a - b)*exp(-|v|^2/2)/2 + |u|*(b -
    a)*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
abrelu-sinp = |u|*|v|*cos(theta)*cos(p)*(a + b)*exp(-|v|^2/2)/2 +
    |u|*|v|*cos(theta)*sin(p)*erfi(|v|*cos(theta)*sqrt(2)/2)*(a - b)*exp(-|v|^2/2)/2 + |u|*sin(p)*(b -
    a)*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
abrelu-bump = |u|*(b - a)*sqrt(1 + |v|^2 - |v|^2*cos(theta)^2)/((1 + |v|^2)*sqrt(2*pi))
abrelu-gelu = |u|*|v|^2*(b - a)*sqrt(1 + |v|^2 - |v|^2*cos(theta)^2)/(2*pi*(1 + |v|^2)) + |u|*|v|*b*cos(theta)/2 +
    |u|*|v|*cos(theta)*acos(|v|*cos(theta)/sqrt(1 + |v|^2))*(a - b)/(2*pi)
abrelu-elu = |u|*(2*|v|*sin(theta)*(b - a) + (a*sqrt(2) - b*sqrt(2) + 2*|v|*a*cos(theta)*sqrt(pi))*sqrt(pi) + 2*|v|*(pi
    - theta)*cos(theta)*(b - a) + 2*Phi(-|v|*sin(theta))*(b - a)*sqrt(2*pi)*exp(|v|^2*sin(theta)^2/2) +
    4*pi*|v|*a*cos(theta)*Phi(-|v|)*exp(|v|^2/2) + 4*pi*|v|*cos(theta)*Phi(|v|*cos(theta))*(b - a)*exp(|v|^2/2) +
    4*pi*|v|*cos(theta)*Phi2(|v|, |v|*cos(theta), cos(theta))*(a - b)*exp(|v|^2/2))/(4*pi)
abrelu-he3 = 3*|u|*|v|*cos(theta)*(a + b)*(|v|^2 - 1)/2
abrelu-h3 = 6*|u|*|v|*cos(theta)*(a + b)*(2*|v|^2 - 1)
abrelu-log = |u|*(euler_gamma*(a - b) + 2*log(|v|)*(b - a) + 2*log(sin(theta))*(b - a) + log(2)*(a - b) +
    cos(theta)*log(1 + cos(theta))*(b - a) + cos(theta)*log(1 - cos(theta))*(a - b))/(2*sqrt(2*pi))
relu2-relu2 = |u|^2*|v|^2*(3*cos(theta)*sin(theta) + (pi - theta)*(1 + 2*cos(theta)^2))/(2*pi)
relu2-relu3 = |u|^2*|v|^3*(1 + cos(theta))^3/sqrt(2*pi)
relu2-erf = |u|^2*|v|*cos(theta)*sqrt(1 + 2*|v|^2 - 2*|v|^2*cos(theta)^2)*sqrt(2)/(pi*(1 + 2*|v|^2)) +
    |u|^2*asin(|v|*cos(theta)*sqrt(2)/sqrt(1 + 2*|v|^2))/pi
relu2-phi = |u|^2*|v|*cos(theta)*sqrt(1 + |v|^2 - |v|^2*cos(theta)^2)/(2*pi*(1 + |v|^2)) + |u|^2/4 +
    |u|^2*asin(|v|*cos(theta)/sqrt(1 + |v|^2))/(2*pi)
relu2-exp = |u|^2*|v|*cos(theta)*exp(|v|^2*sin(theta)^2/2)/sqrt(2*pi) + |u|^2*Phi(|v|*cos(theta))*(1 +
    |v|^2*cos(theta)^2)*exp(|v|^2/2)
relu2-sin = |u|^2*erfi(|v|*cos(theta)*sqrt(2)/2)*(1 - |v|^2*cos(theta)^2)*exp(-|v|^2/2)/2 +
    |u|^2*|v|*cos(theta)*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
relu2-cos = |u|^2*(1 - |v|^2*cos(theta)^2)*exp(-|v|^2/2)/2
relu2-sinp = |u|^2*sin(p)*(1 - |v|^2*cos(theta)^2)*exp(-|v|^2/2)/2 + |u|^2*cos(p)*erfi(|v|*cos(theta)*sqrt(2)/2)*(1 -
    |v|^2*cos(theta)^2)*exp(-|v|^2/2)/2 + |u|^2*|v|*cos(theta)*cos(p)*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
relu2-bump = |u|^2*(1 + |v|^2 - |v|^2*cos(theta)^2)/(2*(1 + |v|^2)*sqrt(1 + |v|^2))
relu2-gelu = |u|^2*|v|^2*(1 + 2*cos(theta)^2 + |v|^2 + |v|^2*cos(theta)^2)/(2*(1 + |v|^2)*sqrt(1 + |v|^2)*sqrt(2*pi)) +
    |u|^2*|v|*cos(theta)/sqrt(2*pi)
relu2-elu = |u|^2*(|v|*(1 + 2*cos(theta))*sqrt(2*pi) - 2*theta +
    2*|v|*cos(theta)*Phi(-|v|*sin(theta))*sqrt(2*pi)*exp(|v|^2*sin(theta)^2/2) + 4*pi*Phi(|v|*cos(theta))*(1 +
    |v|^2*cos(theta)^2)*exp(|v|^2/2) - 4*pi*Phi2(|v|, |v|*cos(theta), cos(theta))*(1 +
    |v|^2*cos(theta)^2)*exp(|v|^2/2))/(4*pi)
relu2-he3 = 2*|u|^2*|v|*cos(theta)*(3*|v|^2 - 3 + |v|^2*cos(theta)^2)/sqrt(2*pi)
relu2-h3 = 8*|u|^2*|v|*cos(theta)*(6*|v|^2 - 3 + 2*|v|^2*cos(theta)^2)/sqrt(2*pi)
relu2-log = |u|^2*(2*cos(theta)^2 - euler_gamma + 2*log(|v|) - log(2))/4
relu3-relu3 = |u|^3*|v|^3*(sin(theta)*(4 + 11*cos(theta)^2) + 3*(pi - theta)*cos(theta)*(3 + 2*cos(theta)^2))/(2*pi)
relu3-erf = |u|^3*|v|*cos(theta)*(3 + 6*|v|^2 - 2*|v|^2*cos(theta)^2)/((1 + 2*|v|^2)*sqrt(1 + 2*|v|^2)*sqrt(pi))
relu3-phi = |u|^3*|v|*cos(theta)*(3 + 3*|v|^2 - |v|^2*cos(theta)^2)/(2*(1 + |v|^2)*sqrt(1 + |v|^2)*sqrt(2*pi)) +
    |u|^3/sqrt(2*pi)
relu3-exp = |u|^3*(2 + |v|^2*cos(theta)^2)*exp(|v|^2*sin(theta)^2/2)/sqrt(2*pi) +
    |u|^3*|v|*cos(theta)*Phi(|v|*cos(theta))*(3 + |v|^2*cos(theta)^2)*exp(|v|^2/2)
relu3-sin = |u|^3*|v|*cos(theta)*(3 - |v|^2*cos(theta)^2)*exp(-|v|^2/2)/2
relu3-cos = |u|^3*|v|*cos(theta)*erfi(|v|*cos(theta)*sqrt(2)/2)*(|v|^2*cos(theta)^2 - 3)*exp(-|v|^2/2)/2 + |u|^3*(2 -
    |v|^2*cos(theta)^2)*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
relu3-sinp = |u|^3*|v|*cos(theta)*cos(p)*(3 - |v|^2*cos(theta)^2)*exp(-|v|^2/2)/2 +
    |u|^3*|v|*cos(theta)*sin(p)*erfi(|v|*cos(theta)*sqrt(2)/2)*(|v|^2*cos(theta)^2 - 3)*exp(-|v|^2/2)/2 +
    |u|^3*sin(p)*(2 - |v|^2*cos(theta)^2)*exp(-|v|^2*sin(theta)^2/2)/sqrt(2*pi)
relu3-bump = 2*|u|^3*(1 + |v|^2 - |v|^2*cos(theta)^2)*sqrt(1 + |v|^2 - |v|^2*cos(theta)^2)/((1 + |v|^2)^2*sqrt(2*pi))
relu3-gelu = |u|^3*|v|^2*(2 + 3*cos(theta)^2 + 2*|v|^2 + |v|^2*cos(theta)^2)*sqrt(1 + |v|^2 -
    |v|^2*cos(theta)^2)/(2*pi*(1 + |v|^2)^2) + 3*|u|^3*|v|*cos(theta)/4 +
    3*|u|^3*|v|*cos(theta)*asin(|v|*cos(theta)/sqrt(1 + |v|^2))/(2*pi)
relu3-elu = |u|^3*(4*|v|*sin(theta) - (2 + |v|^2*cos(theta)^3)*sqrt(2*pi) + 6*|v|*(pi - theta)*cos(theta) +
    2*Phi(-|v|*sin(theta))*(2 + |v|^2*cos(theta)^2)*sqrt(2*pi)*exp(|v|^2*sin(theta)^2/2) +
    4*pi*|v|*cos(theta)*Phi(|v|*cos(theta))*(3 + |v|^2*cos(theta)^2)*exp(|v|^2/2) - 4*pi*|v|*cos(theta)*Phi2(|v|,
    |v|*cos(theta), cos(theta))*(3 + |v|^2*cos(theta)^2)*exp(|v|^2/2))/(4*pi)
relu3-he3 = 3*|u|^3*|v|*cos(theta)*(3*|v|^2 - 3 + 2*|v|^2*cos(theta)^2)/2
relu3-h3 = 6*|u|^3*|v|*cos(theta)*(6*|v|^2 - 3 + 4*|v|^2*cos(theta)^2)
relu3-log = |u|^3*(2*(cos(theta)^2 - euler_gamma) + 4*log(|v|) + 4*log(sin(theta)) - 2*log(2) + cos(theta)*log(1 +
    cos(theta))*(3 - cos(theta)^2) + cos(theta)*log(1 - cos(theta))*(cos(theta)^2 - 3))/(2*sqrt(2*pi))
erf-erf = 2*asin(2*|u|*|v|*cos(theta)/sqrt((1 + 2*|v|^2)*(1 + 2*|u|^2)))/pi
erf-phi = asin(|u|*|v|*cos(theta)*sqrt(2)/sqrt((1 + |v|^2)*(1 + 2*|u|^2)))/pi
erf-exp = -exp(|v|^2/2) + 2*Phi(|u|*|v|*cos(theta)*sqrt(2)/sqrt(1 + 2*|u|^2))*exp(|v|^2/2)
erf-sin = erfi(|u|*|v|*cos(theta)/sqrt(1 + 2*|u|^2))*exp(-|v|^2/2)
erf-cos = 0
erf-sinp = cos(p)*erfi(|u|*|v|*cos(theta)/sqrt(1 + 2*|u|^2))*exp(-|v|^2/2)
erf-bump = 0
erf-gelu = |u|*|v|*cos(theta)/(sqrt(1 + 2*|u|^2)*sqrt(pi))
erf-elu = |u|*|v|*cos(theta)/(sqrt(1 + 2*|u|^2)*sqrt(pi)) + asin(|u|*cos(theta)*sqrt(2)/sqrt(1 + 2*|u|^2))/pi +
    2*Phi(|u|*|v|*cos(theta)*sqrt(2)/sqrt(1 + 2*|u|^2))*exp(|v|^2/2) - 2*Phi2(|v|, |u|*|v|*cos(theta)*sqrt(2)/sqrt(1 +
    2*|u|^2), |u|*cos(theta)*sqrt(2)/sqrt(1 + 2*|u|^2))*exp(|v|^2/2) - Phi(-|v|)*exp(|v|^2/2)
erf-he3 = 2*|u|*|v|*cos(theta)*(3*|v|^2 - 3 - 6*|u|^2 + 6*|u|^2*|v|^2 - 2*|u|^2*|v|^2*cos(theta)^2)/((1 +
    2*|u|^2)*sqrt(1 + 2*|u|^2)*sqrt(pi))
erf-h3 = 8*|u|*|v|*cos(theta)*(6*|v|^2 - 3 - 6*|u|^2 + 12*|u|^2*|v|^2 - 4*|u|^2*|v|^2*cos(theta)^2)/((1 +
    2*|u|^2)*sqrt(1 + 2*|u|^2)*sqrt(pi))
erf-log = 0
erf-softplus = |u|*|v|*cos(theta)/(sqrt(1 + 2*|u|^2)*sqrt(pi))
erf-silu = |u|*|v|*cos(theta)/(sqrt(1 + 2*|u|^2)*sqrt(pi))
phi-phi = 1/4 + asin(|u|*|v|*cos(theta)/sqrt((1 + |v|^2)*(1 + |u|^2)))/(2*pi)
phi-exp = Phi(|u|*|v|*cos(theta)/sqrt(1 + |u|^2))*exp(|v|^2/2)
phi-sin = erfi(|u|*|v|*cos(theta)*sqrt(2)/(2*sqrt(1 + |u|^2)))*exp(-|v|^2/2)/2
phi-cos = exp(-|v|^2/2)/2
phi-sinp = (sin(p)*exp(-|v|^2/2) + cos(p)*erfi(|u|*|v|*cos(theta)*sqrt(2)/(2*sqrt(1 + |u|^2)))*exp(-|v|^2/2))/2
phi-bump = 1/(2*sqrt(1 + |v|^2))
phi-gelu = |u|*|v|*cos(theta)/(2*sqrt(1 + |u|^2)*sqrt(2*pi)) + |v|^2/(2*sqrt(1 + |v|^2)*sqrt(2*pi))
phi-elu = |u|*|v|*cos(theta)/(2*sqrt(1 + |u|^2)*sqrt(2*pi)) + |v|/(2*sqrt(2*pi)) - acos(|u|*cos(theta)/sqrt(1 +
    |u|^2))/(2*pi) + Phi(|u|*|v|*cos(theta)/sqrt(1 + |u|^2))*exp(|v|^2/2) - Phi2(|v|, |u|*|v|*cos(theta)/sqrt(1 +
    |u|^2), |u|*cos(theta)/sqrt(1 + |u|^2))*exp(|v|^2/2)
phi-he3 = |u|*|v|*cos(theta)*(3*|v|^2 - 3 - 3*|u|^2 + 3*|u|^2*|v|^2 - |u|^2*|v|^2*cos(theta)^2)/((1 + |u|^2)*sqrt(1 +
    |u|^2)*sqrt(2*pi))
phi-h3 = 4*|u|*|v|*cos(theta)*(6*|v|^2 - 3 - 3*|u|^2 + 6*|u|^2*|v|^2 - 2*|u|^2*|v|^2*cos(theta)^2)/((1 + |u|^2)*sqrt(1 +
    |u|^2)*sqrt(2*pi))
phi-log = (-euler_gamma + 2*log(|v|) - log(2))/4
exp-exp = exp((|u|^2 + |v|^2 + 2*|u|*|v|*cos(theta))/2)
exp-sin = sin(|u|*|v|*cos(theta))*exp((|u|^2 - |v|^2)/2)
exp-cos = cos(|u|*|v|*cos(theta))*exp((|u|^2 - |v|^2)/2)
exp-sinp = sin(p)*cos(|u|*|v|*cos(theta))*exp((|u|^2 - |v|^2)/2) + cos(p)*sin(|u|*|v|*cos(theta))*exp((|u|^2 - |v|^2)/2)
exp-bump = exp(|u|^2*(1 + |v|^2 - |v|^2*cos(theta)^2)/(2*(1 + |v|^2)))/sqrt(1 + |v|^2)
exp-gelu = |v|^2*exp(|u|^2*(1 + |v|^2 - |v|^2*cos(theta)^2)/(2*(1 + |v|^2)))/(sqrt(1 + |v|^2)*sqrt(2*pi)) +
    |u|*|v|*cos(theta)*Phi(|u|*|v|*cos(theta)/sqrt(1 + |v|^2))*exp(|u|^2/2)
exp-elu = |v|*exp(|u|^2*sin(theta)^2/2)/sqrt(2*pi) - exp(|u|^2/2) + Phi(|u|*cos(theta))*(1 +
    |u|*|v|*cos(theta))*exp(|u|^2/2) + Phi(-(|v| + |u|*cos(theta)))*exp((|u|^2 + |v|^2 + 2*|u|*|v|*cos(theta))/2)
exp-he3 = |u|*|v|*cos(theta)*(3*|v|^2 - 3 + |u|^2*|v|^2*cos(theta)^2)*exp(|u|^2/2)
exp-h3 = 4*|u|*|v|*cos(theta)*(6*|v|^2 - 3 + 2*|u|^2*|v|^2*cos(theta)^2)*exp(|u|^2/2)
sin-sin = (-exp(-(|u|^2 + |v|^2 + 2*|u|*|v|*cos(theta))/2) + exp((2*|u|*|v|*cos(theta) - |u|^2 - |v|^2)/2))/2
sin-cos = 0
sin-sinp = cos(p)*(-exp(-(|u|^2 + |v|^2 + 2*|u|*|v|*cos(theta))/2) + exp((2*|u|*|v|*cos(theta) - |u|^2 - |v|^2)/2))/2
sin-bump = 0
sin-gelu = |u|*|v|*cos(theta)*exp(-|u|^2/2)/2
sin-elu = |u|*|v|*cos(theta)*exp(-|u|^2/2)/2 + erfi(|u|*cos(theta)*sqrt(2)/2)*exp(-|u|^2/2)/2 +
    sin(|u|*|v|*cos(theta))*exp((|v|^2 - |u|^2)/2) - sin(|u|*|v|*cos(theta))*re_Phi(|v|, |u|*cos(theta))*exp((|v|^2 -
    |u|^2)/2) - cos(|u|*|v|*cos(theta))*im_Phi(|v|, |u|*cos(theta))*exp((|v|^2 - |u|^2)/2)
sin-he3 = |u|*|v|*cos(theta)*(3*|v|^2 - 3 - |u|^2*|v|^2*cos(theta)^2)*exp(-|u|^2/2)
sin-h3 = 4*|u|*|v|*cos(theta)*(6*|v|^2 - 3 - 2*|u|^2*|v|^2*cos(theta)^2)*exp(-|u|^2/2)
sin-log = 0
sin-softplus = |u|*|v|*cos(theta)*exp(-|u|^2/2)/2
sin-silu = |u|*|v|*cos(theta)*exp(-|u|^2/2)/2
cos-cos = (exp(-(|u|^2 + |v|^2 + 2*|u|*|v|*cos(theta))/2) + exp((2*|u|*|v|*cos(theta) - |u|^2 - |v|^2)/2))/2
cos-sinp = sin(p)*(exp(-(|u|^2 + |v|^2 + 2*|u|*|v|*cos(theta))/2) + exp((2*|u|*|v|*cos(theta) - |u|^2 - |v|^2)/2))/2
cos-bump = exp(|u|^2*(|v|^2*cos(theta)^2 - 1 - |v|^2)/(2*(1 + |v|^2)))/sqrt(1 + |v|^2)
cos-gelu = |v|^2*exp(|u|^2*(|v|^2*cos(theta)^2 - 1 - |v|^2)/(2*(1 + |v|^2)))/(sqrt(1 + |v|^2)*sqrt(2*pi)) -
    |u|*|v|*cos(theta)*erfi(|u|*|v|*cos(theta)*sqrt(2)/(2*sqrt(1 + |v|^2)))*exp(-|u|^2/2)/2
cos-elu = -exp(-|u|^2/2)/2 - |u|*|v|*cos(theta)*erfi(|u|*cos(theta)*sqrt(2)/2)*exp(-|u|^2/2)/2 +
    |v|*exp(-|u|^2*sin(theta)^2/2)/sqrt(2*pi) + cos(|u|*|v|*cos(theta))*exp((|v|^2 - |u|^2)/2) +
    sin(|u|*|v|*cos(theta))*im_Phi(|v|, |u|*cos(theta))*exp((|v|^2 - |u|^2)/2) - cos(|u|*|v|*cos(theta))*re_Phi(|v|,
    |u|*cos(theta))*exp((|v|^2 - |u|^2)/2)
cos-he3 = 0
cos-h3 = 0
cos-tanh = 0
cos-sigmoid = exp(-|u|^2/2)/2
sinp-sinp = ((1 - 2*cos(p)^2)*exp(-(|u|^2 + |v|^2 + 2*|u|*|v|*cos(theta))/2) + exp((2*|u|*|v|*cos(theta) - |u|^2 -
    |v|^2)/2))/2
sinp-bump = sin(p)*exp(|u|^2*(|v|^2*cos(theta)^2 - 1 - |v|^2)/(2*(1 + |v|^2)))/sqrt(1 + |v|^2)
sinp-gelu = |v|^2*sin(p)*exp(|u|^2*(|v|^2*cos(theta)^2 - 1 - |v|^2)/(2*(1 + |v|^2)))/(sqrt(1 + |v|^2)*sqrt(2*pi)) +
    |u|*|v|*cos(theta)*cos(p)*exp(-|u|^2/2)/2 - |u|*|v|*cos(theta)*sin(p)*erfi(|u|*|v|*cos(theta)*sqrt(2)/(2*sqrt(1 +
    |v|^2)))*exp(-|u|^2/2)/2
sinp-elu = -sin(p)*exp(-|u|^2/2)/2 + |u|*|v|*cos(theta)*cos(p)*exp(-|u|^2/2)/2 -
    |u|*|v|*cos(theta)*sin(p)*erfi(|u|*cos(theta)*sqrt(2)/2)*exp(-|u|^2/2)/2 +
    |v|*sin(p)*exp(-|u|^2*sin(theta)^2/2)/sqrt(2*pi) + sin(p)*cos(|u|*|v|*cos(theta))*exp((|v|^2 - |u|^2)/2) +
    cos(p)*erfi(|u|*cos(theta)*sqrt(2)/2)*exp(-|u|^2/2)/2 + cos(p)*sin(|u|*|v|*cos(theta))*exp((|v|^2 - |u|^2)/2) +
    sin(p)*sin(|u|*|v|*cos(theta))*im_Phi(|v|, |u|*cos(theta))*exp((|v|^2 - |u|^2)/2) -
    sin(p)*cos(|u|*|v|*cos(theta))*re_Phi(|v|, |u|*cos(theta))*exp((|v|^2 - |u|^2)/2) -
    cos(p)*sin(|u|*|v|*cos(theta))*re_Phi(|v|, |u|*cos(theta))*exp((|v|^2 - |u|^2)/2) -
    cos(p)*cos(|u|*|v|*cos(theta))*im_Phi(|v|, |u|*cos(theta))*exp((|v|^2 - |u|^2)/2)
sinp-he3 = |u|*|v|*cos(theta)*cos(p)*(3*|v|^2 - 3 - |u|^2*|v|^2*cos(theta)^2)*exp(-|u|^2/2)
sinp-h3 = 4*|u|*|v|*cos(theta)*cos(p)*(6*|v|^2 - 3 - 2*|u|^2*|v|^2*cos(theta)^2)*exp(-|u|^2/2)
bump-bump = 1/sqrt(1 + |u|^2 + |v|^2 + |u|^2*|v|^2 - |u|^2*|v|^2*cos(theta)^2)
bump-gelu = |v|^2*(1 + |u|^2 - |u|^2*cos(theta)^2)/((1 + |u|^2)*sqrt(1 + |u|^2 + |v|^2 + |u|^2*|v|^2 -
    |u|^2*|v|^2*cos(theta)^2)*sqrt(2*pi))
bump-elu = -1/(2*sqrt(1 + |u|^2)) + |v|*sqrt(1 + |u|^2 - |u|^2*cos(theta)^2)/((1 + |u|^2)*sqrt(2*pi)) + Phi(-|v|*sqrt(1
    + |u|^2 - |u|^2*cos(theta)^2)/sqrt(1 + |u|^2))*exp(|v|^2*(1 + |u|^2 - |u|^2*cos(theta)^2)/(2*(1 + |u|^2)))/sqrt(1 +
    |u|^2)
bump-he3 = 0
bump-h3 = 0
bump-log = (-euler_gamma + log(1 + |u|^2 - |u|^2*cos(theta)^2) - log(1 + |u|^2) + 2*log(|v|) - log(2))/(2*sqrt(1 +
    |u|^2))
bump-tanh = 0
bump-sigmoid = 1/(2*sqrt(1 + |u|^2))
gelu-gelu = |u|^2*|v|^2*(1 + cos(theta)^2 + |u|^2 + |v|^2 + |u|^2*|v|^2 - |u|^2*|v|^2*cos(theta)^2)/(2*pi*(1 + |v|^2)*(1
    + |u|^2)*sqrt(1 + |u|^2 + |v|^2 + |u|^2*|v|^2 - |u|^2*|v|^2*cos(theta)^2)) + |u|*|v|*cos(theta)/4 +
    |u|*|v|*cos(theta)*asin(|u|*|v|*cos(theta)/sqrt((1 + |v|^2)*(1 + |u|^2)))/(2*pi)
gelu-elu = -|u|^2/(2*sqrt(1 + |u|^2)*sqrt(2*pi)) + |u|^2*|v|*sqrt(1 + |u|^2 - |u|^2*cos(theta)^2)/(2*pi*(1 + |u|^2)) +
    |u|*|v|*cos(theta)/4 + |u|*|v|*cos(theta)*asin(|u|*cos(theta)/sqrt(1 + |u|^2))/(2*pi) + |u|^2*Phi(-|v|*sqrt(1 +
    |u|^2 - |u|^2*cos(theta)^2)/sqrt(1 + |u|^2))*exp(|v|^2*(1 + |u|^2 - |u|^2*cos(theta)^2)/(2*(1 + |u|^2)))/(sqrt(1 +
    |u|^2)*sqrt(2*pi)) + |u|*|v|*cos(theta)*Phi(|u|*|v|*cos(theta)/sqrt(1 + |u|^2))*exp(|v|^2/2) -
    |u|*|v|*cos(theta)*Phi2(|v|, |u|*|v|*cos(theta)/sqrt(1 + |u|^2), |u|*cos(theta)/sqrt(1 + |u|^2))*exp(|v|^2/2)
gelu-he3 = 3*|u|*|v|*cos(theta)*(|v|^2 - 1)/2
gelu-h3 = 6*|u|*|v|*cos(theta)*(2*|v|^2 - 1)
gelu-log = |u|*(-|u|*euler_gamma*sqrt(1 + |u|^2) - |u|*log(1 + |u|^2)*sqrt(1 + |u|^2) + |u|*log(1 + |u|^2 -
    |u|^2*cos(theta)^2)*sqrt(1 + |u|^2) + 2*|u|*log(|v|)*sqrt(1 + |u|^2) - |u|*log(2)*sqrt(1 + |u|^2) +
    cos(theta)*log(|u|*cos(theta)*sqrt(1 + |u|^2) + 1 + |u|^2)*(1 + |u|^2) - cos(theta)*log(-|u|*cos(theta)*sqrt(1 +
    |u|^2) + 1 + |u|^2)*(1 + |u|^2))/(2*(1 + |u|^2)*sqrt(2*pi))
elu-elu = |u|*|v|*sin(theta)/(2*pi) - (|u| + |v|)/(2*sqrt(2*pi)) + (pi - theta)*(1 + |u|*|v|*cos(theta))/(2*pi) +
    |u|*Phi(-|v|*sin(theta))*exp(|v|^2*sin(theta)^2/2)/sqrt(2*pi) +
    |v|*Phi(-|u|*sin(theta))*exp(|u|^2*sin(theta)^2/2)/sqrt(2*pi) + Phi(|v|*cos(theta))*(1 +
    |u|*|v|*cos(theta))*exp(|v|^2/2) - Phi2(|v|, |v|*cos(theta), cos(theta))*(1 + |u|*|v|*cos(theta))*exp(|v|^2/2) -
    Phi(-|v|)*exp(|v|^2/2) + Phi(|u|*cos(theta))*(1 + |u|*|v|*cos(theta))*exp(|u|^2/2) - Phi2(|u|, |u|*cos(theta),
    cos(theta))*(1 + |u|*|v|*cos(theta))*exp(|u|^2/2) - Phi(-|u|)*exp(|u|^2/2) + Phi(-(|v| + |u|*cos(theta)))*exp((|u|^2
    + |v|^2 + 2*|u|*|v|*cos(theta))/2) - Phi(|u| + |v|*cos(theta))*exp((|u|^2 + |v|^2 + 2*|u|*|v|*cos(theta))/2) +
    Phi2(|v| + |u|*cos(theta), |u| + |v|*cos(theta), cos(theta))*exp((|u|^2 + |v|^2 + 2*|u|*|v|*cos(theta))/2)
elu-he3 = |u|*|v|*cos(theta)*(3*|v|^2*sqrt(pi) - 3*sqrt(pi) - |u|*|v|^2*cos(theta)^2*sqrt(2) + 2*Phi(-|u|)*(3*|v|^2 - 3
    + |u|^2*|v|^2*cos(theta)^2)*sqrt(pi)*exp(|u|^2/2))/(2*sqrt(pi))
elu-h3 = 2*|u|*|v|*cos(theta)*(6*|v|^2*sqrt(pi) - 3*sqrt(pi) - 2*|u|*|v|^2*cos(theta)^2*sqrt(2) + 2*Phi(-|u|)*(6*|v|^2 -
    3 + 2*|u|^2*|v|^2*cos(theta)^2)*sqrt(pi)*exp(|u|^2/2))/sqrt(pi)
he3-he3 = 3*|u|*|v|*cos(theta)*(3 - 3*|u|^2 - 3*|v|^2 + 3*|u|^2*|v|^2 + 2*|u|^2*|v|^2*cos(theta)^2)
he3-h3 = 12*|u|*|v|*cos(theta)*(3 - 3*|u|^2 - 6*|v|^2 + 6*|u|^2*|v|^2 + 4*|u|^2*|v|^2*cos(theta)^2)
he3-log = 0
he3-softplus = 3*|u|*|v|*cos(theta)*(|u|^2 - 1)/2
he3-silu = 3*|u|*|v|*cos(theta)*(|u|^2 - 1)/2
h3-h3 = 48*|u|*|v|*cos(theta)*(3 - 6*|u|^2 - 6*|v|^2 + 12*|u|^2*|v|^2 + 8*|u|^2*|v|^2*cos(theta)^2)
h3-log = 0
h3-softplus = 6*|u|*|v|*cos(theta)*(2*|u|^2 - 1)
h3-silu = 6*|u|*|v|*cos(theta)*(2*|u|^2 - 1)
log-log = euler_gamma^2/4 - euler_gamma*log(|u|)/2 + euler_gamma*log(2)/2 - euler_gamma*log(|v|)/2 +
    asin(cos(theta))^2/2 - log(|u|)*log(2)/2 + log(|u|)*log(|v|) + log(2)^2/4 - log(2)*log(|v|)/2
log-tanh = 0
log-sigmoid = (-euler_gamma + 2*log(|u|) - log(2))/4
"""
