"""The picture of a run: loss, and error rates on the development sets, over steps."""

from pathlib import Path


def draw(history: list[dict[str, float]], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg" if path.suffix == ".svg" else "agg")
    from matplotlib import pyplot

    figure, (losses, rates) = pyplot.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    points = [(h["step"], h["loss"]) for h in history if "loss" in h]
    losses.plot(*zip(*points, strict=True), color="tab:blue", label="CTC loss, nats a letter")
    if apart := [(h["step"], h["apart"]) for h in history if "apart" in h]:
        label = "share of the teacher's variance not explained"
        losses.plot(*zip(*apart, strict=True), color="tab:purple", label=label)
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
