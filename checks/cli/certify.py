"""Certificates of critical points: certify writes them, check verifies them; imports wait until a command runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from checks.cli.landscape import _AT, _PHI
from checks.cli.options import output_options

if TYPE_CHECKING:
    from analytic.landscape.certificate import Certificate

#: A file larger than this is no certificate of ours.
MAX_BYTES = 50_000_000
REJECTED = 1


@click.command("certify", short_help="A certificate of a critical point, from weights or by name.")
@click.argument("weights", required=False)
@click.option("--at", metavar="POINT", help=_AT)
@click.option("--k", "size", help="Number of teachers, or 6..1000 or 6,8,10..12.  [default: the smaller of n and d]")
@click.option("--real", is_flag=True, help="With --k A..B: one statement on every real k from A to B.")
@click.option("--bound", metavar="C", help="With --k A..inf or --real: what all eigenvalues exceed, e.g. 0.0047.")
@click.option("--batch", metavar="FILE", help="Many points: .json or .jsonl with names, blocks or weights.")
@click.option("--results", metavar="FILE", help="With --batch: keep results here as they come, and resume from here.")
@click.option("--retry", is_flag=True, help="With --results: try points again that failed in an earlier run.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes of --batch and --k A..B.  [default: all cores]")
@click.option("--d", "width", metavar="D", help="Dimension of the input, for --at: 25, or k+2.  [default: k]")
@click.option("--teacher", metavar="FILE", help="The teacher, one neuron a row.  [default: the identity]")
@click.option("--polish", is_flag=True, help="Take the critical point that Newton's method reaches from the weights.")
@click.option("--activation", default="relu", show_default=True, help=_PHI)
@click.option("--digits", default=15, show_default=True, type=click.IntRange(1, 1000), help="Digits of the enclosures.")
@output_options
def certify_command(
    weights: str | None,
    at: str | None,
    size: str | None,
    real: bool,
    bound: str | None,
    batch: str | None,
    results: str | None,
    retry: bool,
    jobs: int | None,
    width: str | None,
    teacher: str | None,
    polish: bool,
    activation: str,
    digits: int,
    form: str,
    out: str | None,
) -> int:
    """Proves that a critical point exists, and what it is: strict local minimum, saddle of index m, or undecided.

    WEIGHTS is a matrix, one neuron a row (.npy, .npz, .csv, .mat). The certificate is written to --out (for the
    formats table and json; else --out takes the report) and verified at once by an independent checker.
    """
    many = size is not None and any(sign in size for sign in (".", ","))
    if (results is not None and batch is None) or (retry and results is None):
        raise click.UsageError("got --results without --batch, or --retry without --results, expected all of them")
    if bound is not None and not (real or (size or "").endswith("..inf")):
        raise click.UsageError("got --bound without --real or --k A..inf, expected one: it bounds all k at once")
    if batch is not None:
        if weights is not None or at is not None or size is not None or width is not None or real:
            raise click.UsageError("got --batch with --at, --k, --d or --real, expected the points in the file alone")
        return _batch(batch, (results, retry), jobs, (digits, activation, teacher), form, out)
    if many or real:
        if weights is not None or teacher is not None or activation != "relu":
            raise click.UsageError("got a range of k with another option, expected --at, --d, --jobs only")
        if size is not None and size.endswith("..inf") and width is not None:
            raise click.UsageError("got --d with --k A..inf, expected none: that statement holds for every d >= k")
        if size is not None and size.endswith("..inf"):
            return _all(at, size.removesuffix("..inf"), bound, form, out)
        return _real(at, size, (bound, width), form, out) if real else _sizes(at, size, width, jobs, form, out)
    d = _dimension(width, size)
    from analytic.landscape.certificate import to_json
    from checks.certificate_reports import certificate_report
    from checks.recheck import recheck
    from checks.report import emit, ensure_writable, environment, write_atomically

    to_file = out if form in ("table", "json") else None
    if to_file is not None:
        ensure_writable(to_file)
    certificate = _certificate(weights, at, (_whole(size), d), teacher, (polish, activation, digits))
    text = to_json(certificate)
    checked = recheck(text)
    if to_file is not None:
        write_atomically(to_file, text)
    block = environment(precision=f"{certificate.bits} bits")
    rotated = teacher is not None and certificate.problem.teacher_matrix is None and not _is_identity(teacher)
    emit(certificate_report(certificate, checked, block, digits, rotated), form, None if to_file is not None else out)
    return 0 if checked.accepted else REJECTED


def _is_identity(teacher: str) -> bool:
    import numpy as np

    from checks.weights import read_weights

    V = read_weights(teacher)
    return np.array_equal(V, np.eye(*V.shape))


def _whole(size: str | None) -> int | None:
    if size is None:
        return None
    if not (size.isascii() and size.isdecimal() and int(size) >= 1):
        raise click.UsageError(f"got --k {size}, expected a number of neurons such as 20, or a range such as 6..1000")
    return int(size)


def _dimension(width: str | None, size: str | None) -> int | None:
    """The dimension of the input at one k."""
    from checks.batch_sizes import parse_dimension

    if width is None:
        return None
    found, k = parse_dimension(width), _whole(size)
    if found.factor and k is None:
        raise click.UsageError(f"got --d {width} without --k, expected a number such as 25, or --k too")
    return int(found.at(k or 0))


def _batch(
    batch: str,
    earlier: tuple[str | None, bool],
    jobs: int | None,
    asked: tuple[int, str, str | None],
    form: str,
    out: str | None,
) -> int:
    """Many points; exit code 0 if all are certified strict local minima."""
    from checks.batch import certify_batch, lines_on_stderr
    from checks.batch_points import DIGITS, Request, read_points
    from checks.batch_reports import batch_report
    from checks.report import emit, ensure_writable, environment
    from checks.weights import read_weights

    if out is not None:
        ensure_writable(out)
    digits, activation, teacher = asked
    V = None if teacher is None else tuple(tuple(map(float, row)) for row in read_weights(teacher))
    given = click.get_current_context().get_parameter_source("digits")
    usual = given is click.core.ParameterSource.DEFAULT
    request = Request(DIGITS if usual else digits, activation, V)
    points = read_points(batch)
    found = certify_batch(points, jobs, lines_on_stderr(len(points)), *earlier[:1], request, earlier[1])
    emit(batch_report(found, environment(precision="balls")), form, out)
    return 0 if found.all_minima else 1


def _sizes(at: str | None, size: str | None, width: str | None, jobs: int | None, form: str, out: str | None) -> int:
    """Every integer k of a range; exit code 0 if all are certified strict local minima."""
    from checks.batch_reports import sizes_report
    from checks.batch_sizes import certify_sizes, parse_dimension, parse_sizes
    from checks.report import emit, ensure_writable, environment

    if at is None or size is None:
        raise click.UsageError("got a range of k without a family, expected both: --at II --k 6..1000")
    if out is not None:
        ensure_writable(out)
    dimension = None if width is None else parse_dimension(width)
    sizes = certify_sizes(at, parse_sizes(size), jobs, None, dimension)
    emit(sizes_report(sizes, environment(precision="balls")), form, out)
    return 0 if sizes.all_minima else 1


def _all(at: str | None, size: str, bound: str | None, form: str, out: str | None) -> int:
    """Every real k from one on; exit code 0 if the independent checker accepts the file."""
    from fractions import Fraction

    from checks.all_k import certify_all

    if at is None:
        raise click.UsageError("got --k A..inf without a family, expected both: --at II --k 6..inf")
    try:
        first = Fraction(size)
        least = None if bound is None else Fraction(bound)
    except (ValueError, ZeroDivisionError):
        raise click.UsageError(f"got --k {size}..inf, --bound {bound}, expected numbers such as 6 and 0.0047") from None
    return certify_all(at, first, least, form, out)


def _real(at: str | None, size: str | None, asked: tuple[str | None, str | None], form: str, out: str | None) -> int:
    """Every real k of an interval; exit code 0 if the index is proved, and the bound that was asked for."""
    from checks.batch_intervals import certify_interval, parse_interval
    from checks.batch_sizes import parse_dimension

    if at is None or size is None:
        raise click.UsageError("got --real without a family and a range of k, expected both: --at II --k 6..100 --real")
    bound, width = asked
    dimension = parse_dimension("k" if width is None else width)
    return certify_interval(at, parse_interval(size, bound), dimension, form, out)


def _certificate(
    weights: str | None,
    at: str | None,
    sizes: tuple[int | None, int | None],
    teacher: str | None,
    options: tuple[bool, str, int],
) -> Certificate:
    from analytic.landscape.certificate import certify
    from analytic.landscape.certificate_weights import certify_weights
    from analytic.landscape.named import find_point
    from analytic.landscape.pair import activation as named_activation
    from checks.weights import read_weights

    (k, d), (polish, activation, digits) = sizes, options
    phi = named_activation(activation)
    if (weights is None) == (at is None):
        raise click.UsageError("expected either a file of weights or --at POINT: certify W.npy, certify --at II --k 37")
    if weights is None:
        if teacher is not None:
            raise click.UsageError("got --teacher with --at, expected a file of weights: named points have V = [I_k 0]")
        return certify(find_point(at or "", k, d, phi), digits)
    W = read_weights(weights)
    if d is not None and d != W.shape[-1]:
        raise click.UsageError(f"got --d {d} and weights of {W.shape[-1]} columns, expected the same: leave --d out")
    V = None if teacher is None else read_weights(teacher)
    if V is not None and k is not None and k != len(V):
        raise click.UsageError(f"got --k {k} and a teacher of {len(V)} rows, expected the same: leave --k out")
    return certify_weights(W, None if V is None else V.tolist(), k, phi, digits, polish)


@click.command("check", short_help="Verifies a certificate on an independent code path.")
@click.argument("certificate")
@output_options
def check_command(certificate: str, form: str, out: str | None) -> int:
    """Verifies every statement of a certificate with formulas and code that the maker of certificates does not use.

    Exit code 0 if every statement holds, 1 if the certificate is rejected.
    """
    from checks.certificate_reports import check_report
    from checks.recheck_kinds import recheck_any
    from checks.report import emit, environment

    checked = recheck_any(_read(certificate))
    emit(check_report(certificate, checked, environment()), form, out)
    return 0 if checked.accepted else REJECTED


def _read(name: str) -> str:
    from pathlib import Path

    from checks.errors import ClaimError

    file = Path(name)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ClaimError(f"got the file {name!r} of more than {MAX_BYTES} bytes, expected a certificate")
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ClaimError(f"got the file {name!r}, expected a certificate: JSON in UTF-8") from None
    except OSError as error:
        raise ClaimError(f"got the file {name!r}, which cannot be read ({error.strerror}); check the path") from None
