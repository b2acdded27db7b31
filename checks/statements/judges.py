"""Which function judges which kind of statement."""

from __future__ import annotations

from collections.abc import Callable

from checks.claim import Claim
from checks.empirical import Settings
from checks.statements.asymptotics import Expansion, Limit, Order
from checks.statements.asymptotics_judge import judge_asymptotic
from checks.statements.descent import GradientDescent
from checks.statements.descent_judge import judge_descent
from checks.statements.eigenvalue_bound import EigenvalueBound, judge_bound
from checks.statements.family_facts import DescentDirections, FamilyRange, Threshold
from checks.statements.family_facts_judge import judge_family_facts
from checks.statements.inequality import Inequality
from checks.statements.inequality_judge import judge_inequality
from checks.statements.ordering import MatrixOrder, judge_order
from checks.statements.recursion import Recursion
from checks.statements.recursion_judge import judge_recursion
from checks.statements.simulation import Simulation
from checks.statements.simulation_judge import judge_simulation
from checks.statements.spectrum_growth import SpectraAgree, SpectrumGrowth
from checks.statements.spectrum_growth_judge import judge_growth
from checks.statements.split_neuron import SplitNeuron
from checks.statements.split_neuron_judge import judge_split
from checks.trained import OnlineHovers, TrainedPoint
from checks.trained_judge import judge_online, judge_trained
from checks.verdict import Verdict

Judge = Callable[[Claim, Settings, bool], Verdict]

JUDGES: dict[type, Judge] = {
    Inequality: judge_inequality,
    Limit: judge_asymptotic,
    Expansion: judge_asymptotic,
    Order: judge_asymptotic,
    GradientDescent: judge_descent,
    Recursion: judge_recursion,
    EigenvalueBound: judge_bound,
    MatrixOrder: judge_order,
    SpectrumGrowth: judge_growth,
    SpectraAgree: judge_growth,
    SplitNeuron: judge_split,
    Threshold: judge_family_facts,
    FamilyRange: judge_family_facts,
    DescentDirections: judge_family_facts,
    TrainedPoint: judge_trained,
    OnlineHovers: judge_online,
    Simulation: judge_simulation,
}


def judge_of(statement: object) -> Judge | None:
    """The judge of a statement; None for those that ``checks.judge`` judges itself."""
    return JUDGES.get(type(statement))
