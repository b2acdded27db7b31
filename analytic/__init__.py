"""The exact witness: symbols, algebraic numbers and balls; it never samples."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytic.activations import absolute, gaussians, leaky_relu, relu, sign, step
    from analytic.angle import Angle, angle_between
    from analytic.balls import Ball
    from analytic.compiled import CompiledExpectation, compile_expectation
    from analytic.deep.angular import Piecewise, RectifiedPower
    from analytic.deep.arc_cosine import arc_cosine, arc_cosine_ball, arc_cosine_formula
    from analytic.deep.depth_limit import depth_constant, expansion_at_one, relu_gaps
    from analytic.deep.depth_rate import depth_rate, kink_coefficient
    from analytic.deep.derived import DerivedActivation
    from analytic.deep.derived_ball import DerivedBall
    from analytic.deep.dual import DualActivation
    from analytic.deep.layer_map import ErfBall, LayerMap, PiecewiseBall
    from analytic.deep.named import dual_activation
    from analytic.deep.named_formula import NamedFormula
    from analytic.deep.network import nngp_gram, ntk_gram
    from analytic.deep.network_ball import network_ball
    from analytic.deep.smooth import hermite
    from analytic.deep.symbolic_network import symbolic_nngp, symbolic_ntk
    from analytic.dense import Enclosure, population_gradient, population_hessian
    from analytic.errors import AccuracyError, AnalyticError
    from analytic.expectation import Expectation, expect
    from analytic.formula import Expr
    from analytic.functions import (
        H,
        He,
        Phi,
        abrelu,
        bump,
        cos,
        elu,
        erf,
        exp,
        gelu,
        log_abs,
        sigmoid,
        silu,
        sin,
        softplus,
        tanh,
    )
    from analytic.gaussian_law import GaussianLaw
    from analytic.grammar import parse
    from analytic.landscape.bifurcation import bifurcation
    from analytic.landscape.expansion import expansion
    from analytic.landscape.isotropy import isotropy
    from analytic.landscape.model import StudentTeacher
    from analytic.landscape.named import find_point, point_from_weights
    from analytic.landscape.point import CriticalPoint
    from analytic.landscape.search import points_at
    from analytic.landscape.spectrum import Spectrum, spectrum
    from analytic.landscape.thresholds import thresholds
    from analytic.open_expectation import OpenExpectation
    from analytic.ring import Ring
    from analytic.series.enclosure import certified_mean
    from analytic.series.hermite import hermite_series

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
    "CompiledExpectation": "compiled",
    "compile_expectation": "compiled",
    "Piecewise": "deep.angular",
    "RectifiedPower": "deep.angular",
    "hermite": "deep.smooth",
    "ErfBall": "deep.layer_map",
    "PiecewiseBall": "deep.layer_map",
    "DerivedBall": "deep.derived_ball",
    "relu_gaps": "deep.depth_limit",
    "depth_rate": "deep.depth_rate",
    "kink_coefficient": "deep.depth_rate",
    "NamedFormula": "deep.named_formula",
    "arc_cosine": "deep.arc_cosine",
    "arc_cosine_ball": "deep.arc_cosine",
    "arc_cosine_formula": "deep.arc_cosine",
    "depth_constant": "deep.depth_limit",
    "expansion_at_one": "deep.depth_limit",
    "DerivedActivation": "deep.derived",
    "DualActivation": "deep.dual",
    "LayerMap": "deep.layer_map",
    "dual_activation": "deep.named",
    "nngp_gram": "deep.network",
    "ntk_gram": "deep.network",
    "network_ball": "deep.network_ball",
    "symbolic_nngp": "deep.symbolic_network",
    "symbolic_ntk": "deep.symbolic_network",
    "Enclosure": "dense",
    "population_gradient": "dense",
    "population_hessian": "dense",
    "AccuracyError": "errors",
    "AnalyticError": "errors",
    "Expectation": "expectation",
    "expect": "expectation",
    "Expr": "formula",
    "H": "functions",
    "He": "functions",
    "Phi": "functions",
    "abrelu": "functions",
    "bump": "functions",
    "cos": "functions",
    "elu": "functions",
    "erf": "functions",
    "exp": "functions",
    "gelu": "functions",
    "log_abs": "functions",
    "sigmoid": "functions",
    "silu": "functions",
    "sin": "functions",
    "softplus": "functions",
    "tanh": "functions",
    "GaussianLaw": "gaussian_law",
    "parse": "grammar",
    "StudentTeacher": "landscape.model",
    "isotropy": "landscape.isotropy",
    "find_point": "landscape.named",
    "point_from_weights": "landscape.named",
    "CriticalPoint": "landscape.point",
    "points_at": "landscape.search",
    "thresholds": "landscape.thresholds",
    "bifurcation": "landscape.bifurcation",
    "expansion": "landscape.expansion",
    "Spectrum": "landscape.spectrum",
    "spectrum": "landscape.spectrum",
    "OpenExpectation": "open_expectation",
    "Ring": "ring",
    "certified_mean": "series.enclosure",
    "hermite_series": "series.hermite",
}

__all__ = [
    "AccuracyError",
    "AnalyticError",
    "Angle",
    "Ball",
    "CompiledExpectation",
    "CriticalPoint",
    "DerivedActivation",
    "DerivedBall",
    "DualActivation",
    "Enclosure",
    "ErfBall",
    "Expectation",
    "Expr",
    "GaussianLaw",
    "H",
    "He",
    "LayerMap",
    "NamedFormula",
    "OpenExpectation",
    "Phi",
    "Piecewise",
    "PiecewiseBall",
    "RectifiedPower",
    "Ring",
    "Spectrum",
    "StudentTeacher",
    "abrelu",
    "absolute",
    "angle_between",
    "arc_cosine",
    "arc_cosine_ball",
    "arc_cosine_formula",
    "bifurcation",
    "bump",
    "certified_mean",
    "compile_expectation",
    "cos",
    "depth_constant",
    "depth_rate",
    "dual_activation",
    "elu",
    "erf",
    "exp",
    "expansion",
    "expansion_at_one",
    "expect",
    "find_point",
    "gaussians",
    "gelu",
    "hermite",
    "hermite_series",
    "isotropy",
    "kink_coefficient",
    "leaky_relu",
    "log_abs",
    "network_ball",
    "nngp_gram",
    "ntk_gram",
    "parse",
    "point_from_weights",
    "points_at",
    "population_gradient",
    "population_hessian",
    "relu",
    "relu_gaps",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "softplus",
    "spectrum",
    "step",
    "symbolic_nngp",
    "symbolic_ntk",
    "tanh",
    "thresholds",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'analytic' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"analytic.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
