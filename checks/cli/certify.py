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
@click.option("--k", type=click.IntRange(min=1), help="Number of teachers.  [default: the smaller of n and d]")
@click.option("--d", type=click.IntRange(min=1), help="Dimension of the input, for --at.  [default: k]")
@click.option("--teacher", metavar="FILE", help="The teacher, one neuron a row.  [default: the identity]")
@click.option("--polish", is_flag=True, help="Take the critical point that Newton's method reaches from the weights.")
@click.option("--activation", default="relu", show_default=True, help=_PHI)
@click.option("--digits", default=15, show_default=True, type=click.IntRange(1, 1000), help="Digits of the enclosures.")
@output_options
def certify_command(
    weights: str | None,
    at: str | None,
    k: int | None,
    d: int | None,
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
    from analytic.landscape.certificate import to_json
    from checks.certificate_reports import certificate_report
    from checks.recheck import recheck
    from checks.report import emit, ensure_writable, environment, write_atomically

    to_file = out if form in ("table", "json") else None
    if to_file is not None:
        ensure_writable(to_file)
    certificate = _certificate(weights, at, (k, d), teacher, (polish, activation, digits))
    text = to_json(certificate)
    checked = recheck(text)
    if to_file is not None:
        write_atomically(to_file, text)
    block = environment(precision=f"{certificate.bits} bits")
    emit(certificate_report(certificate, checked, block, digits), form, None if to_file is not None else out)
    return 0 if checked.accepted else REJECTED


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
    from checks.recheck import recheck
    from checks.report import emit, environment

    checked = recheck(_read(certificate))
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
