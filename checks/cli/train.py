"""``closedform train``: a campaign of descents, a progress bar, the table of what they converged to."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from checks.campaign import BatchRuns, Campaign
    from checks.campaign_points import CampaignResult
    from checks.campaign_store import CampaignStore

INTERRUPTED = 130
_WHOLE = click.IntRange(min=1)
_FORMATS = click.Choice(["table", "json", "csv", "latex", "html"])


@dataclass(frozen=True)
class Outputs:
    """Where everything goes."""

    form: str
    report: str | None
    csv: str | None
    parquet: str | None
    folder: str | None


@click.command("train", short_help="Gradient descent from many starts: what it converges to, and how often.")
@click.option("--k", required=True, type=_WHOLE, help="Number of teachers: [I_k 0].")
@click.option("--n", type=_WHOLE, help="Number of students.  [default: k]")
@click.option("--d", type=_WHOLE, help="Dimension of the input, at least k.  [default: k]")
@click.option("--runs", default=100, show_default=True, type=_WHOLE, help="Number of runs.")
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed; run r has a stream of it."
)
@click.option("--init", default="xavier", show_default=True, help="Initial weights: xavier, he, small, orthogonal.")
@click.option("--activation", default="relu", show_default=True, help="relu, abs, leaky_relu(1/5), erf, Phi.")
@click.option("--tolerance", default=1e-12, show_default=True, type=float, help="Norm of the gradient at the end.")
@click.option("--max-steps", default=50_000, show_default=True, type=_WHOLE, help="Gradient steps of a run.")
@click.option("--batch", default=25, show_default=True, type=_WHOLE, help="Runs that are worked on and kept together.")
@click.option("--jobs", type=_WHOLE, help="Processes.  [default: all cores]")
@click.option("--engine", default="joblib", show_default=True, type=click.Choice(["joblib", "dask"]), help="Who runs.")
@click.option("--scheduler", metavar="ADDRESS", help="Of --engine dask, which needs closedform[distributed].")
@click.option("--alpha", default=0.05, show_default=True, type=float, help="Each interval may miss so often.")
@click.option("--no-exact", is_flag=True, help="Do not ask the exact witness about the points.")
@click.option("--out", metavar="FILE", help="Keep every finished batch in this SQLite file, and resume from it.")
@click.option("--csv", metavar="FILE", help="Write all runs with their weights as CSV.")
@click.option("--parquet", metavar="FILE", help="Write all runs as Parquet; needs closedform[parquet].")
@click.option("--save-points", metavar="DIR", help="Write each distinct point as .npy, for closedform certify.")
@click.option("--format", "form", type=_FORMATS, default="table", show_default=True, help="How to print the table.")
@click.option("--report", metavar="FILE", help="Write the table to FILE; --json [FILE], --latex [FILE] do both.")
def train_command(
    k: int,
    n: int | None,
    d: int | None,
    runs: int,
    seed: int,
    init: str,
    activation: str,
    tolerance: float,
    max_steps: int,
    batch: int,
    jobs: int | None,
    engine: str,
    scheduler: str | None,
    alpha: float,
    no_exact: bool,
    out: str | None,
    csv: str | None,
    parquet: str | None,
    save_points: str | None,
    form: str,
    report: str | None,
) -> int:
    """Gradient descent on the population loss from many random starts, and what it converges to.

    End points that are one up to permutations count as one. Each is shown with its isotropy partition, how often it was
    hit, its loss and smallest eigenvalue by the empirical witness, and the exact smallest eigenvalue and family of the
    critical point next to it. Runs depend on the seed alone, not on the number of processes. With --out a killed
    campaign is resumed by the same command. Exit code 1 if the witnesses disagree.
    """
    from checks.campaign import Campaign
    from checks.campaign_store import open_store

    if engine == "dask" and jobs is not None:
        raise click.UsageError("got --jobs with --engine dask, expected none: the cluster has its own workers")
    campaign = Campaign(k, runs, seed, n or k, d or k, activation, init, tolerance, max_steps, batch)
    outputs = Outputs(form, report, csv, parquet, save_points)
    _check(outputs, out, alpha)
    with open_store(campaign, out) as store:
        try:
            reused = _run(campaign, store, jobs, engine, scheduler)
            found = _sorted(campaign, store, alpha, not no_exact)
        except KeyboardInterrupt:
            kept = f"{store.count()} of {runs} runs are in {out}: run the same command to resume"
            lost = "nothing is kept: name a file with --out to be able to resume"
            click.echo(f"closedform: interrupted; {lost if out is None else kept}", err=True)
            return INTERRUPTED
        _write(found, store, outputs, reused, {"jobs": jobs or os.cpu_count(), "engine": engine, "alpha": alpha})
    return 0 if found.agree else 1


def _check(outputs: Outputs, out: str | None, alpha: float) -> None:
    """Everything that could go wrong after hours of work, before them."""
    from checks.campaign_export import check_parquet, make_folder
    from checks.errors import ClaimError
    from checks.report import ensure_writable

    if not 0.0 < alpha < 1.0:
        raise ClaimError(f"got alpha = {alpha}, expected a probability strictly between 0 and 1, such as 0.05")
    files = [f for f in (out, outputs.report, outputs.csv, outputs.parquet) if f is not None and f != "-"]
    if len({os.path.realpath(f) for f in files}) < len(files):
        raise click.UsageError(f"got one file twice among {', '.join(files)}, expected a file for each output")
    for file in files:
        ensure_writable(file)
    if outputs.parquet is not None:
        check_parquet(outputs.parquet)
    if outputs.folder is not None:
        make_folder(outputs.folder)


def _run(campaign: Campaign, store: CampaignStore, jobs: int | None, engine: str, scheduler: str | None) -> int:
    """Runs what is missing; returns how many runs were there before."""
    from checks.campaign_run import run_campaign

    with _progress("training", campaign.runs, store.count()) as advance:

        def show(batch: BatchRuns) -> None:
            advance(len(batch.status), f"batch {batch.index}, {batch.seconds:.1f} s")

        return run_campaign(campaign, store, jobs, engine, scheduler, show)


def _sorted(campaign: Campaign, store: CampaignStore, alpha: float, exact: bool) -> CampaignResult:
    from checks.campaign_points import campaign_points, point_rows

    runs = list(store.runs())
    found = campaign_points(campaign, runs, alpha, exact, _line_a_point())
    store.keep_points(*point_rows(found))
    return found


def _write(
    found: CampaignResult, store: CampaignStore, outputs: Outputs, reused: int, block: dict[str, object]
) -> None:
    from checks.campaign_export import save_points, write_csv, write_parquet
    from checks.campaign_reports import campaign_report
    from checks.report import OutputError, emit, environment

    files, errors = None, []
    try:
        files = None if outputs.folder is None else save_points(found, outputs.folder)
    except OutputError as error:
        errors.append(error)
    for file, write in ((outputs.csv, write_csv), (outputs.parquet, write_parquet)):
        try:
            if file is not None:
                write(store, file)
        except OutputError as error:
            errors.append(error)
    extra = {name: value for name, value in block.items() if isinstance(value, int | float | str)}
    run_with = environment(
        found.campaign.seed, "float64, exact witness in balls", reused=reused, run_with=store.libraries(), **extra
    )
    emit(campaign_report(found, run_with, files), outputs.form, outputs.report)
    if errors:  # the table is there all the same
        raise errors[0]


@contextmanager
def _progress(title: str, total: int, done: int) -> Iterator[Callable[[int, str], None]]:
    """A progress bar on a terminal, one line a batch elsewhere; both on standard error."""
    if not sys.stderr.isatty():
        count = done

        def line(more: int, text: str) -> None:
            nonlocal count
            count += more
            print(f"[{count}/{total}] {text}", file=sys.stderr)

        yield line
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total, completed=done)
        yield lambda more, text: progress.update(task, advance=more, description=f"{title}: {text}")


def _line_a_point() -> Callable[[int, int], None]:
    def show(number: int, total: int) -> None:
        if total > 1:
            print(f"[{number}/{total}] distinct points", file=sys.stderr)

    return show
