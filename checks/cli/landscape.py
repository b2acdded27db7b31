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

    if polish and weights is None:
        raise click.UsageError("got --polish without --weights, expected both: only weights are polished")
    if weights is None and at in (None, "global") and activation == "relu":
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
        return find_point("global" if at is None else at, k, d, phi)
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


@click.command("family", short_help="Thresholds of a family over real k, and its picture.")
@click.argument("name")
@click.option("--from", "first", type=float, help="Follow the family from this k.  [default: where it begins]")
@click.option(
    "--to", "last", type=float, help="Follow it up to this k.  [default: 10^6; 40 times its first k with --plot]"
)
@click.option("--plot", metavar="FILE", help="Draw loss, eigenvalues and index against k: .png, .svg or .pdf.")
@click.option("--data", metavar="FILE", help="Write the numbers of the picture as .csv.")
@click.option("--steps", default=200, show_default=True, type=click.IntRange(2, 10_000), help="Points of the picture.")
@click.option(
    "--digits", default=15, show_default=True, type=click.IntRange(1, 10_000), help="Digits of the thresholds."
)
@output_options
def family_command(
    name: str,
    first: float | None,
    last: float | None,
    plot: str | None,
    data: str | None,
    steps: int,
    digits: int,
    form: str,
    out: str | None,
) -> int:
    """The real numbers of neurons k at which a family (A, I, II, I:p, II:p) is born, ends, or changes its index.

    Each threshold is proved: an enclosure of the only solution of a square system near by. With --plot the bifurcation
    picture is drawn: loss, eigenvalues by isotypic component and index against k.
    """
    from analytic.landscape.thresholds import thresholds
    from checks.landscape_reports import thresholds_report
    from checks.report import emit, ensure_writable, environment, write_atomically

    if data is not None and not data.lower().endswith(".csv"):
        raise click.UsageError(f"got --data {data}, expected a file name that ends in .csv")
    for file in (plot, data):
        if file is not None:
            ensure_writable(file)
    bounds = None if first is None and last is None else (first, last)
    if plot is not None or data is not None:
        from analytic.landscape.bifurcation import bifurcation, picture_range

        drawn = bifurcation(name, picture_range(name, first, last), steps)
        if plot is not None:
            drawn.plot(plot)
        if data is not None:
            write_atomically(data, drawn.csv())
    found = thresholds(name, digits, bounds)
    emit(thresholds_report(found, digits, plot, environment(precision=f"{digits} digits"), last), form, out)
    return 0


@click.command("expand", short_help="Expansions of a family in powers of k^(-1/2).")
@click.argument("name")
@click.option(
    "--of",
    "what",
    type=click.Choice(["loss", "weights", "eigenvalues"]),
    default="loss",
    show_default=True,
    help="What to expand.",
)
@click.option("--order", default=4, show_default=True, type=click.IntRange(0, 40), help="Terms up to k^(-ORDER/2).")
@output_options
def expand_command(name: str, what: str, order: int, form: str, out: str | None) -> int:
    """Loss, weights or eigenvalues of a family (global, diagonal, A, I, II, II:p, I:p, II:k/2) as k goes to infinity.

    Coefficients are exact, rational functions of pi (with the square root of p for II:p), or certified numbers where
    they are not: I:p with p from 3 to 15, and shares of k such as II:k/2 or I:3k/4.
    """
    from analytic.landscape.expansion import expansion
    from checks.landscape_reports import expansion_report
    from checks.report import emit, environment

    found = expansion(name, order, what)
    terms = list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else [found]
    precision = "exact" if all(t.exact for t in terms) else "exact, and enclosures of which sure digits are written"
    emit(expansion_report(name, what, order, terms, environment(precision=precision)), form, out)
    return 0
