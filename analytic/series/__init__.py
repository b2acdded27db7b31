"""Gaussian expectations without a closed form: certified quadrature, and Hermite series with a rigorous tail."""
