"""Simulated training: one network with a history, or many runs at once. Names are loaded when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numeric.training.batch import BatchDescent, descend
    from numeric.training.descent import GradientDescent
    from numeric.training.flow import GradientFlow
    from numeric.training.history import History, Progress
    from numeric.training.initial import initial_batch, initial_weights
    from numeric.training.inputs import GaussianInputs, GivenInputs, RadialInputs, heavy_tailed, uniform_ball
    from numeric.training.neurons import Neuron
    from numeric.training.newton import NewtonPolish
    from numeric.training.online import OnlineDescent
    from numeric.training.population import closed_form, population_step
    from numeric.training.population_hessian import dense_hessian
    from numeric.training.problem import TrainingProblem
    from numeric.training.quasi_newton import QuasiNewton
    from numeric.training.teachers import BallTeacher, LabelTeacher, NetworkTeacher, NormTeacher
    from numeric.training.training import Training, train

_HOMES: dict[str, tuple[str, ...]] = {
    "batch": ("BatchDescent", "descend"),
    "descent": ("GradientDescent",),
    "flow": ("GradientFlow",),
    "history": ("History", "Progress"),
    "initial": ("initial_batch", "initial_weights"),
    "inputs": ("GaussianInputs", "GivenInputs", "RadialInputs", "heavy_tailed", "uniform_ball"),
    "neurons": ("Neuron",),
    "newton": ("NewtonPolish",),
    "online": ("OnlineDescent",),
    "population": ("closed_form", "population_step"),
    "population_hessian": ("dense_hessian",),
    "problem": ("TrainingProblem",),
    "quasi_newton": ("QuasiNewton",),
    "teachers": ("BallTeacher", "LabelTeacher", "NetworkTeacher", "NormTeacher"),
    "training": ("Training", "train"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "BallTeacher",
    "BatchDescent",
    "GaussianInputs",
    "GivenInputs",
    "GradientDescent",
    "GradientFlow",
    "History",
    "LabelTeacher",
    "NetworkTeacher",
    "Neuron",
    "NewtonPolish",
    "NormTeacher",
    "OnlineDescent",
    "Progress",
    "QuasiNewton",
    "RadialInputs",
    "Training",
    "TrainingProblem",
    "closed_form",
    "dense_hessian",
    "descend",
    "heavy_tailed",
    "initial_batch",
    "initial_weights",
    "population_step",
    "train",
    "uniform_ball",
]


def __getattr__(name: str) -> object:
    """Load a public name from the module it lives in (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'numeric.training' has no attribute {name!r}; see numeric.training.__all__")
    value: object = getattr(import_module(f"numeric.training.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names."""
    return __all__
