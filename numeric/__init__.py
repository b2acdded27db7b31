"""The empirical witness: float64 estimates from definitions, each with an error and the meaning of that error.

It transcribes no closed form but population losses, for speed, each tested against its own quadrature
(`numeric.training`, `HessianProduct`), and shares no code with the exact witness. Names are loaded when first used.
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
    from numeric.adaptive import adaptive_mean, adaptive_sphere_mean
    from numeric.angle import Angle, angle_between, pairwise_angles
    from numeric.antithetic import antithetic_mean
    from numeric.canonical import Alignment, Order, aligned, canonical_form, canonical_order
    from numeric.classification import Equivalence, PointKind, align_points, equivalent_points, point_kind, signature
    from numeric.clusters import Cluster, ClusteredSpectrum, clustered_spectrum, eigenvalue_clusters
    from numeric.control_variates import control_variate_mean
    from numeric.differences import gradient, jacobian
    from numeric.errors import (
        DomainError,
        NonFiniteError,
        NotConvergedError,
        NotHomogeneousError,
        NumericError,
        RangeError,
        ShapeError,
        TooFewSamplesError,
        ZeroNeuronError,
    )
    from numeric.estimate import Estimate
    from numeric.frequency import clopper_pearson
    from numeric.gaussian_quadrature import gaussian_mean
    from numeric.gradient_differences import sampled_hessian
    from numeric.hermite import hermite_physicists, hermite_probabilists
    from numeric.hessian import eigenvalues, gauss_newton, population_hessian
    from numeric.hessian_product import HessianProduct
    from numeric.isotropy import IsotropyPartition, isotropy_partition
    from numeric.kink_hessian import hessian_change, integrated_gauss_newton, integrated_hessian
    from numeric.lanczos import RitzValues, Tridiagonal, ritz_values
    from numeric.merging import Merged, merged_neurons
    from numeric.orthant import orthant_probability
    from numeric.polar import half_line_quadrature, polar_direction_quadrature, polar_quadrature
    from numeric.richardson import DifferenceEstimate
    from numeric.sampling import sampled_mean
    from numeric.scrambled_sobol import sobol_mean
    from numeric.second_differences import hessian_of
    from numeric.sphere import HomogeneousPart, sphere_mean
    from numeric.stochastic_lanczos import SpectralDistribution, spectral_distribution
    from numeric.student_teacher import (
        per_sample_gradient,
        population_gradient,
        population_loss,
        sample_gradient,
        sample_loss,
    )
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
    "adaptive": ("adaptive_mean", "adaptive_sphere_mean"),
    "angle": ("Angle", "angle_between", "pairwise_angles"),
    "antithetic": ("antithetic_mean",),
    "control_variates": ("control_variate_mean",),
    "differences": ("gradient", "jacobian"),
    "errors": (
        "DomainError",
        "NonFiniteError",
        "NotConvergedError",
        "NotHomogeneousError",
        "NumericError",
        "RangeError",
        "ShapeError",
        "TooFewSamplesError",
        "ZeroNeuronError",
    ),
    "estimate": ("Estimate",),
    "gaussian_quadrature": ("gaussian_mean",),
    "gradient_differences": ("sampled_hessian",),
    "hermite": ("hermite_physicists", "hermite_probabilists"),
    "isotropy": ("IsotropyPartition", "isotropy_partition"),
    "kink_hessian": ("hessian_change", "integrated_gauss_newton", "integrated_hessian"),
    "orthant": ("orthant_probability",),
    "polar": ("half_line_quadrature", "polar_direction_quadrature", "polar_quadrature"),
    "hessian": ("eigenvalues", "gauss_newton", "population_hessian"),
    "richardson": ("DifferenceEstimate",),
    "sampling": ("sampled_mean",),
    "scrambled_sobol": ("sobol_mean",),
    "second_differences": ("hessian_of",),
    "sphere": ("HomogeneousPart", "sphere_mean"),
    "student_teacher": (
        "per_sample_gradient",
        "population_gradient",
        "population_loss",
        "sample_gradient",
        "sample_loss",
    ),
    "surface_mean": ("hyperplane_mean",),
    "canonical": (
        "Alignment",
        "Order",
        "aligned",
        "canonical_form",
        "canonical_order",
    ),
    "classification": (
        "Equivalence",
        "PointKind",
        "align_points",
        "equivalent_points",
        "point_kind",
        "signature",
    ),
    "clusters": (
        "Cluster",
        "ClusteredSpectrum",
        "clustered_spectrum",
        "eigenvalue_clusters",
    ),
    "frequency": ("clopper_pearson",),
    "hessian_product": ("HessianProduct",),
    "lanczos": (
        "RitzValues",
        "Tridiagonal",
        "ritz_values",
    ),
    "merging": (
        "Merged",
        "merged_neurons",
    ),
    "stochastic_lanczos": (
        "SpectralDistribution",
        "spectral_distribution",
    ),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Alignment",
    "Angle",
    "Cluster",
    "ClusteredSpectrum",
    "DifferenceEstimate",
    "DomainError",
    "Equivalence",
    "Estimate",
    "HessianProduct",
    "HomogeneousPart",
    "IsotropyPartition",
    "Merged",
    "NonFiniteError",
    "NotConvergedError",
    "NotHomogeneousError",
    "NumericError",
    "Order",
    "PointKind",
    "RangeError",
    "RitzValues",
    "ShapeError",
    "SpectralDistribution",
    "TooFewSamplesError",
    "Tridiagonal",
    "ZeroNeuronError",
    "abrelu",
    "absolute",
    "adaptive_mean",
    "adaptive_sphere_mean",
    "align_points",
    "aligned",
    "angle_between",
    "antithetic_mean",
    "canonical_form",
    "canonical_order",
    "clopper_pearson",
    "clustered_spectrum",
    "control_variate_mean",
    "eigenvalue_clusters",
    "eigenvalues",
    "elu",
    "equivalent_points",
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
    "hessian_of",
    "hyperplane_mean",
    "integrated_gauss_newton",
    "integrated_hessian",
    "isotropy_partition",
    "jacobian",
    "leaky_relu",
    "log_absolute",
    "merged_neurons",
    "normal_cdf",
    "orthant_probability",
    "pairwise_angles",
    "per_sample_gradient",
    "point_kind",
    "polar_direction_quadrature",
    "polar_quadrature",
    "population_gradient",
    "population_hessian",
    "population_loss",
    "relu",
    "ritz_values",
    "sample_gradient",
    "sample_loss",
    "sampled_hessian",
    "sampled_mean",
    "sigmoid",
    "sign",
    "signature",
    "silu",
    "sobol_mean",
    "softplus",
    "spectral_distribution",
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
