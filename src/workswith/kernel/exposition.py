"""Figures as Prometheus reads them: the text format, version 0.0.4. [OPR]

Each area names its own metrics (`Metric`) and their values; the page `/metrics` puts them together.
All come from the shared database, so any process of an installation tells the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX = "workswith_"
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(frozen=True, slots=True)
class Value:
    """One line: ``suffix`` is what a histogram's parts add to the name of the metric."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """``name`` goes without the prefix; ``help`` is a sentence for whoever draws a chart of it.

    A counter may fall to 0, as a process's does when it begins anew: Prometheus knows that.
    """

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    help: str
    values: Sequence[Value]

    def lines(self) -> Iterable[str]:
        name = _PREFIX + self.name
        yield f"# HELP {name} {self.help}"
        yield f"# TYPE {name} {self.kind}"
        for value in self.values:
            yield f"{name}{value.suffix}{_labels(value.labels)} {value.value:.15g}"


def gauge(name: str, help_: str, value: float) -> Metric:
    """A single figure that goes up and down."""
    return Metric(name, "gauge", help_, [Value(value)])


def by(label: str, counts: Mapping[str, float]) -> list[Value]:
    """A value for each of ``counts``."""
    return [Value(count, {label: name}) for name, count in counts.items()]


def exposition(metrics: Iterable[Metric]) -> str:
    """The whole answer."""
    return "".join(f"{line}\n" for metric in metrics for line in metric.lines())


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    inner = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items())
    return f"{{{inner}}}"
