"""``closedform verify --tex``: the strings as claims, and an echo of what was understood on standard error."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from checks.claim import Claim
from checks.claim_file import Unreadable
from checks.errors import ClaimError
from checks.tex.stated import claims_in_tex


def stated_in_tex(
    strings: Sequence[str],
    activations: Sequence[str],
    gaussian: str,
    variables: Mapping[str, str],
    assumptions: Sequence[str],
) -> list[Claim | Unreadable]:
    """The claims of the strings; prints each as typeset mathematics and as Python before anything is judged.

    Raises:
        ClaimError: activations or Gaussian variables are declared without a string.
    """
    if not strings:
        raise ClaimError("got --activation or --gaussian without --tex, expected the string they belong to")
    found = list(claims_in_tex(strings, activations, gaussian.replace(",", " ").split(), variables, assumptions))
    for entry, reading in found:
        if reading is not None:
            lines = str(reading).splitlines()
            print(
                f"{entry.name} understood as {lines[0]}",
                *(f"  {line}" for line in lines[1:]),
                sep="\n",
                file=sys.stderr,
            )
    return [entry for entry, _ in found]
