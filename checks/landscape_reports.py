"""Reports on critical points: spectra with components, symbolic blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from checks.errors import ClaimError
from checks.report import JSON, Cell, Column, Report
from checks.report.pictures import Curve, Curves, Eigenvalue, Stems

if TYPE_CHECKING:
    from flint import arb

    from analytic.balls import Ball
    from analytic.landscape.expansion import Expansion
    from analytic.landscape.layout import Layout, Orbit
    from analytic.landscape.pair import Homogeneous
    from analytic.landscape.point import CriticalPoint, PointSpectrum
    from analytic.landscape.thresholds import Thresholds


def point_report(point: CriticalPoint, digits: int, environment: Mapping[str, JSON], formulas: bool = False) -> Report:
    """The spectrum of the Hessian at a critical point, with its weights, loss and index.

    Args:
        point: the critical point.
        digits: digits of the eigenvalues.
        environment: see ``checks.report.environment``.
        formulas: whether to list the eigenvalues of blocks of one entry as formulas.
    """
    found = point.spectrum(digits)
    columns = (
        Column("eigenvalue", "eigenvalue", "right"),
        Column("multiplicity", "multiplicity", "right"),
        Column("isotypic component", "component"),
    )
    rows = [
        (
            Cell(_shown(r.value, digits)),
            Cell(str(r.multiplicity), value=r.multiplicity),
            Cell(r.component),
        )
        for r in found.rows
    ]
    listed = _one_dimensional(point) if formulas else []
    rows += [(Cell(name), Cell(""), Cell(text, tex)) for name, text, tex in listed]
    weights = point.weights(int(3.4 * digits) + 20)
    shown = {n: _rounded(x, digits) for n, x in weights.items()}
    payload: dict[str, JSON] = {
        "point": point.name,
        "k": point.k,
        "n": point.n,
        "d": point.d,
        "dimension": found.dimension,
        "loss": _ball(point.loss),
        "index": found.index,
        "trace": _ball(found.trace),
        "weights": dict(shown),
        "sizes": {f"k_{a}": n for a, n in point.sizes.items()},
        "eigenvalues": [
            {"value": _ball(r.value), "multiplicity": r.multiplicity, "component": r.component} for r in found.rows
        ],
    }
    condition, determinant = found.condition_number, found.log_determinant
    payload["condition_number"] = None if condition is None else _ball(condition)
    payload["log_determinant"] = None if determinant is None else {"sign": determinant[0], "log": _ball(determinant[1])}
    title = f"Spectrum of the Hessian of L at {point.name}, k = {point.k}, n = {point.n}, d = {point.d}"
    return Report(
        "critical-point",
        title,
        columns,
        tuple(rows),
        tuple(_notes(point, found, shown)),
        payload,
        environment,
        len(listed),
        pictures=(
            Stems(tuple(Eigenvalue(float(r.value.arb), r.multiplicity, r.component) for r in found.rows), title),
        ),
    )


def _notes(point: CriticalPoint, found: PointSpectrum, weights: Mapping[str, str]) -> list[str]:
    sizes = ", ".join(f"k_{a} = {n}" for a, n in point.sizes.items())
    notes = [f"loss {point.loss.rounded(12)}; {found.kind}; multiplicities sum to {found.dimension} = n d"]
    line = f"trace {found.trace.rounded(12)}"
    if found.condition_number is not None and found.log_determinant is not None:
        sign, log = found.log_determinant
        line += (
            f"; condition number {found.condition_number.rounded(8)}; det {'> 0' if sign > 0 else '< 0'}, log |det| "
        )
        line += log.rounded(12)
    existence = (
        "in closed form" if point.exact is not None else "proved to exist, and unique near by, by a Krawczyk test"
    )
    notes += [line, f"the point is {existence}; weights by block (d diagonal, a elsewhere):"]
    notes.append("  " + ", ".join(f"{n} = {x}" for n, x in weights.items()) + (f"; {sizes}" if sizes else ""))
    return notes


def _shown(value: Ball, digits: int) -> str:
    x = value.arb
    if x == 0:
        return "0"
    return f"0 +/- {value.radius}" if x.contains(0) else value.rounded(digits)


def _rounded(x: arb, digits: int) -> str:
    return str(x.str(digits, radius=False))


def _ball(value: Ball) -> dict[str, JSON]:
    return {"midpoint": value.midpoint, "radius": value.radius}


def _one_dimensional(point: CriticalPoint) -> list[tuple[str, str, str]]:
    """Eigenvalues whose block is a single entry, as formulas in the orbit parameters, and what their names mean."""
    from analytic.formula import name
    from analytic.landscape.symbols import Symbols
    from analytic.printing import to_latex

    if point.tied or point.exact is not None:
        return []
    symbols = Symbols(point.layout, point.phi)
    found, entries = [], []
    for component in point.programs.components:
        if len(component.copies) == 1 and point.multiplicity(component) != 0:
            entry = symbols.block(component.name).entries[0][0]
            found.append((f"eigenvalue of {component.name}", str(entry), to_latex(entry)))
            entries.append(entry)
    for n, x in symbols.definitions(entries):
        found.append(("where", f"{n} = {x}", f"{to_latex(name(n))} = {to_latex(x)}"))
    return found


def blocks_report(
    at: str,
    layout: Layout,
    weights: tuple[tuple[Orbit, int], ...],
    phi: Homogeneous,
    wanted: str | None,
    environment: Mapping[str, JSON],
) -> Report:
    """The blocks of the Hessian as formulas.

    Args:
        at: the name of the point.
        layout: its blocks.
        weights: orbits whose weights are constants.
        phi: the activation.
        wanted: name of one component, None for all.
        environment: see ``checks.report.environment``.

    Raises:
        ClaimError: the layout has no such component.
    """
    from analytic.formula import name
    from analytic.landscape.symbols import Symbols
    from analytic.printing import to_latex

    symbols = Symbols(layout, phi, weights)
    known = [c.name for c in symbols.programs.components]
    if wanted is not None and wanted not in known:
        raise ClaimError(f"got the component {wanted!r}, expected one of {', '.join(known)}")
    rows: list[tuple[Cell, ...]] = []
    equations: list[tuple[Cell, ...]] = []
    machine: list[JSON] = []
    for component in known if wanted is None else [wanted]:
        block = symbols.block(component)
        times = str(symbols.multiplicity(component))
        rows.append(
            (Cell(component), Cell(f"multiplicity of each eigenvalue {times}; basis: {'; '.join(block.copies)}"))
        )
        for i, row in enumerate(block.entries, 1):
            equations += [(Cell(f"{component} H[{i},{j}]"), Cell(str(x), to_latex(x))) for j, x in enumerate(row, 1)]
        meaning = [(n, f"{n} = {x}", f"{to_latex(name(n))} = {to_latex(x)}") for n, x in block.definitions]
        known_names = {cells[1].text for cells in equations}
        equations += [(Cell("where"), Cell(text, tex)) for _, text, tex in meaning if text not in known_names]
        entries: list[JSON] = [[str(x) for x in row] for row in block.entries]
        machine.append(
            {
                "component": component,
                "multiplicity": times,
                "basis": list(block.copies),
                "block": entries,
                "definitions": {n: str(x) for n, x in block.definitions},
            }
        )
    notes = [
        "sizes k_1, k_2, ... of the blocks; W has d_i on the diagonal of block (i, i), a_ij elsewhere in block (i, j)",
        "p, q, G, theta: squared norms, inner products, |w||v| sin theta, angles; m: with a teacher; o: with its own",
    ]
    columns = (Column("entry", "entry"), Column("formula", "formula"))
    payload: dict[str, JSON] = {"point": at, "blocks": machine}
    title = f"Blocks of the Hessian of L at a point of type {at}"
    return Report("blocks", title, columns, (*rows, *equations), tuple(notes), payload, environment, len(equations))


def thresholds_report(
    found: Thresholds, digits: int, plot: str | None, environment: Mapping[str, JSON], last: float | None = None
) -> Report:
    """The events of a family over real k.

    Args:
        found: the events.
        digits: digits of k.
        plot: the file of the picture, if one was drawn.
        last: the k up to which it was to be followed, if that was said.
        environment: see ``checks.report.environment``.
    """
    columns = (
        Column("k", "k", "right"),
        Column("event", "event"),
        Column("isotypic component", "component"),
        Column("index before", "index_before", "right"),
        Column("index after", "index_after", "right"),
    )
    rows = tuple(
        (
            Cell(e.k.rounded(digits)),
            Cell(e.kind),
            Cell(e.component),
            *(Cell("-" if i is None else str(i), value=i) for i in (e.index_before, e.index_after)),
        )
        for e in found
    )
    minimum: list[JSON] = [[a, b] for a, b in found.minimum]
    ranges = ", ".join(f"{a} to {b}" for a, b in found.minimum) or "none"
    notes = [
        f"followed from k = {found.followed[0]:.8g} to k = {found.followed[1]:.8g}",
        f"strict local minimum at the integers k: {ranges}",
        "each event is proved; that there are no others between the points visited is observed, not proved",
    ]
    notes += [f"picture: {plot}"] if plot is not None else []
    events: list[JSON] = [{"kind": e.kind, "k": _ball(e.k), "component": e.component} for e in found]
    payload: dict[str, JSON] = {"family": found.name, "minimum": minimum, "followed": list(found.followed)}
    payload["events"] = events
    if last is not None and found.followed[1] < 0.999 * last and not any(e.kind == "ends" for e in found):
        notes.append(f"not followed to k = {last:g}: the precision of the continuation does not reach that far")
    title = f"Thresholds of the family {found.name} over real k (d = k)"
    return Report(
        "thresholds", title, columns, rows, tuple(notes), payload, environment, pictures=_index_curve(found, title)
    )


def _index_curve(found: Thresholds, title: str) -> tuple[Curves, ...]:
    """The index as a function of k between events; interrupted where it is not known."""
    curves: list[Curve] = []
    line: list[tuple[float, float]] = []
    begin = found.followed[0]
    for e in found:
        k = float(e.k.arb)
        if e.index_before is not None:
            line += [(begin, float(e.index_before)), (k, float(e.index_before))]
        if e.index_before is None or e.index_after is None:
            curves += [Curve("index", tuple(line))] if line else []
            line = []
        begin = k
    last = found.events[-1].index_after if found.events else None
    line += (
        [] if last is None or begin >= found.followed[1] else [(begin, float(last)), (found.followed[1], float(last))]
    )
    curves += [Curve("index", tuple(line))] if line else []
    return (Curves(tuple(curves), f"Index against k: {title}", "k", "index of the Hessian"),) if curves else ()


def expansion_report(
    name: str, what: str, order: int, terms: Sequence[Expansion], environment: Mapping[str, JSON]
) -> Report:
    """Expansions of a family in powers of k^(-1/2).

    Args:
        name: of the family.
        what: loss, weights or eigenvalues.
        order: the highest order of k^(-1/2).
        terms: the expansions.
        environment: see ``checks.report.environment``.
    """
    columns = (Column("quantity", "quantity"), Column("expansion", "expansion"))
    rows = tuple((Cell(_quantity(t)), Cell(str(t), t.latex)) for t in terms)
    machine: list[JSON] = [{"quantity": _quantity(t), "expansion": str(t), "latex": t.latex} for t in terms]
    payload: dict[str, JSON] = {"family": name, "of": what, "order": order, "expansions": machine}
    notes = [
        "formal power series that solve the equations of a critical point, with uniqueness; agreement with the branch "
        "is observed at large k"
    ]
    title = f"Expansion of the {what} of the family {name} in powers of k^(-1/2)"
    picture = (_orders(terms[0], name),) if len(terms) == 1 else ()
    return Report("expansion", title, columns, rows, tuple(notes), payload, environment, len(rows), pictures=picture)


def _orders(term: Expansion, name: str) -> Curves:
    """The size of each term of an expansion against k: straight lines in logarithmic scales, one slope an order."""
    from analytic.balls import precision

    series, ends = term.series, (10.0, 1e6)
    curves = []
    with precision(64):
        for i, c in enumerate(series.coefficients, series.valuation):
            size = abs(float(c.ball()))
            if i <= term.order and size > 0:
                shown = f"k^({-i}/2)" if i % 2 else f"k^{-i // 2}" if i else "1"
                curves.append(Curve(shown, tuple((k, size * k ** (-i / 2)) for k in ends)))
    title = f"Terms of the expansion of {term.title}, family {name}, against k"
    return Curves(tuple(curves), title, "k", "absolute value of the term, logarithmic", logarithmic=True)


def _quantity(term: Expansion) -> str:
    """Eigenvalues by component, other quantities by name."""
    return term.title if term.component is None else f"eigenvalue of {term.component}"
