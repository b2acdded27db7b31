"""The words of the sublanguage: what each command, operator name and letter may mean."""

from __future__ import annotations

#: Functions by the names under which they are written, and ours. They apply to what stands in brackets after them.
FUNCTIONS = {
    **{f: f for f in ("sin", "cos", "tan", "exp", "log", "tanh", "relu", "erf", "erfi", "step", "sign", "gelu")},
    **{f: f for f in ("elu", "silu", "sigmoid", "softplus", "abrelu", "bump", "abs", "Phi", "max", "min", "dawson")},
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "artanh": "atanh",
    "ln": "log",
    "orthant": "orthant",
    "ReLU": "relu",
    "RELU": "relu",
    "GELU": "gelu",
    "ELU": "elu",
    "SiLU": "silu",
    "Swish": "silu",
    "swish": "silu",
    "sgn": "sign",
    "leaky": "leaky_relu",
    "LeakyReLU": "leaky_relu",
    "leakyrelu": "leaky_relu",
    "He": "He",
    "heaviside": "step",
    "Heaviside": "step",
    "Li": "Li2",
    "re_Phi": "re_Phi",
    "im_Phi": "im_Phi",
}
#: Functions that the literature writes without brackets too: \sin\theta.
BARE = frozenset(("sin", "cos", "tan", "asin", "acos", "atan", "log", "exp", "tanh"))
#: f^2 is the square of the value for these, f^{-1} the inverse function for the trigonometric ones.
SQUARED = frozenset(("sin", "cos", "tan", "log", "tanh"))
INVERSES = {"sin": "asin", "cos": "acos", "tan": "atan"}
ARITIES = {
    "leaky_relu": (2,),
    "abrelu": (3,),
    "elu": (1, 2),
    "max": (2,),
    "min": (2,),
    "Phi2": (3,),
    "re_Phi": (2,),
    "im_Phi": (2,),
    "owens_t": (2,),
}
#: Derivatives of activations, almost everywhere: \sigma'(z), \dot\sigma(z).
DERIVATIVES = {"relu": "step", "abs": "sign"}

GREEK = frozenset(
    (
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi"),
        *("rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Sigma", "Lambda", "Gamma", "Delta", "Theta", "Psi"),
        *("Omega", "varphi", "vartheta", "varepsilon", "varrho", "ell", "pi", "Xi", "Pi", "Upsilon"),
    )
)
RELATIONS = {
    "=": "=",
    "<": "<",
    ">": ">",
    "le": "<=",
    "leq": "<=",
    "leqslant": "<=",
    "ge": ">=",
    "geq": ">=",
    "geqslant": ">=",
    "lt": "<",
    "gt": ">",
    "ne": "!=",
    "neq": "!=",
    "succeq": "succeq",
    "preceq": "preceq",
    "succ": "succ",
    "prec": "prec",
    "to": "to",
    "rightarrow": "to",
    "longrightarrow": "to",
    "downarrow": "down",
    "searrow": "down",
    "uparrow": "up",
    "nearrow": "up",
    "sim": "sim",
    "approx": "approx",
    "in": "in",
    "equiv": ":=",
    "coloneqq": ":=",
    "triangleq": ":=",
    "propto": "propto",
    "simeq": "approx",
    "ll": "ll",
    "gg": "gg",
    "lesssim": "lesssim",
    "gtrsim": "gtrsim",
    "asymp": "asymp",
}
TIMES = frozenset(("cdot", "times"))
SPACES = frozenset(
    (
        *("left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg", "biggl", "biggr", "Biggl"),
        *("Biggr", "displaystyle", "textstyle", "limits", "nolimits", "nonumber", "notag", "thinspace", "medspace"),
    )
)
FONTS = frozenset(
    (
        *("mathbf", "boldsymbol", "bm", "mathrm", "mathit", "mathsf", "mathtt", "mathcal", "mathscr", "mathbb"),
        *("mathds", "operatorname", "text", "textrm", "textbf", "textit", "mbox", "rm", "bf"),
    )
)
ACCENTS = {"bar": "bar", "hat": "bar", "overline": "bar", "widehat": "bar", "dot": "dot"}
FRACTIONS = frozenset(("frac", "tfrac", "dfrac", "cfrac", "nicefrac"))
#: Environments of displayed mathematics; a star after them does no harm.
DISPLAYS = frozenset(
    (
        *("equation", "align", "aligned", "split", "gather", "gathered", "multline", "flalign", "eqnarray"),
        *("displaymath", "math", "claim"),
    )
)
#: English between a statement and its conditions, and between conditions.
WORDS = frozenset(
    ("for", "all", "where", "with", "if", "when", "and", "as", "any", "every", "let", "given", "assuming", "that")
)
#: Why a letter cannot be read as it stands.
READINGS = {
    "sigma": (
        r"an activation: declare which, activation = '\sigma=relu'",
        r"a standard deviation: say so by u \sim \mathcal N(0, \sigma^2)",
    ),
    "phi": (r"an activation: declare which, activation = '\phi=relu'", "the density of the normal distribution"),
    "varphi": (
        r"an activation: declare which, activation = '\varphi=relu'",
        "the density of the normal distribution",
    ),
    "Theta": (
        r"the step function: declare it, activation = '\Theta=step'",
        "a matrix or constant: call it by another letter",
    ),
    "H": (
        r"the physicists' Hermite polynomial: activation = 'H=H'",
        r"the probabilists' one: activation = 'H=He'",
        r"the step function: activation = 'H=step'",
    ),
    "h": ("a Hermite polynomial with some normalisation", r"a function: define it, \text{where } h(w,v) = ..."),
    "n": (r"the unit vector along \bar v - \cos\theta \bar w: activation = 'n=perp'", "a size", "a constant"),
    "k": ("a constant: declare its domain", "an index or a size"),
    "e": (r"Euler's number: write e^{...} or \exp(...)", "a variable"),
    "i": ("an index", "the imaginary unit"),
    "L": (
        r"the population loss, which is read in derivatives only: \nabla_{w_i} L, \nabla^2_{w_i w_j} L",
        "a constant: call it by another letter and declare that, variables = { a = '[0, oo)' }",
    ),
    "E": (r"an expectation: write \mathbb{E}[...]", "a variable"),
    "T": (r"a transposed vector: write \top", "Owen's function: activation = 'T=owens_t'", "a constant"),
    "F": ("Dawson's function: activation = 'F=dawson'", "a loss", "a constant"),
}
