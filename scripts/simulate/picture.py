"""A burst drawn: how many files could be found after how long, a line a setting."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from scripts.simulate.burst import Outcome


def draw(outcomes: Mapping[str, Outcome], title: str, path: Path) -> None:
    import matplotlib

    matplotlib.use("svg" if path.suffix == ".svg" else "agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(8, 3.8), layout="constrained")
    for label, outcome in outcomes.items():
        times = np.sort(outcome.found_at) / 60
        counts = np.arange(1, len(times) + 1)
        drawn = np.unique(np.linspace(0, len(times) - 1, 300).astype(int))
        axis.plot(times[drawn], counts[drawn], label=f"{label}, limited by {outcome.limit}")
    axis.set(xlabel="minutes since the first file was put", ylabel="files that can be found")
    axis.set(xscale="log", title=title)
    axis.xaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_major_formatter("{x:,.0f}")
    figure.legend(fontsize="small", loc="outside lower center")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)
