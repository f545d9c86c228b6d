"""Plots a run's losses, and its error rates on the development sets, over steps.

An entry of a history has a "step", and either "loss" (and DISTILLATION with a teacher) or error
rates, as shares, by names such as "dev-human WER".
"""

from pathlib import Path

DISTILLATION = "apart"
"""The key of the distillation loss in a history. Checkpoints contain it, so it can't change."""


def draw(history: list[dict[str, float]], path: Path) -> None:
    """Writes the plot to `path`, as SVG or PNG by its suffix."""
    import matplotlib

    matplotlib.use("svg" if path.suffix == ".svg" else "agg")
    from matplotlib import pyplot

    figure, (losses, rates) = pyplot.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    points = [(h["step"], h["loss"]) for h in history if "loss" in h]
    losses.plot(*zip(*points, strict=True), color="tab:blue", label="CTC loss, nats per letter")
    if points := [(h["step"], h[DISTILLATION]) for h in history if DISTILLATION in h]:
        label = "distillation loss, share of the teacher's variance"
        losses.plot(*zip(*points, strict=True), color="tab:purple", label=label)
    losses.set(xlabel="step", title="training", ylim=(0, None))
    losses.legend(fontsize="small")
    measured = [h for h in history if "loss" not in h]
    names = sorted({name for h in measured for name in h if name != "step"})
    for name in names:
        line = [(h["step"], 100 * h[name]) for h in measured if name in h]
        style = "-" if name.endswith("WER") else "--"
        colour = "tab:orange" if "human" in name else "tab:green"
        rates.plot(*zip(*line, strict=True), style, color=colour, label=name)
    rates.set(xlabel="step", ylabel="%", title="development sets, averaged weights", ylim=(0, 105))
    if names:
        rates.legend(fontsize="small")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)
