"""Every claim of the catalogue's topics gets the verdict that its author expects; test_papers.py judges the papers."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from checks.catalogue import (
    all_claims,
    find_claims,
    kernels,
    kinds,
    landscape,
    population_loss,
    spectra,
    topic_claims,
    training,
)
from checks.catalogue.papers import claims_of_papers
from checks.claim import Claim
from checks.errors import UnknownClaimError
from checks.judge import verify

CLAIMS = list(topic_claims().values())


def by_name(claim: Claim) -> str:
    """The name of a claim, for the names of tests."""
    return claim.name


#: Half a second to ten seconds each; the README's first command, which CI runs, judges them all.
LONG = (
    "training/online-type-ii-k-10",
    "training/type-ii-2-k-10",  # training/type-ii-k-7 stays
    "spectra/global-minimum",  # its slips are judged in test_planted_slips_in_spectra.py
    "limits/loss-type-ii",
    "loss/kernel-hessian-mixed",  # loss/kernel-hessian-diagonal stays
    "loss/kernel-gradient",
    "loss/hessian-antiparallel",  # loss/hessian-parallel stays
    "training/global-k-6",
    "landscape/type-ii",  # such points are judged in test_critical_points.py
    "landscape/type-i-flipped",
    "landscape/type-a-gauss-newton",
)


@pytest.mark.parametrize(
    "claim", [pytest.param(c, id=c.name, marks=[pytest.mark.slow] if c.name in LONG else []) for c in CLAIMS]
)
def test_the_verdict_is_the_expected_one(claim: Claim) -> None:
    verdict = verify(claim, power=False)
    assert verdict.kind.value in claim.expect, str(verdict)
    assert verdict.as_expected(strict=True)
    assert not verdict.witnesses_disagree
    assert verdict.empirical, "both witnesses are heard"
    assert all(e.agrees_with_derived is not False for e in verdict.empirical)
    agrees = all(e.agrees for e in verdict.empirical)
    assert agrees or verdict.kind.value == "REFUTED"
    assert not agrees or verdict.kind.value != "REFUTED" or claim in kinds.CLAIMS, "float64 sees no single point"


@pytest.mark.parametrize("claim", CLAIMS, ids=by_name)
def test_the_entry_is_complete(claim: Claim) -> None:
    assert re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", claim.name)
    assert claim.title
    assert claim.source
    assert claim.expect


def test_all_claims_are_those_of_topics_and_papers() -> None:
    assert list(all_claims().values()) == [*CLAIMS, *claims_of_papers().values()]
    assert all(re.fullmatch(r"[a-z0-9-]+(/[a-z0-9-]+){1,2}", name) for name in all_claims())
    assert max(Counter(c.title for c in all_claims().values()).values()) == 1


def test_names_and_titles_are_unique() -> None:
    groups = (kernels, population_loss, spectra, landscape, kinds, training)
    written = [claim for group in groups for claim in group.CLAIMS]
    assert max(Counter(c.name for c in written).values()) == 1
    assert max(Counter(c.title for c in written).values()) == 1
    assert written == CLAIMS


def test_the_catalogue_has_traps_and_a_certified_claim() -> None:
    expected = Counter(kind for c in CLAIMS for kind in c.expect)
    assert expected["REFUTED"] >= 2
    assert expected["CERTIFIED"] >= 1
    assert expected["PROVED"] >= 17


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        (("kernels/relu",), ["kernels/relu"]),
        (("spectra",), ["spectra/global-minimum"]),
        (("spectra/", "kernels/abs"), ["spectra/global-minimum", "kernels/abs"]),
        (("kernels/abs", "kernels/abs"), ["kernels/abs"]),
        ((), list(all_claims())),
        (("papers",), list(claims_of_papers())),
        (("spectra", "papers/ergen-2022/optimal"), ["spectra/global-minimum", "papers/ergen-2022/optimal"]),
    ],
)
def test_claims_are_found_by_name_and_group(targets: tuple[str, ...], names: list[str]) -> None:
    assert [c.name for c in find_claims(targets)] == names


@pytest.mark.parametrize("target", ["kernel", "kernels/rel", "", "kernels/relu/", "relu"])
def test_a_part_of_a_name_is_no_name(target: str) -> None:
    with pytest.raises(UnknownClaimError, match="verify --list shows all"):
        find_claims((target,))
