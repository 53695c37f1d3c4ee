"""Where the boxes of a graph stand: in ranks, with few crossings, above each other where they belong together.

The steps are those of Sugiyama, Tagawa and Toda (1981): ranks by the longest path, order within a rank by the mean
place of the neighbours, positions by least squares under the condition that boxes of a rank do not overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SWEEPS, _PASSES = 8, 40
_BEND_WIDTH = 12.0  # room that a passing line takes among the boxes of a rank
_DUMMY_WEIGHT = 3.0  # how much straighter a line through several ranks is kept than one between two boxes


@dataclass
class Layout:
    """Places along and across the ranks.

    Attributes:
      across: centre of every box across its rank.
      along: centre of every box along the direction of the arrows.
      lines: for every arrow its points ``(across, along)``, from the end of a box to the beginning of another.
      breadth: of the whole, across.
      length: of the whole, along.
    """

    across: list[float]
    along: list[float]
    lines: list[list[tuple[float, float]]]
    breadth: float
    length: float


def ranks_of(count: int, arrows: Sequence[tuple[int, int]]) -> list[int]:
    """The rank of every node: the number of arrows on the longest way to it.

    Example:
      >>> from kerax.models.pictures.layout import ranks_of
      >>> ranks_of(4, [(0, 1), (1, 2), (0, 2), (3, 2)])
      [0, 1, 2, 1]
    """
    ranks = [0] * count
    for _ in range(count):  # as often as the longest way has arrows; a circle ends it
        changed = False
        for start, end in arrows:
            if ranks[end] < ranks[start] + 1:
                ranks[end], changed = ranks[start] + 1, True
        if not changed:
            break
    for node in range(count):  # a beginning stands right before what it feeds
        ends = [ranks[end] for start, end in arrows if start == node]
        if ends and not any(end == node for _, end in arrows):
            ranks[node] = min(ends) - 1
    return ranks


def lay_out(
    sizes: Sequence[tuple[float, float]], arrows: Sequence[tuple[int, int]], gap: float, rank_gap: float
) -> Layout:
    """Places boxes.

    Args:
      sizes: of every box, ``(across, along)``.
      arrows: pairs of places in ``sizes``.
      gap: smallest distance of two boxes of a rank.
      rank_gap: smallest distance of two ranks.

    Returns:
      The places, from 0 on.

    Example:
      >>> from kerax.models.pictures.layout import lay_out
      >>> layout = lay_out([(10, 4), (10, 4)], [(0, 1)], gap=5, rank_gap=6)
      >>> layout.along, layout.lines
      ([2.0, 12.0], [[(5.0, 4.0), (5.0, 10.0)]])
    """
    ranks = ranks_of(len(sizes), arrows)
    rows: list[list[int]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    for node, rank in enumerate(ranks):
        rows[rank].append(node)
    widths = [size[0] for size in sizes]
    chains, steps, rank_of = [], [], list(ranks)
    for start, end in arrows:  # a line through several ranks gets a place in each of them
        chain = [start]
        for between in range(ranks[start] + 1, ranks[end]):
            rows[between].append(len(widths))
            chain.append(len(widths))
            rank_of.append(between)
            widths.append(_BEND_WIDTH)
        chain.append(end)
        chains.append(chain)
        steps += list(zip(chain, chain[1:], strict=False))
    before: list[list[int]] = [[] for _ in widths]
    after: list[list[int]] = [[] for _ in widths]
    for start, end in steps:
        before[end].append(start)
        after[start].append(end)
    _order(rows, before, after)
    across = _positions(rows, widths, before, after, len(sizes), gap)
    heights = [max((sizes[node][1] for node in row if node < len(sizes)), default=0.0) for row in rows]
    gaps = [rank_gap + 5.0 * _channels(row, after, across) for row in rows]
    tops = [0.0]
    for height, room in zip(heights, gaps, strict=True):
        tops.append(tops[-1] + height + room)
    along = [tops[rank_of[node]] + heights[rank_of[node]] / 2 for node in range(len(widths))]
    lines = []
    for chain in chains:
        first, last = chain[0], chain[-1]
        # A line leaves the rank of its box before it turns: a larger box may stand beside it.
        points = [(across[first], along[first] + sizes[first][1] / 2)]
        points.append((across[first], tops[rank_of[first]] + heights[rank_of[first]]))
        for node in chain[1:-1]:
            top = tops[rank_of[node]]
            points += [(across[node], top), (across[node], top + heights[rank_of[node]])]
        points.append((across[last], tops[rank_of[last]]))
        points.append((across[last], along[last] - sizes[last][1] / 2))
        lines.append([point for place, point in enumerate(points) if place == 0 or point != points[place - 1]])
    breadth = max((x + width / 2 for x, width in zip(across, widths, strict=True)), default=0.0)
    length = tops[-1] - gaps[-1] if rows else 0.0
    return Layout(across[: len(sizes)], along[: len(sizes)], lines, breadth, length)


def _channels(row: list[int], after: list[list[int]], across: list[float]) -> int:
    """How many boxes of a rank have lines that turn, each of which needs a height of its own."""
    return max(0, sum(any(abs(across[end] - across[node]) > 1 for end in after[node]) for node in row) - 1)


def _order(rows: list[list[int]], before: list[list[int]], after: list[list[int]]) -> None:
    """Sorts every rank by where the neighbours stand, from the top and from the bottom in turn."""
    best, fewest = [list(row) for row in rows], _crossings(rows, after)
    for sweep in range(_SWEEPS):
        neighbours, order = (before, rows[1:]) if sweep % 2 == 0 else (after, rows[-2::-1])
        place = {node: i for row in rows for i, node in enumerate(row)}
        for row in order:
            means = {
                node: float(np.mean([place[n] for n in neighbours[node]])) if neighbours[node] else float(place[node])
                for node in row
            }
            row.sort(key=means.__getitem__)
            place.update({node: i for i, node in enumerate(row)})
        crossings = _crossings(rows, after)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    for row, kept in zip(rows, best, strict=True):
        row[:] = kept


def _crossings(rows: list[list[int]], after: list[list[int]]) -> int:
    place = {node: i for row in rows for i, node in enumerate(row)}
    count = 0
    for row in rows:
        ends = [place[end] for node in row for end in sorted(after[node], key=place.__getitem__)]
        count += sum(a > b for i, a in enumerate(ends) for b in ends[i + 1 :])
    return count


def _positions(
    rows: list[list[int]], widths: list[float], before: list[list[int]], after: list[list[int]], real: int, gap: float
) -> list[float]:
    """Centres across the ranks: each as near to its neighbours' mean as its rank allows."""
    across = np.zeros(len(widths))
    for row in rows:
        offsets = _offsets(row, widths, gap)
        across[row] = offsets - (offsets[-1] / 2 if len(offsets) else 0.0)
    for sweep in range(_PASSES):
        neighbours, order = (before, rows) if sweep % 2 == 0 else (after, rows[::-1])
        if sweep >= _SWEEPS:
            neighbours = [a + b for a, b in zip(before, after, strict=True)]
        for row in order:
            if not row:
                continue
            wanted = [float(np.mean(across[neighbours[n]])) if neighbours[n] else float(across[n]) for n in row]
            weights = [_DUMMY_WEIGHT if n >= real else 1.0 if neighbours[n] else 0.1 for n in row]
            offsets = _offsets(row, widths, gap)
            across[row] = _nondecreasing(np.array(wanted) - offsets, np.array(weights)) + offsets
    _straighten(across, rows, widths, before, after, gap)
    left = min((across[node] - widths[node] / 2 for node in range(len(widths))), default=0.0)
    return [float(x - left) for x in across]


def _straighten(
    across: np.ndarray,
    rows: list[list[int]],
    widths: list[float],
    before: list[list[int]],
    after: list[list[int]],
    gap: float,
) -> None:
    """Puts what hangs together one by one on one line, and moves such lines as a whole."""
    left: dict[int, tuple[int, float]] = {}  # the next one on that side, and how far away it has to be
    right: dict[int, tuple[int, float]] = {}
    for row in rows:
        for one, other in zip(row, row[1:], strict=False):
            apart = (widths[one] + widths[other]) / 2 + gap
            right[one], left[other] = (other, apart), (one, apart)
    lines: list[list[int]] = []
    seen: set[int] = set()
    for node in (node for row in rows for node in row if node not in seen):
        line = [node]
        while len(after[line[-1]]) == 1 and len(before[after[line[-1]][0]]) == 1:
            line.append(after[line[-1]][0])
        seen.update(line)
        lines.append(line)
    for turn in range(_PASSES):
        for line in lines if turn % 2 == 0 else lines[::-1]:
            low = max((across[left[n][0]] + left[n][1] for n in line if n in left), default=-np.inf)
            high = min((across[right[n][0]] - right[n][1] for n in line if n in right), default=np.inf)
            ends = before[line[0]] + after[line[-1]]
            if low <= high:
                wanted = np.mean(across[ends]) if ends else np.mean(across[line])
                across[line] = min(max(wanted, low), high)


def _offsets(row: list[int], widths: list[float], gap: float) -> np.ndarray:
    """Smallest distances of the boxes of a rank from its first one, from centre to centre."""
    offsets = [0.0]
    for left, right in zip(row, row[1:], strict=False):
        offsets.append(offsets[-1] + (widths[left] + widths[right]) / 2 + gap)
    return np.array(offsets[: len(row)])


def _nondecreasing(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The nearest sequence that never goes down, in weighted least squares: neighbours that do are pooled."""
    blocks: list[list[float]] = []  # mean, weight, length
    for value, weight in zip(values, weights, strict=True):
        blocks.append([float(value), float(weight), 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, weight, length = blocks.pop()
            total = blocks[-1][1] + weight
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + mean * weight) / total, total, blocks[-1][2] + length]
    return np.repeat([block[0] for block in blocks], [int(block[2]) for block in blocks])
