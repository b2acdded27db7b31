"""The joint law of named Gaussian variables, as the user states it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

from analytic.algebra import evaluate
from analytic.closed_forms import ClosedForms
from analytic.constants import written_out
from analytic.errors import FormulaError, LawError
from analytic.field import Element
from analytic.formula import CONSTANTS, Expr, add, call, mul, name, names, num, rewrite
from analytic.grammar import formula
from analytic.rules.matrices import determinant

Operand = str | int | Fraction | Expr
#: Of so many variables all principal minors are looked at.
FEW = 5


@dataclass(frozen=True)
class GaussianLaw:
    r"""Jointly Gaussian variables with means and covariances that are formulas.

    Make one with ``angles`` (norms and angles), ``correlations``, ``matrix`` or ``vectors``.

    Args:
        names: the variables.
        mean: their means.
        covariance: their covariance matrix.
        norms: variables whose standard deviation is written ``|u|``.
        angle_names: names of angles, with the pair of each.
        correlation_names: names of correlations, in (-1, 1).
        positive: names of positive parameters.

    Example:
        >>> law = GaussianLaw.matrix("u v", [["a", "c"], ["c", "b"]])
        >>> print(law.covariance[0][1], law.positive)
        c ('a', 'b')
    """

    names: tuple[str, ...]
    mean: tuple[Expr, ...]
    covariance: tuple[tuple[Expr, ...], ...]
    norms: tuple[str, ...] = ()
    angle_names: tuple[tuple[str, tuple[str, str]], ...] = ()
    correlation_names: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()

    @classmethod
    def angles(cls, variables: str | Sequence[str], mean: Mapping[str, Operand] | None = None) -> GaussianLaw:
        r"""Variables by standard deviations ``|u|`` and angles: Cov(u, v) = |u| |v| cos(theta).

        With $x \sim N(0, I_d)$ and weight vectors u, v these are the norms and the angle of the vectors.

        Args:
            variables: the names.
            mean: means by name; 0 where it is not given.

        Returns:
            The law; the angle is ``theta`` for two variables, ``theta_uv`` and so on for more.

        Example:
            >>> print(GaussianLaw.angles("u v").covariance[0][1])
            |u|*|v|*cos(theta)
        """
        found = _split(variables)
        pairs = {p: "theta" if len(found) == 2 else f"theta_{p[0]}{p[1]}" for p in combinations(found, 2)}
        matrix = _by_pairs(found, {p: call("cos", name(n)) for p, n in pairs.items()}, _deviations(found))
        return cls(found, _means(found, mean), matrix, found, tuple((n, p) for p, n in pairs.items()))

    @classmethod
    def correlations(
        cls, variables: str | Sequence[str], mean: Mapping[str, Operand] | None = None, *, unit: bool = False
    ) -> GaussianLaw:
        """Variables by standard deviations and correlations: Cov(u, v) = |u| |v| rho.

        Args:
            variables: the names.
            mean: means by name; 0 where it is not given.
            unit: whether all standard deviations are 1.

        Returns:
            The law; the correlation is ``rho`` for two variables, ``rho_uv`` and so on for more.

        Example:
            >>> print(GaussianLaw.correlations("u v", unit=True).covariance[0][1])
            rho
        """
        found = _split(variables)
        pairs = {p: "rho" if len(found) == 2 else f"rho_{p[0]}{p[1]}" for p in combinations(found, 2)}
        deviations = {n: num(1) for n in found} if unit else _deviations(found)
        matrix = _by_pairs(found, {p: name(n) for p, n in pairs.items()}, deviations)
        rhos = tuple(pairs.values())
        return cls(found, _means(found, mean), matrix, () if unit else found, correlation_names=rhos)

    @classmethod
    def matrix(
        cls,
        variables: str | Sequence[str],
        covariance: Sequence[Sequence[Operand]],
        mean: Mapping[str, Operand] | None = None,
    ) -> GaussianLaw:
        """Variables by a covariance matrix of numbers or formulas.

        Args:
            variables: the names, n of them.
            covariance: n x n, symmetric; a variance that is a single name is a positive parameter.
            mean: means by name; 0 where it is not given.

        Returns:
            The law.

        Raises:
            LawError: the shape is wrong, it is not symmetric, or it is certainly not positive semidefinite.

        Example:
            >>> GaussianLaw.matrix("u v", [[1, "1/2"], ["1/2", 1]]).names
            ('u', 'v')
        """
        found = _split(variables)
        rows = tuple(tuple(written_out(formula(entry)) for entry in row) for row in covariance)
        if len(rows) != len(found) or any(len(r) != len(found) for r in rows):
            shape = " x ".join(str(n) for n in (len(rows), max(map(len, rows), default=0)))
            raise LawError(
                f"got a covariance matrix of shape {shape} for the {len(found)} variables {', '.join(found)}"
            )
        for i, j in combinations(range(len(found)), 2):
            if rows[i][j] != rows[j][i]:
                raise LawError(
                    f"got Cov({found[i]}, {found[j]}) = {rows[i][j]} and Cov({found[j]}, {found[i]}) = {rows[j][i]}, "
                    f"expected a symmetric matrix"
                )
        positive = tuple(dict.fromkeys(r[i].identifier for i, r in enumerate(rows) if r[i].head == "name"))
        law = cls(found, _means(found, mean), rows, positive=tuple(p for p in positive if p not in CONSTANTS))
        law.moments(law.field())
        return law

    @classmethod
    def vectors(
        cls,
        weights: Mapping[str, Sequence[Operand]],
        sigma: Sequence[Sequence[Operand]] | None = None,
        bias: Mapping[str, Operand] | None = None,
    ) -> GaussianLaw:
        r"""Variables $u = w_u \cdot x + b_u$ with $x \sim N(0, \Sigma)$.

        Args:
            weights: the vector of each variable, all of the same length d; exact numbers or formulas.
            sigma: the covariance of x, d x d; the identity if it is not given.
            bias: the constant of each variable; 0 where it is not given.

        Returns:
            The law.

        Raises:
            LawError: lengths differ.

        Example:
            >>> from analytic.expectation import expect
            >>> print(expect("u*v", law=GaussianLaw.vectors({"u": (1, 1), "v": (1, 0)})))
            1
        """
        exact = {n: [formula(x) for x in w] for n, w in weights.items()}
        lengths = {len(w) for w in exact.values()}
        if len(lengths) != 1:
            shown = ", ".join(f"{n}: {len(w)}" for n, w in exact.items())
            raise LawError(f"got vectors of different lengths ({shown}), expected one dimension d for all")
        (d,) = lengths
        s = [[formula(x) for x in row] for row in sigma] if sigma is not None else _identity(d)
        if len(s) != d or any(len(row) != d for row in s):
            raise LawError(f"got a covariance of x of {len(s)} rows, expected {d} x {d} for vectors of length {d}")
        rows = [[_bilinear(a, s, b) for b in exact.values()] for a in exact.values()]
        return cls.matrix(tuple(exact), rows, bias)

    def fixed(self, values: Mapping[str, Expr]) -> GaussianLaw:
        """The law with norms (key ``"|u|"``), angles or parameters replaced by formulas of constants."""

        def rule(node: Expr) -> Expr | None:
            if node.head == "norm":
                return values.get(f"|{node.children[0].identifier}|")
            return values.get(node.identifier) if node.head == "name" else None

        changed = {n: formula(v) for n, v in values.items()}
        return replace(
            self,
            mean=tuple(rewrite(m, rule) for m in self.mean),
            covariance=tuple(tuple(rewrite(c, rule) for c in row) for row in self.covariance),
            norms=tuple(n for n in self.norms if f"|{n}|" not in changed),
            angle_names=tuple((n, p) for n, p in self.angle_names if n not in changed),
            correlation_names=tuple(n for n in self.correlation_names if n not in changed),
            positive=tuple(n for n in self.positive if n not in changed),
        )

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in means and covariances that are no angles and no correlations."""
        taken = {*(n for n, _ in self.angle_names), *self.correlation_names, *CONSTANTS}
        found = dict.fromkeys(n for e in (*self.mean, *sum(self.covariance, ())) for n in sorted(_free(e)))
        return tuple(n for n in found if n not in taken)

    def field(self, parameters: Sequence[str] = ()) -> ClosedForms:
        """A fresh field with the generators of the law and further real parameters."""
        return ClosedForms(
            self.norms,
            dict(self.angle_names),
            self.correlation_names,
            self.positive,
            (*parameters, *self.parameters),
        )

    def moments(self, field: ClosedForms) -> tuple[tuple[Element, ...], tuple[tuple[Element, ...], ...]]:
        """Means and covariances as elements of a field.

        Raises:
            LawError: the covariance matrix is certainly not positive semidefinite.
        """
        mean = tuple(evaluate(m, field) for m in self.mean)
        matrix = tuple(tuple(evaluate(c, field) for c in row) for row in self.covariance)
        self._check(matrix, field)
        return mean, matrix

    def _check(self, matrix: tuple[tuple[Element, ...], ...], field: ClosedForms) -> None:
        """Principal minors of a semidefinite matrix are not negative, and conversely.

        There are 2^n of them: of more variables than a few the matrix is eliminated if its entries are numbers, and
        else the minors of lowest order are looked at.
        """
        n = len(self.names)
        if n > FEW and all(_is_number(c) for row in matrix for c in row):
            self._eliminated(matrix, field)
            return
        for size in range(1, (n if n <= FEW else 3) + 1):
            for chosen in combinations(range(n), size):
                self._refuse(chosen, determinant([[matrix[i][j] for j in chosen] for i in chosen], field), field)

    def _refuse(self, chosen: Sequence[int], minor: Element, field: ClosedForms) -> None:
        """Says that a principal minor is negative, if it is."""
        if _certainly_negative(minor, field):
            shown = ", ".join(self.names[i] for i in chosen)
            what = f"the variance {minor}" if len(chosen) == 1 else f"a covariance matrix with determinant {minor}"
            raise LawError(
                f"got {what} for {shown}, expected a positive semidefinite matrix: lower the covariances or "
                f"raise the variances"
            )

    def singular(self, field: ClosedForms) -> bool:
        """Whether the covariance matrix is exactly singular.

        Raises:
            LawError: it is certainly not positive semidefinite.
        """
        _, matrix = self.moments(field)
        if len(matrix) > FEW and all(_is_number(c) for row in matrix for c in row):
            return self._eliminated(matrix, field) < len(matrix)
        return not determinant(matrix, field)

    def _eliminated(self, matrix: tuple[tuple[Element, ...], ...], field: ClosedForms) -> int:
        """The rank by symmetric elimination: what is left has no negative diagonal entry, and rows 0 where they are 0.

        The product of the pivots with a minor of what is left is a minor of the matrix itself.
        """
        left, rest = [list(row) for row in matrix], list(range(len(matrix)))
        done, minor = list[int](), field.one
        while rest:
            for i in rest:
                self._refuse([*done, i], minor * left[i][i], field)
            for i, j in combinations(rest, 2):
                if left[i][j] and not (left[i][i] and left[j][j]):
                    self._refuse([*done, i, j], -minor * left[i][j] ** 2, field)
            pivot = next((i for i in rest if left[i][i]), None)
            if pivot is None:
                break
            rest.remove(pivot)
            done.append(pivot)
            minor = minor * left[pivot][pivot]
            for i in (i for i in rest if left[pivot][i]):
                slope = left[pivot][i] / left[pivot][pivot]
                for j in rest:
                    left[i][j] = left[i][j] - slope * left[pivot][j]
        return len(done)

    def describe(self) -> list[str]:
        """The domain in words."""
        conditions = [f"|{n}| > 0" for n in self.norms] + [f"{n} > 0" for n in self.positive]
        conditions += [f"{n} in [0, pi]" for n, _ in self.angle_names]
        conditions += [f"{n} in [-1, 1]" for n in self.correlation_names]
        known = bool(self.norms) or not any(_free(c) for row in self.covariance for c in row)
        return conditions if known or len(self.names) < 2 else [*conditions, "covariance positive semidefinite"]


def _certainly_negative(x: Element, field: ClosedForms) -> bool:
    if not x:
        return False
    from analytic.balls import BallAlgebra, precision
    from analytic.writing import written

    if not _is_number(x):
        return field.sign(x) == -1
    for bits in (200, 2000):  # x is not 0, but its digits may cancel
        with precision(bits):
            ball = evaluate(written(x), BallAlgebra({}, None, {}))
            if ball < 0 or ball > 0:
                return bool(ball < 0)
    return False


def _is_number(x: Element) -> bool:
    """Whether no norm and no parameter occurs."""
    from analytic.writing import written

    shown = written(x)
    return not _free(shown) and not any(n.head == "norm" for n in _nodes(shown))


def _nodes(expr: Expr) -> list[Expr]:
    from analytic.formula import walk

    return list(walk(expr))


def _free(expr: Expr) -> frozenset[str]:
    from analytic.formula import bare_names

    return bare_names(expr) - CONSTANTS


def _split(variables: str | Sequence[str]) -> tuple[str, ...]:
    found = tuple(variables.replace(",", " ").split()) if isinstance(variables, str) else tuple(variables)
    if len(set(found)) < len(found) or not found:
        raise LawError(f"got the variables {', '.join(found) or '(none)'}, expected one or more different names")
    return found


def _deviations(variables: Sequence[str]) -> dict[str, Expr]:
    return {n: Expr("norm", (name(n),)) for n in variables}


def _by_pairs(
    variables: tuple[str, ...], correlations: Mapping[tuple[str, str], Expr], deviations: Mapping[str, Expr]
) -> tuple[tuple[Expr, ...], ...]:
    def entry(a: str, b: str) -> Expr:
        if a == b:
            return deviations[a] ** 2
        pair = (a, b) if (a, b) in correlations else (b, a)
        return mul(deviations[pair[0]], deviations[pair[1]], correlations[pair])

    return tuple(tuple(entry(a, b) for b in variables) for a in variables)


def _means(variables: Sequence[str], mean: Mapping[str, Operand] | None) -> tuple[Expr, ...]:
    given = dict(mean or {})
    unknown = sorted(set(given) - set(variables))
    if unknown:
        raise FormulaError(f"got a mean for {unknown[0]}, expected means of {', '.join(variables)}")
    means = tuple(written_out(formula(given.get(n, 0))) for n in variables)
    mixed = sorted(names(add(*means)) & set(variables)) if means else []
    if mixed:
        raise FormulaError(f"got a mean that contains the variable {mixed[0]}, expected numbers and parameters")
    return means


def _identity(d: int) -> list[list[Expr]]:
    return [[num(int(i == j)) for j in range(d)] for i in range(d)]


def _bilinear(a: list[Expr], s: list[list[Expr]], b: list[Expr]) -> Expr:
    zero = num(0)
    terms = [mul(x, s[i][j], y) for i, x in enumerate(a) for j, y in enumerate(b) if zero not in (x, s[i][j], y)]
    return add(*terms)
