"""Compares what was measured with what is asked for."""
from dataclasses import dataclass

from .table import COLUMNS, align, median


@dataclass(frozen=True)
class Verdict:
  scenario: str
  server: str
  column: str
  peer: str
  # What it is, and the bound: in units of the peer's figure, or without a peer the figure itself.
  ratio: float
  bound: float
  is_at_least: bool

  @property
  def is_met(self):
    return self.ratio >= self.bound if self.is_at_least else self.ratio <= self.bound


def judge(scenario, results_by_server):
  """The verdicts on one scenario. What was not measured has none."""
  return [verdict for target in scenario.targets for verdict in _judge(scenario.name, target, results_by_server)]


def _judge(scenario, target, results):
  bounds = [(server, bound, False) for server, bound in target.at_most.items()]
  bounds += [(server, bound, True) for server, bound in target.at_least.items()]
  for server, bound, is_at_least in bounds:
    ours = median(target.column, results.get(server, []))
    theirs = median(target.column, results.get(target.peer, [])) if target.peer else 1
    if ours is None or not theirs:
      continue
    plus = target.plus.get(server)
    if plus:
      ours -= median(plus[1], results.get(plus[0], [])) or 0
    yield Verdict(scenario, server, target.column, target.peer, ours / theirs, bound, is_at_least)


def format_verdicts(verdicts):
  """A table of all of them."""
  rows = [["scenario", "server", "figure", "of", "is", "asked", ""]]
  for x in verdicts:
    digits = 2 if x.peer else 0
    rows.append([x.scenario, x.server, COLUMNS[x.column].title, x.peer or "–", f"{x.ratio:,.{digits}f}",
                 f"{'>=' if x.is_at_least else '<='} {x.bound:,.{digits}f}", "met" if x.is_met else "MISSED"])
  return align(rows)
