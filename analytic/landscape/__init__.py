"""Symmetric critical points of the student-teacher loss: blocks of the Hessian and exact spectra."""
