"""Commands on critical points of the student-teacher loss: spectrum, blocks; imports wait until a command runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from checks.cli.options import output_options

if TYPE_CHECKING:
    from analytic.landscape.point import CriticalPoint

_AT = "The point: global, diagonal, A, I, II, I:p, II:p, or a partition such as 15,5 or 14,1,22 or 9,1+1 or 15,5#2."
_PHI = "The activation: relu, abs, or leaky_relu(1/5)."


@click.command("spectrum", short_help="The Hessian spectrum at a critical point.")
@click.option("--k", type=click.IntRange(min=1), help="Number of teachers; without it, formulas in k (global only).")
@click.option("--d", type=click.IntRange(min=1), help="Dimension of the input, at least k.  [default: k]")
@click.option("--at", default=None, metavar="POINT", help=_AT + "  [default: global]")
@click.option(
    "--weights", metavar="FILE", help="A matrix, one neuron a row: .npy, .npz, .csv or .mat; teacher [I_k 0]."
)
@click.option("--polish", is_flag=True, help="Take the critical point that Newton's method reaches from the weights.")
@click.option("--activation", default="relu", show_default=True, help=_PHI)
@click.option(
    "--digits", default=15, show_default=True, type=click.IntRange(1, 10_000), help="Digits of the eigenvalues."
)
@output_options
def spectrum_command(
    k: int | None,
    d: int | None,
    at: str | None,
    weights: str | None,
    polish: bool,
    activation: str,
    digits: int,
    form: str,
    out: str | None,
) -> int:
    """The whole spectrum of the Hessian at a critical point: eigenvalues, multiplicities, isotypic components.

    At the global minimum W = V = [I_k 0] eigenvalues are exact (without --k as formulas in k and d). At other points
    the critical point is proved to exist and eigenvalues are enclosures to the digits asked for.
    """
    from checks.report import emit, environment

    if weights is None and (at or "global") == "global" and activation == "relu":
        from analytic.landscape.spectrum import spectrum
        from checks.present import spectrum_report

        block = environment(precision="exact" if k is None else f"{digits} digits")
        emit(spectrum_report(spectrum(k, d), digits, block), form, out)
        return 0
    from checks.landscape_reports import point_report

    point = _point(k, d, at, weights, polish, activation)
    block = environment(precision=f"{digits} digits")
    emit(point_report(point, digits, block, form == "latex"), form, out)
    return 0


def _point(
    k: int | None, d: int | None, at: str | None, weights: str | None, polish: bool, activation: str
) -> CriticalPoint:
    from analytic.landscape.named import find_point, point_from_weights
    from analytic.landscape.pair import activation as named_activation
    from checks.weights import read_weights

    phi = named_activation(activation)
    if weights is None:
        return find_point(at or "global", k, d, phi)
    if at is not None:
        raise click.UsageError("got --at and --weights, expected one of them: the weights say which point is meant")
    W = read_weights(weights)
    if d is not None and d != W.shape[-1]:
        raise click.UsageError(f"got --d {d} and weights of {W.shape[-1]} columns, expected the same: leave --d out")
    return point_from_weights(W, k, phi, polish)


@click.command("blocks", short_help="Symbolic blocks of the Hessian at a symmetric point.")
@click.option("--at", default="II", show_default=True, metavar="POINT", help=_AT)
@click.option("--component", "wanted", metavar="NAME", help="One isotypic component, such as standard:1; default all.")
@click.option("--activation", default="relu", show_default=True, help=_PHI)
@output_options
def blocks_command(at: str, wanted: str | None, activation: str, form: str, out: str | None) -> int:
    """The Hessian's block on each isotypic component, as formulas in the orbit parameters and the sizes of the blocks.

    By Schur's lemma every eigenvalue of a block is an eigenvalue of the Hessian, with the dimension of the component as
    its multiplicity. Sizes are symbols: k_1 is the size of block 1.
    """
    from analytic.landscape.named import family_layout
    from analytic.landscape.pair import activation as named_activation
    from checks.landscape_reports import blocks_report
    from checks.report import emit, environment

    layout, weights = family_layout(at)
    report = blocks_report(at, layout, weights, named_activation(activation), wanted, environment(precision="exact"))
    emit(report, form, out)
    return 0
