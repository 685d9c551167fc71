"""Breadth-first search for connected components, compiled."""

# mypy: allow-untyped-defs
import numpy as np

from features.compilation import kernel
from features.statements.same_statements import distinct_count
from features.statements.statement_index import first_at


@kernel
def search(
    start, start_statement, own_person, as_of, link_begin, links, begin, posted, posted_at, people, since, statement,
    near_begin, near, statement_begin, statement_posted, statement_posted_at, cap, window, limit, levels, out, members,
):  # fmt: skip
    """Write the measures of each case's component to ``out``, and its records to ``members`` as far as there is room.

    Arguments as in `features.network.component`.
    """
    visited = np.full(len(statement), -1, dtype=np.int32)
    used = np.full(len(begin), -1, dtype=np.int32)
    queue = np.empty(len(statement), dtype=np.int64)
    values = np.empty(len(statement), dtype=np.int64)
    for i in range(len(as_of)):
        now = as_of[i]
        size = 0
        for c in range(start.shape[1]):
            size = _add_by_key(start[i, c], i, now, window, begin, posted, posted_at, cap, visited, used, queue, size)
        size = _add_by_statement(start_statement[i], i, now, window, near_begin, near, statement_begin, statement_posted,
                                 statement_posted_at, cap, visited, queue, size)  # fmt: skip
        level = 1 if size else 0
        done = 0
        while done < size and size <= limit and level < levels:
            end = size
            for at in range(done, end):
                record = queue[at]
                for link in range(link_begin[record], link_begin[record + 1]):
                    size = _add_by_key(links[link], i, now, window, begin, posted, posted_at, cap, visited, used, queue,
                                       size)  # fmt: skip
                size = _add_by_statement(statement[record], i, now, window, near_begin, near, statement_begin,
                                         statement_posted, statement_posted_at, cap, visited, queue, size)  # fmt: skip
            done = end
            if size > end:
                level += 1
        out[i, 0] = size
        for c in range(3):
            for at in range(size):
                values[at] = people[queue[at], c]
            out[i, 1 + c] = distinct_count(values[:size], own_person[i] if c == 0 else 0)
        for at in range(size):
            for f in range(4):
                if since[queue[at], f] < now:
                    out[i, 4 + f] += 1
        out[i, 8] = level
        for at in range(min(size, members.shape[1])):
            members[i, at] = queue[at]


@kernel
def hubs(keys, as_of, begin, posted_at, cap, window, out):
    """Set ``out`` where a group of identifiers, -1 for none, has more records than the degree cap as of a moment."""
    for i in range(len(keys)):
        if keys[i] >= 0 and _is_hub(keys[i], as_of[i], window, begin, posted_at, cap):
            out[i] = True


@kernel
def _is_hub(key, now, window, begin, posted_at, cap):
    at, end = begin[key], begin[key + 1]
    if end - at <= cap:
        return False
    end = first_at(posted_at, at, end, now)
    # the record just before the last ``cap`` ones tells whether there are more
    return end - at > cap and posted_at[end - cap - 1] >= now - window


@kernel
def _add_by_key(key, i, now, window, begin, posted, posted_at, cap, visited, used, queue, size):
    """Queue the records of a key known in the last ``window``, unless they exceed the degree cap."""
    if key < 0 or used[key] == i:
        return size
    used[key] = i
    if _is_hub(key, now, window, begin, posted_at, cap):
        return size
    at, end = begin[key], begin[key + 1]
    if end - at > cap:
        at = max(at, first_at(posted_at, at, end, now) - cap)
    while at < end and posted_at[at] < now:
        if posted_at[at] >= now - window:
            size = _visit(posted[at], i, visited, queue, size)
        at += 1
    return size


@kernel
def _add_by_statement(statement, i, now, window, near_begin, near, begin, posted, posted_at, cap, visited, queue, size):
    """Queue the records with the same statement known in the last ``window``, unless they exceed the degree cap."""
    if statement < 0:
        return size
    same = 0
    for neighbour in range(near_begin[statement], near_begin[statement + 1]):
        first = first_at(posted_at, begin[near[neighbour]], begin[near[neighbour] + 1], now - window)
        same += first_at(posted_at, first, begin[near[neighbour] + 1], now) - first
        if same > cap:
            return size
    for neighbour in range(near_begin[statement], near_begin[statement + 1]):
        first = first_at(posted_at, begin[near[neighbour]], begin[near[neighbour] + 1], now - window)
        for at in range(first, begin[near[neighbour] + 1]):
            if posted_at[at] >= now:
                break
            size = _visit(posted[at], i, visited, queue, size)
    return size


@kernel
def _visit(record, i, visited, queue, size):
    if visited[record] != i:
        visited[record] = i
        queue[size] = record
        size += 1
    return size
