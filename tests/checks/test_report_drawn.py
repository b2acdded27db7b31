"""Pictures drawn from the rows of a report, and the band of a sampled estimate."""

from __future__ import annotations

import re
from pathlib import Path

from checks.cli.main import run
from checks.judge import verify
from checks.report.details import Section
from checks.report.drawn import Share, Shares, pictures_of
from checks.report.evidence import evidence
from checks.report.model import Cell, Column, Report
from checks.report.pictures import Band, Curves

SIZES = (Column("k", "k"), Column("smallest", "smallest"))


def sizes(*rows: tuple[int, str]) -> Report:
    """A report on sizes."""
    return Report("sizes", "II", SIZES, tuple((Cell(str(k), value=k), Cell(least)) for k, least in rows))


def test_a_size_that_failed_interrupts_the_line() -> None:
    (picture,) = pictures_of(sizes((6, "0.1"), (7, "0.2"), (8, "-"), (9, "0.3")))
    assert isinstance(picture, Curves)
    assert [c.points for c in picture.curves] == [((6.0, 0.1), (7.0, 0.2)), ((9.0, 0.3),)]
    assert pictures_of(sizes((6, "-"))) == ()
    assert pictures_of(Report("other", "II", SIZES, ())) == ()


def test_the_page_of_a_range_shows_its_picture(tmp_path: Path) -> None:
    file = f"{tmp_path}/sizes.html"
    assert run(["certify", "--at", "II", "--k", "6..8", f"--html={file}"]) == 0
    with open(file, encoding="utf-8") as page:
        assert page.read().count('<svg xmlns="http://www.w3.org/2000/svg"') == 1


def test_shares_have_their_intervals() -> None:
    drawn = Shares((Share("global 6", 0.9, 0.8, 1.0), Share("<II>", 0.1, 0.0, 0.2)), "hits").svg()
    assert drawn.count("<circle") == 2
    assert "&lt;II&gt;" in drawn
    assert "<II>" not in drawn
    assert Shares((), "hits").svg() == ""


def test_each_sampled_estimate_has_a_band_that_narrows() -> None:
    verdict = verify("E[relu(u)*relu(v)]", "|u|*|v|*(sin(theta) + (pi - theta)*cos(theta))/(2*pi)", power=False)
    detail = evidence(verdict, False, {"seed": 0}, 1)
    section = next(s for s in detail.sections if isinstance(s, Section) and s.heading == "empirical witness")
    bands = [p for p in section.pictures if isinstance(p, Band)]
    assert len(bands) == sum(e.kind == "bound" for e in verdict.empirical) > 0
    for band in bands:
        assert "the claimed value is in every band" in band.svg()
        errors = [error for _, _, error in band.points]
        assert errors == sorted(errors, reverse=True)


def test_a_claim_outside_of_the_band_is_said() -> None:
    drawn = Band(((100, 1.0, 0.1), (10_000, 1.0, 0.01)), 2.0, "u = 1", 1e-6).svg()
    assert "the claimed value leaves the band" in drawn
    polygon = re.search(r'<polygon points="([^"]*)"', drawn)
    assert polygon is not None
    assert len(polygon[1].split()) == 4
    assert Band(((100, 1.0, 0.1),), 1.0, "", 1e-6).svg() == ""
    assert Band(((100, 1.0, float("inf")), (200, 1.0, 0.1)), 1.0, "", 1e-6).svg() == ""
