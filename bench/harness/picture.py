"""The picture: one panel a workload, one dot a server on a logarithmic scale, a line from lowest to highest round."""

import html
import math

from .rounds import median, spread

WIDTH, MARGIN, GUTTER = 1040, 32, 36
PANEL = (WIDTH - 2 * MARGIN - GUTTER) / 2
ROW, HEAD, FOOT = 30, 56, 30
LABEL, VALUE = 196, 64

STYLE = """
  .page { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; }
  text { fill: #1f2328; } .quiet { fill: #59636e; } .small { font-size: 11px; }
  .title { font-size: 20px; font-weight: 650; } .head { font-size: 14px; font-weight: 650; }
  .grid { stroke: #d8dee4; stroke-width: 1; } .rule { stroke: #eff2f5; }
  .range { stroke: #8c959f; stroke-width: 3; stroke-linecap: round; opacity: .55; } .dot { fill: #8c959f; }
  .ours .dot { fill: #1a7f37; } .ours .range { stroke: #1a7f37; } .ours text { font-weight: 650; }
  .floor .dot { fill: none; stroke: #8c959f; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .quiet { fill: #9198a1; } .grid { stroke: #343a42; } .rule { stroke: #21262d; }
    .ours .dot { fill: #3fb950; } .ours .range { stroke: #3fb950; }
  }
"""


def _text(x, y, words, css="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}" text-anchor="{anchor}">{html.escape(words)}</text>'


def _shown(value):
    if value >= 10_000:
        return f"{value / 1000:,.0f}k"
    return f"{value / 1000:.1f}k" if value >= 1000 else f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _ticks(low, high):
    return [10 ** power for power in range(math.floor(low), math.ceil(high) + 1) if low <= power <= high]


class _Panel:
    def __init__(self, result, x, y):
        self.x, self.y = x, y
        self.servers = result["servers"]
        # For durable writes the rate is the promise; for all else the CPU, which a noisy machine can tell.
        self.figure = "rate" if result["all_cores"] and result["writes"] else "cpu_us"
        self.title = result["title"]
        values = [value for server in self.servers.values() for value in spread(server["rounds"], self.figure)]
        self.low = math.log10(max(min(values), 1e-3)) - 0.15
        self.high = math.log10(max(values)) + 0.15

    def at(self, value):
        share = (math.log10(max(value, 1e-3)) - self.low) / (self.high - self.low)
        return self.x + LABEL + share * (PANEL - LABEL - VALUE)

    def draw(self):
        unit = "requests a second; right is better" if self.figure == "rate" else "µs of CPU a request; left is better"
        parts = [_text(self.x, self.y + 16, self.title, "head"), _text(self.x, self.y + 34, unit, "quiet small")]
        bottom = self.y + HEAD + ROW * len(self.servers)
        for tick in _ticks(self.low, self.high):
            x = self.at(tick)
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{self.y + HEAD - 8}" y2="{bottom}" class="grid"/>')
            parts.append(_text(x, bottom + 16, _shown(tick).replace(".0", ""), "quiet small", "middle"))
        for row, (name, server) in enumerate(self.servers.items()):
            parts.append(self._row(name, server, self.y + HEAD + ROW * row + ROW / 2))
        return "\n".join(parts)

    def _row(self, name, server, y):
        css = "ours" if name.startswith("banyan") else "floor" if name in ("nginx", "epoll") else "peer"
        low, high = spread(server["rounds"], self.figure)
        middle = median(server["rounds"], self.figure)
        return "\n".join([
            f'<g class="{css}">',
            f'<line x1="{self.x}" x2="{self.x + PANEL}" y1="{y + ROW / 2}" y2="{y + ROW / 2}" class="rule"/>',
            _text(self.x, y + 4, server["title"].replace("`", "").replace(" (Bun + SQLite)", "")),
            f'<line x1="{self.at(low):.1f}" x2="{self.at(high):.1f}" y1="{y}" y2="{y}" class="range"/>',
            f'<circle cx="{self.at(middle):.1f}" cy="{y}" r="5.5" class="dot"/>',
            _text(self.x + PANEL, y + 4, _shown(middle), "", "end"),
            "</g>",
        ])


def svg(results, facts):
    shown = [result for result in results.values() if result["servers"]]
    parts, y = [], 84
    for first in range(0, len(shown), 2):
        pair = shown[first:first + 2]
        for column, result in enumerate(pair):
            parts.append(_Panel(result, MARGIN + column * (PANEL + GUTTER), y).draw())
        y += HEAD + FOOT + ROW * max(len(result["servers"]) for result in pair) + 18
    head = [_text(MARGIN, 36, "Banyan beside its peers and its ceilings", "title"),
            _text(MARGIN, 58, f"Median of {facts['rounds']} interleaved rounds, the line from lowest to highest; "
                  "64 connections, wrk (closed loop); logarithmic scales. Hollow: answers a constant.", "quiet small")]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" '
            f'role="img" aria-label="Benchmarks of Banyan and its peers" class="page">\n<style>{STYLE}</style>\n'
            + "\n".join(head + parts) + "\n</svg>\n")
