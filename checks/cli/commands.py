"""The commands; each imports what it needs when it runs, so that --help is quick."""

from __future__ import annotations

import os
from math import inf, isinf, isnan
from typing import TYPE_CHECKING

import click

from checks.cli.options import assignments, output_options

if TYPE_CHECKING:
    from analytic.expectation import Expectation
    from checks.claim import Claim
    from checks.claim_file import Unreadable
    from checks.steps import StepVerdict


@click.command("expect", short_help="Derive a Gaussian expectation.")
@click.argument("expression")
@click.option(
    "--norm", "norms", multiple=True, metavar="U=VALUE", callback=assignments, help="A standard deviation |u|."
)
@click.option("--theta", metavar="ANGLE", help="The angle in radians, such as pi/3; its cosine is the correlation.")
@click.option("--rho", metavar="VALUE", help="The correlation, such as 1/2, instead of the angle.")
@click.option(
    "--param", "parameters", multiple=True, metavar="T=VALUE", callback=assignments, help="A constant and its value."
)
@click.option("--mean", "means", multiple=True, metavar="U=FORMULA", callback=assignments, help="A mean (the bias).")
@click.option(
    "--cov",
    "covariances",
    multiple=True,
    metavar="U,V=FORMULA",
    callback=assignments,
    help="An entry of the covariance matrix, such as u,u=a and u,v=1/2; then all variances are needed.",
)
@click.option(
    "--vector", "vectors", multiple=True, metavar="U=X1,X2,...", callback=assignments, help="u = w.x by its vector w."
)
@click.option(
    "--at", "points", multiple=True, metavar="NAME=VALUE", callback=assignments, help="Any other value, as theta_uv=1."
)
@click.option(
    "--in-terms-of", type=click.Choice(["theta", "rho"]), default="theta", show_default=True, help="Angle or cosine."
)
@click.option("--digits", default=15, show_default=True, type=click.IntRange(1, 10_000), help="Digits of the value.")
@click.option("--steps", is_flag=True, help="Show the derivation, equation by equation.")
@click.option("--judge", is_flag=True, help="Judge every step from its two sides by quadrature at a random point.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of that point.")
@output_options
def expect_command(
    expression: str,
    norms: dict[str, str],
    theta: str | None,
    rho: str | None,
    parameters: dict[str, str],
    means: dict[str, str],
    covariances: dict[str, str],
    vectors: dict[str, str],
    points: dict[str, str],
    in_terms_of: str,
    digits: int,
    steps: bool,
    judge: bool,
    seed: int,
    form: str,
    out: str | None,
) -> int:
    """Derive E[EXPRESSION] for jointly Gaussian variables, centred unless means are given.

    EXPRESSION is a sum of products of the variables and of activations of affine forms of them, for instance
    "relu(u)*relu(v)" or "gelu(u + b)*sin(v)". With --norm, --theta or --rho, --param, --at it is evaluated there,
    rigorously. Where there is no closed form the value is certified by quadrature.
    """
    from analytic.errors import AccuracyError
    from analytic.expectation import expect
    from checks.cli.laws import read_law
    from checks.present import expectation_report
    from checks.report import emit, environment

    law = read_law(means, covariances, vectors)
    centred = None if law is not None or not means else means
    constants = tuple(parameters) if law is None else ()
    result = expect(expression, constants, law=law, mean=centred, in_terms_of=in_terms_of)
    at = {**norms, **parameters, **points, **{n: v for n, v in (("theta", theta), ("rho", rho)) if v is not None}}
    known = not result.variables or (law is not None and not result.parameters)
    try:
        value = result.at(at, digits=digits) if at or known else None
    except AccuracyError as error:  # fewer digits are printed: those of the enclosure
        value = error.enclosure
    block = environment(
        precision="exact" if value is None else f"{value.bits} bits", **({"seed": seed} if judge else {})
    )
    judged = _judged_steps(result, seed) if judge else None
    emit(expectation_report(result, value, at, digits, steps or judge, block, judged), form, out)
    return int(any(v.agrees is False for v in judged or ()))


def _judged_steps(result: Expectation, seed: int) -> tuple[StepVerdict, ...]:
    from checks.steps import judge_steps  # loads the empirical witness

    return judge_steps(result, seed=seed)


#: Wall time of a claim where nothing else is asked for.
SECONDS = 600.0


def _limit(value: float) -> float | None:
    if isnan(value):
        raise click.UsageError("got nan for --seconds or --memory, expected a number, or inf for no limit")
    return None if isinf(value) else value


@click.command("verify", short_help="Judge claims of the catalogue, or your own.")
@click.argument("targets", nargs=-1, metavar="[NAME | 'LEFT = RIGHT' | FILE | -]...")
@click.option(
    "--variable", "variables", multiple=True, metavar="NAME=DOMAIN", callback=assignments, help="e.g. 't=(0, 1)'."
)
@click.option(
    "--assume", "assumptions", multiple=True, metavar="INEQUALITY", help="e.g. 'theta < pi/2'; for LEFT = RIGHT."
)
@click.option(
    "--paper", "papers", multiple=True, metavar="NAME", help="All claims of a paper: a key or its beginning, or A to K."
)
@click.option("--tex", multiple=True, metavar="STRING", help=r"A claim in LaTeX; see the page 'Claims in LaTeX'.")
@click.option(
    "--activation", multiple=True, metavar="NAME", help=r"Of --tex: 'relu', or '\sigma=relu' for each symbol."
)
@click.option("--gaussian", default="", metavar="NAMES", help="Of --tex: random variables whose law it does not say.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of all random draws.")
@click.option(
    "--alpha", default=1e-6, show_default=True, type=float, help="False-alarm probability of the whole report."
)
@click.option(
    "--jobs", default=os.cpu_count() or 1, type=click.IntRange(min=1), help="Processes.  [default: all cores]"
)
@click.option(
    "--cluster", metavar="ADDRESS", help="A dask scheduler whose workers judge; needs closedform[distributed]."
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    help="Wall time of each claim, after which it is stopped; inf: no limit.  [default: 600; inf with --full]",
)
@click.option(
    "--memory",
    default=4096.0,
    show_default=True,
    metavar="MIB",
    type=click.FloatRange(min=1),
    help="Memory of each claim beyond what is loaded, in MiB; inf: no limit.",
)
@click.option(
    "--engine",
    "engines",
    multiple=True,
    metavar="NAME",
    help="Use these engines only: exact, balls, quadrature, sampling, simulation.  [default: all]",
)
@click.option(
    "--digits",
    type=click.IntRange(1, 10_000),
    help="Equality that is certified at one point holds to 10^-N.  [default: what 848 bits show]",
)
@click.option("--results", metavar="FILE", help="Keep each verdict in FILE as it is found; a later run goes on there.")
@click.option("--strict", is_flag=True, help="Count INCONCLUSIVE as a failure.")
@click.option("--no-slips", is_flag=True, help="Do not try slips of each formula (faster; no power, no repairs).")
@click.option("--max-claims", default=100_000, show_default=True, type=click.IntRange(min=1), help="Of one claim file.")
@click.option("--max-bytes", default=20_000_000, show_default=True, type=click.IntRange(min=1), help="Of a claim file.")
@click.option("--junit", metavar="FILE", help="Also write JUnit XML to FILE, one test case a claim.")
@click.option("--full", is_flag=True, help="Make the simulations at the papers' sizes: minutes to hours.")
@click.option("--keep", metavar="FILE", help="Keep finished repetitions of simulations in this SQLite file; resume.")
@click.option("--list", "only_list", is_flag=True, help="List the claims and stop.")
@output_options
def verify_command(
    targets: tuple[str, ...],
    variables: dict[str, str],
    assumptions: tuple[str, ...],
    papers: tuple[str, ...],
    tex: tuple[str, ...],
    activation: tuple[str, ...],
    gaussian: str,
    seed: int,
    alpha: float,
    jobs: int,
    cluster: str | None,
    seconds: float | None,
    memory: float,
    engines: tuple[str, ...],
    digits: int | None,
    results: str | None,
    strict: bool,
    no_slips: bool,
    max_claims: int,
    max_bytes: int,
    junit: str | None,
    full: bool,
    keep: str | None,
    only_list: bool,
    form: str,
    out: str | None,
) -> int:
    """Judge claims: names or groups of the catalogue (default: all), identities written as 'LEFT = RIGHT', and claim
    files: TOML, Markdown with claim blocks, or JSON; - reads one from standard input. What is understood of --tex is
    shown on standard error before it is judged.

    Exit code 0 if every verdict is as expected, 1 if not, 2 if a claim cannot be read.
    """
    if not only_list and cluster is None:
        from checks.launch import begin

        begin(jobs)  # it loads what it needs while this process reads the claims
    from checks.claim_file import Limits
    from checks.cli.verify import list_claims, verify_claims
    from checks.engines import chosen
    from checks.runner import Plan

    if papers:
        from checks.catalogue.papers import find_papers

        targets += tuple(c.name for name in papers for p in find_papers(name) for c in p.all)
    if only_list:
        return list_claims(targets, form, out)
    chosen(engines or None)  # a wrong name is an error of the command, not of each claim
    if seconds is None:
        seconds = inf if full else SECONDS
    limits_of_claims = (_limit(seconds), _limit(memory))
    plan = Plan(seed, alpha, jobs, not no_slips, cluster, *limits_of_claims, engines or None, digits, keep)
    limits = Limits(max_bytes, max_claims)
    stated: list[Claim | Unreadable] = []
    if tex or activation or gaussian:
        from checks.cli.tex import stated_in_tex

        stated = stated_in_tex(tex, activation, gaussian, variables, assumptions)
        if not any("=" in target for target in targets):  # they belong to the strings
            variables, assumptions = {}, ()
    return verify_claims(targets, variables, assumptions, plan, strict, form, out, limits, junit, stated, full, results)
