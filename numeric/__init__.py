"""The empirical witness: float64 estimates from definitions, each with an error and the meaning of that error.

It transcribes no closed form, and shares no code with the exact witness. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numeric.activations import (
        abrelu,
        absolute,
        elu,
        erf,
        gaussian_bump,
        gelu,
        leaky_relu,
        log_absolute,
        normal_cdf,
        relu,
        sigmoid,
        sign,
        silu,
        softplus,
        step,
        tanh,
    )
    from numeric.angle import Angle, angle_between, pairwise_angles
    from numeric.differences import gradient, jacobian
    from numeric.errors import (
        DomainError,
        NonFiniteError,
        NotHomogeneousError,
        NumericError,
        RangeError,
        ShapeError,
        TooFewSamplesError,
        ZeroNeuronError,
    )
    from numeric.estimate import Estimate
    from numeric.gaussian_quadrature import gaussian_mean
    from numeric.hermite import hermite_physicists, hermite_probabilists
    from numeric.hessian import eigenvalues, gauss_newton, population_hessian
    from numeric.isotropy import IsotropyPartition, isotropy_partition
    from numeric.kink_hessian import hessian_change, integrated_gauss_newton, integrated_hessian
    from numeric.polar import half_line_quadrature, polar_direction_quadrature, polar_quadrature
    from numeric.sampling import sampled_mean
    from numeric.sphere import HomogeneousPart, sphere_mean
    from numeric.student_teacher import population_gradient, population_loss, sample_gradient, sample_loss
    from numeric.surface_mean import hyperplane_mean

_HOMES: dict[str, tuple[str, ...]] = {
    "activations": (
        "abrelu",
        "absolute",
        "elu",
        "erf",
        "gaussian_bump",
        "gelu",
        "leaky_relu",
        "log_absolute",
        "normal_cdf",
        "relu",
        "sigmoid",
        "sign",
        "silu",
        "softplus",
        "step",
        "tanh",
    ),
    "angle": ("Angle", "angle_between", "pairwise_angles"),
    "differences": ("gradient", "jacobian"),
    "errors": (
        "DomainError",
        "NonFiniteError",
        "NotHomogeneousError",
        "NumericError",
        "RangeError",
        "ShapeError",
        "TooFewSamplesError",
        "ZeroNeuronError",
    ),
    "estimate": ("Estimate",),
    "gaussian_quadrature": ("gaussian_mean",),
    "hermite": ("hermite_physicists", "hermite_probabilists"),
    "isotropy": ("IsotropyPartition", "isotropy_partition"),
    "kink_hessian": ("hessian_change", "integrated_gauss_newton", "integrated_hessian"),
    "polar": ("half_line_quadrature", "polar_direction_quadrature", "polar_quadrature"),
    "hessian": ("eigenvalues", "gauss_newton", "population_hessian"),
    "sampling": ("sampled_mean",),
    "sphere": ("HomogeneousPart", "sphere_mean"),
    "student_teacher": ("population_gradient", "population_loss", "sample_gradient", "sample_loss"),
    "surface_mean": ("hyperplane_mean",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Angle",
    "DomainError",
    "Estimate",
    "HomogeneousPart",
    "IsotropyPartition",
    "NonFiniteError",
    "NotHomogeneousError",
    "NumericError",
    "RangeError",
    "ShapeError",
    "TooFewSamplesError",
    "ZeroNeuronError",
    "abrelu",
    "absolute",
    "angle_between",
    "eigenvalues",
    "elu",
    "erf",
    "gauss_newton",
    "gaussian_bump",
    "gaussian_mean",
    "gelu",
    "gradient",
    "half_line_quadrature",
    "hermite_physicists",
    "hermite_probabilists",
    "hessian_change",
    "hyperplane_mean",
    "integrated_gauss_newton",
    "integrated_hessian",
    "isotropy_partition",
    "jacobian",
    "leaky_relu",
    "log_absolute",
    "normal_cdf",
    "pairwise_angles",
    "polar_direction_quadrature",
    "polar_quadrature",
    "population_gradient",
    "population_hessian",
    "population_loss",
    "relu",
    "sample_gradient",
    "sample_loss",
    "sampled_mean",
    "sigmoid",
    "sign",
    "silu",
    "softplus",
    "sphere_mean",
    "step",
    "tanh",
]


def __getattr__(name: str) -> object:
    """Load a public name from the module it lives in (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module 'numeric' has no attribute {name!r}; its public names are in numeric.__all__")
    value: object = getattr(import_module(f"numeric.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names."""
    return __all__
