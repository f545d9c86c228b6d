"""Whether two periods differ: by more than chance, and by enough to matter.

Kolmogorov-Smirnov for numbers, chi-squared for facets, a permutation test for the word error rate.
With thousands of recordings the least difference is significant, so a finding is only an alarm when
its size, which doesn't depend on how many recordings a period has, passes a bound too. P-values
are corrected for the number of tests (Holm).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from earshot.cli.drift.observation import Observation

FEWEST = 20  # recordings a period; below that nothing is claimed
LEAST_EXPECTED = 5.0  # in a cell of a chi-squared test: rarer values are taken together
PERMUTATIONS = 2000
LEAST_EFFECT = {"KS": 0.15, "chi-squared": 0.15, "permutation": 0.02}
"""KS distance, Cramér's V of the shares, difference of the word error rates: below, no alarm."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One test: `before` and `after` are medians, rates or the commonest value, for people."""

    kind: str  # data or concept
    what: str
    test: str
    before: str
    after: str
    effect: float
    p: float
    drifted: bool = False


def compare(
    before: Sequence[Observation], after: Sequence[Observation], alpha: float = 0.01
) -> list[Finding]:
    """All tests that both periods have enough recordings for."""
    findings = []
    names = dict.fromkeys(name for o in (*before, *after) for name in o.numbers)
    for name in names:
        values = [np.array([o.numbers[name] for o in period if name in o.numbers])
                  for period in (before, after)]  # fmt: skip
        if min(map(len, values)) >= FEWEST:
            kind = "concept" if name == "confidence" else "data"
            findings.append(_numbers(kind, name, *values))
    if min(len(before), len(after)) >= FEWEST:
        for facet in dict.fromkeys(name for o in (*before, *after) for name in o.facets):
            finding = _facet(facet, before, after)
            if finding:
                findings.append(finding)
    counted = [
        np.array([(o.errors, o.words) for o in period if o.words]) for period in (before, after)
    ]
    if min(map(len, counted)) >= FEWEST:
        findings.append(_error_rate(*counted))
    return _corrected(findings, alpha)


def _numbers(kind: str, name: str, before: np.ndarray, after: np.ndarray) -> Finding:
    result = stats.ks_2samp(before, after)
    low, high = (f"{np.median(values):.3g}" for values in (before, after))
    return Finding(kind, name, "KS", low, high, float(result.statistic), float(result.pvalue))


def _facet(
    facet: str, before: Sequence[Observation], after: Sequence[Observation]
) -> Finding | None:
    counts = [Counter(o.facets[facet] for o in period) for period in (before, after)]
    total = sum(counts, Counter())
    share = min(len(before), len(after)) / (len(before) + len(after))
    common = [value for value, n in total.items() if n * share >= LEAST_EXPECTED]
    columns = [[c[value] for value in common] for c in counts]
    rest = [sum(c.values()) - sum(column) for c, column in zip(counts, columns, strict=True)]
    table = np.array([[*column, other] for column, other in zip(columns, rest, strict=True)])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        return None  # one value throughout: nothing to compare
    result = stats.chi2_contingency(table, correction=False)
    p = float(result.pvalue)
    if result.expected_freq.min() < LEAST_EXPECTED:
        p = _chance(table, result.expected_freq)
    top, then = (f"{v} {n / sum(c.values()):.0%}" for c in counts for v, n in c.most_common(1))
    return Finding("data", facet, "chi-squared", top, then, _cramer(table), p)


def _cramer(table: np.ndarray) -> float:
    """Cramér's V of `table` (2, values), as if both periods had equally many recordings.

    Of the counts themselves it shrinks as the periods' sizes part, however much the shares differ.
    """
    before, after = table / table.sum(axis=1, keepdims=True)
    return float(np.sqrt(((before - after) ** 2 / (before + after)).sum() / 2))


def _chance(table: np.ndarray, expected: np.ndarray) -> float:
    """How often shuffled recordings are as far from `expected` as `table`; both are (2, values).

    Where even the rare values together are too rare, the chi-squared distribution calls one odd
    recording all but impossible; and to leave them out would hide a value that is new in a small
    period. The statistic is the same: with sums that are fixed, the first row tells the second.
    """
    rng = np.random.default_rng(0)
    shuffled = rng.multivariate_hypergeometric(table.sum(axis=0), table[0].sum(), PERMUTATIONS)
    rows = np.concatenate([table[:1], shuffled])
    statistics = ((rows - expected[0]) ** 2 * (1 / expected).sum(axis=0)).sum(axis=1)
    # Tables as likely as the observed one may differ from it by rounding: they count.
    return float(np.mean(statistics >= statistics[0] * (1 - 1e-9)))


def _error_rate(before: np.ndarray, after: np.ndarray) -> Finding:
    """`before` and `after` (n, 2): errors and words; recordings are permuted, not words."""

    def pooled(counts: np.ndarray) -> float:
        return float(counts[:, 0].sum() / counts[:, 1].sum())

    observed = pooled(after) - pooled(before)
    everything = np.concatenate([before, after])
    rng = np.random.default_rng(0)
    extreme = 0
    for _ in range(PERMUTATIONS):
        shuffled = rng.permutation(everything)
        difference = pooled(shuffled[len(before) :]) - pooled(shuffled[: len(before)])
        extreme += abs(difference) >= abs(observed)
    p = (extreme + 1) / (PERMUTATIONS + 1)
    rate, then = (f"{pooled(counts):.1%}" for counts in (before, after))
    return Finding("concept", "word error rate", "permutation", rate, then, abs(observed), p)


def _corrected(findings: Sequence[Finding], alpha: float) -> list[Finding]:
    """Holm's step-down correction, then the bound on the effect."""
    order = np.argsort([finding.p for finding in findings])
    corrected = list(findings)
    highest = 0.0
    for rank, index in enumerate(order):
        finding = findings[index]
        highest = max(highest, min(1.0, finding.p * (len(findings) - rank)))
        drifted = highest < alpha and finding.effect >= LEAST_EFFECT[finding.test]
        corrected[index] = replace(finding, p=highest, drifted=drifted)
    return corrected
