"""Verdicts as JUnit XML, for services that show the tests of a build."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from checks.verdict import Verdict

#: Characters that XML 1.0 has no way to write.
_CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(verdicts: Sequence[Verdict], strict: bool = False) -> str:
    """One test case a claim: a failure where the verdict is not as expected, an error where it cannot be read.

    Args:
        verdicts: the verdicts.
        strict: count INCONCLUSIVE as a failure.

    Returns:
        An XML document.

    Example:
        >>> from checks import verify
        >>> print(to_junit([verify("E[step(u)]", "1/3", power=False)]).splitlines()[1][:70])
        <testsuites>
    """
    suite = ElementTree.Element("testsuite", name="closedform", tests=str(len(verdicts)))
    counts = {"failures": 0, "errors": 0}
    for verdict in verdicts:
        group, _, name = verdict.claim.rpartition("/")
        case = ElementTree.SubElement(
            suite, "testcase", classname=_clean(group or "claims"), name=_clean(name), time=f"{verdict.seconds:.3f}"
        )
        if not verdict.as_expected(strict):
            kind = "error" if verdict.kind == "INVALID" else "failure"
            counts["errors" if kind == "error" else "failures"] += 1
            problem = ElementTree.SubElement(case, kind, type=verdict.kind.value, message=_clean(verdict.reason))
            problem.text = _clean(str(verdict))
        else:
            ElementTree.SubElement(case, "system-out").text = _clean(str(verdict))
    suite.attrib |= {key: str(n) for key, n in counts.items()}
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    return _CONTROL.sub("?", text)
