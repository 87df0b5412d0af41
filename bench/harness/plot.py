"""Plots as SVG, without any library."""
import math
from html import escape

WIDTH, ROW, LEFT, TOP = 1000, 22, 430, 40
INK, GRID, MET, MISSED = "#222", "#ccc", "#2a7", "#c43"


def write_verdicts(path, verdicts):
  """A bar for each figure that something was asked of: how far it is from the bound, right of the line is better."""
  shapes = []
  span = 4.0  # Times better or worse than asked that fit.
  middle = LEFT + (WIDTH - LEFT) / 2
  for i, x in enumerate(verdicts):
    y = TOP + i * ROW
    margin = (x.ratio / x.bound if x.is_at_least else x.bound / x.ratio) if x.ratio else span
    length = max(-1.0, min(1.0, math.log(max(margin, 1e-9)) / math.log(span))) * (WIDTH - LEFT) / 2
    shapes.append(_text(LEFT - 8, y + 14, f"{x.scenario}, {x.server}: {x.column}{' / ' + x.peer if x.peer else ''}", "end"))
    shapes.append(f'<rect x="{min(middle, middle + length):.1f}" y="{y + 3}" width="{max(1, abs(length)):.1f}" height="{ROW - 6}" '
                  f'fill="{MET if x.is_met else MISSED}"/>')
    shapes.append(_text(middle + length + (4 if length >= 0 else -4), y + 14,
                        f"{x.ratio:,.2f} (asked {'≥' if x.is_at_least else '≤'} {x.bound:,g})",
                        "start" if length >= 0 else "end"))
  height = TOP + len(verdicts) * ROW + 10
  shapes.append(f'<line x1="{middle}" y1="{TOP - 5}" x2="{middle}" y2="{height - 8}" stroke="{INK}"/>')
  shapes.append(_text(middle, TOP - 12, "as asked; to the right: better, at most four times", "middle"))
  _write(path, height, shapes)


def write_curves(path, measured):
  """One panel for each (curve, points): both axes logarithmic, so that a straight level line is constant cost."""
  panel, gap = 190, 50
  shapes = []
  for i, (curve, points) in enumerate(measured):
    top = TOP + i * (panel + gap)
    xs, ys = [p[0] for p in points], [max(p[1], 1e-9) for p in points]
    low, high = min(ys) / 2, max(max(ys) * 2, min(ys) * 20)
    across = lambda x: LEFT / 5 + _share(x, min(xs), max(xs)) * (WIDTH - LEFT * 2 / 5)
    up = lambda y, top=top, low=low, high=high: top + panel - _share(y, low, high) * panel
    shapes.append(f'<rect x="{LEFT / 5}" y="{top}" width="{WIDTH - LEFT * 2 / 5}" height="{panel}" fill="none" stroke="{GRID}"/>')
    shapes.append(_text(LEFT / 5, top - 6, f"{curve.name}: {curve.unit}, by number of {curve.of}", "start"))
    line = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in zip(xs, ys))
    shapes.append(f'<polyline points="{line}" fill="none" stroke="{MET}" stroke-width="2"/>')
    for x, y in zip(xs, ys):
      shapes.append(f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="3" fill="{MET}"/>')
      shapes.append(_text(across(x), up(y) - 8, f"{y:,.3g}", "middle"))
      shapes.append(_text(across(x), top + panel + 14, f"{x:,}", "middle"))
  _write(path, TOP + len(measured) * (panel + gap), shapes)


def _share(x, low, high):
  return 0.5 if low == high else (math.log(x) - math.log(low)) / (math.log(high) - math.log(low))


def _text(x, y, text, anchor):
  return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{escape(text)}</text>'


def _write(path, height, shapes):
  path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + 160}" height="{height}" '
                  f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>\n'
                  + "\n".join(shapes) + "\n</svg>\n", encoding="utf-8")
