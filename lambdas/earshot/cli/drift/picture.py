"""Both periods drawn over each other: a cumulative curve a number, bars a facet."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from earshot.cli.drift.comparison import Finding
from earshot.cli.drift.observation import Observation

COLOURS = ("tab:blue", "tab:orange")


def draw(
    before: Sequence[Observation],
    after: Sequence[Observation],
    findings: Sequence[Finding],
    path: Path,
) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    columns = 3
    rows = -(-len(findings) // columns)
    figure, axes = pyplot.subplots(
        rows, columns, figsize=(4 * columns, 2.8 * rows), squeeze=False, layout="constrained"
    )
    for axis, finding in zip(axes.flat, findings, strict=False):
        for n, (label, period) in enumerate((("before", before), ("after", after))):
            if finding.test == "chi-squared":
                counts = Counter(o.facets[finding.what] for o in (*before, *after))
                top = [value for value, _ in counts.most_common(6)]
                here = Counter(o.facets[finding.what] for o in period)
                shares = [here[value] / len(period) for value in top]
                axis.bar(np.arange(len(top)) + 0.4 * n, shares, 0.4, label=label, color=COLOURS[n])
                axis.set_xticks(np.arange(len(top)) + 0.2, top, rotation=30, fontsize="small")
            else:
                if finding.test == "permutation":
                    values = [
                        o.errors / o.words for o in period if o.errors is not None and o.words
                    ]
                else:
                    values = [o.numbers[finding.what] for o in period if finding.what in o.numbers]
                axis.ecdf(values, label=label, color=COLOURS[n])
        alarm = "drifted" if finding.drifted else "steady"
        axis.set_title(f"{finding.what}: {alarm} (p {finding.p:.2g})", fontsize="medium")
        axis.legend(fontsize="small")
    for axis in list(axes.flat)[len(findings) :]:
        axis.set_visible(False)
    figure.savefig(path)
    pyplot.close(figure)
