"""Deep networks of infinite width: arc-cosine kernels, Gaussian-process and tangent kernels, layer maps."""
