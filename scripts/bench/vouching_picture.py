"""The picture of vouching: how texts that were said part from texts of other clips."""

from pathlib import Path

import numpy as np

from earshot.speech.alignment.vouching import MIN_FIT, MIN_RUN_SUPPORT

Supports = tuple[list[float], list[float]]


def draw(said: Supports, foreign: Supports, path: Path) -> None:
    """Of texts, and of runs of three words: the share that fits worse than each number of nats."""
    import matplotlib

    matplotlib.use("svg" if path.suffix == ".svg" else "agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10, 3.6), layout="constrained", sharey=True)
    titles = ("the whole text of a clip", "three words in a row")
    for axis, at, title, least in zip(
        axes, (0, 1), titles, (MIN_FIT, MIN_RUN_SUPPORT), strict=True
    ):
        for label, values, colour in (
            ("text that was said", said[at], "tab:blue"),
            ("text of another clip", foreign[at], "tab:orange"),
        ):
            axis.ecdf(np.maximum(values, -12), label=label, color=colour)
        axis.axvline(least, color="tab:gray", linestyle="--", label=f"threshold {least:g}")
        axis.set(xlabel="support, nats a letter", title=title, xlim=(-10, 0.1))
        axis.legend(fontsize="small", loc="upper left")
    axes[0].set(ylabel="share that fits worse")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)
