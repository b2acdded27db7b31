"""The exact witness: symbols, algebraic numbers and balls; it never samples."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytic.activations import absolute, gaussians, leaky_relu, relu, sign, step
    from analytic.angle import Angle, angle_between
    from analytic.balls import Ball
    from analytic.dense import Enclosure, population_gradient, population_hessian
    from analytic.errors import AnalyticError
    from analytic.expectation import Expectation, expect
    from analytic.formula import Expr
    from analytic.grammar import parse
    from analytic.landscape.spectrum import Spectrum, spectrum
    from analytic.ring import Ring

#: public name -> module; loaded on first use, so that importing ``analytic`` stays light.
_HOME = {
    "absolute": "activations",
    "gaussians": "activations",
    "leaky_relu": "activations",
    "relu": "activations",
    "sign": "activations",
    "step": "activations",
    "Angle": "angle",
    "angle_between": "angle",
    "Ball": "balls",
    "Enclosure": "dense",
    "population_gradient": "dense",
    "population_hessian": "dense",
    "AnalyticError": "errors",
    "Expectation": "expectation",
    "expect": "expectation",
    "Expr": "formula",
    "parse": "grammar",
    "Spectrum": "landscape.spectrum",
    "spectrum": "landscape.spectrum",
    "Ring": "ring",
}

__all__ = [
    "AnalyticError",
    "Angle",
    "Ball",
    "Enclosure",
    "Expectation",
    "Expr",
    "Ring",
    "Spectrum",
    "absolute",
    "angle_between",
    "expect",
    "gaussians",
    "leaky_relu",
    "parse",
    "population_gradient",
    "population_hessian",
    "relu",
    "sign",
    "spectrum",
    "step",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'analytic' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"analytic.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
