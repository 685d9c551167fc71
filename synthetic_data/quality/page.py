"""The quality report as a self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from synthetic_data.quality.deviation_reasons import reason
from synthetic_data.quality.pictures import Picture, exploited_share, legend, pictures
from synthetic_data.quality.probes import Probe
from synthetic_data.quality.public_figures import Figure
from synthetic_data.quality.text_tables import (
    ENRICHED,
    FIGURE_HEAD,
    GAPS,
    PROBE_HEAD,
    Rows,
    figure_rows,
    limits,
    probe_rows,
)
from synthetic_data.quality.world_frames import WorldFrames

_STYLE = """
body{font:16px/1.5 system-ui,"Noto Sans CJK JP",sans-serif;color:#27323f;max-width:1120px;margin:0 auto;padding:24px;background:#fbfaf7}
h1{font-size:26px;margin:.2em 0}h2{font-size:19px;margin:1.8em 0 .6em;border-bottom:1px solid #c9d2dc;padding-bottom:4px}
.first{background:#fff3df;border-left:5px solid #b5552d;padding:10px 14px;font-weight:600;margin:0 0 18px}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(440px,1fr));gap:18px}
.pictures.rings{grid-template-columns:repeat(auto-fit,minmax(310px,1fr))}
figure{margin:0;background:#fff;border:1px solid #e3e7ec;border-radius:8px;padding:12px}figcaption{font-size:14px;margin-bottom:6px}
svg{width:100%;height:auto;display:block}table{border-collapse:collapse;width:100%;font-size:14px;background:#fff}
th,td{text-align:left;padding:5px 9px;border-bottom:1px solid #e3e7ec;vertical-align:top}th{background:#eef2f5}
td.mark{white-space:nowrap}td.far{color:#b5552d;font-weight:600}.scroll{overflow-x:auto}.key{margin-right:14px;font-size:14px;white-space:nowrap}
.key i{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:5px;vertical-align:-1px}
"""


def page(
    world: WorldFrames,
    figures: Sequence[Figure],
    probes: Sequence[Probe],
    *,
    notice: str,
    title: str,
    about: str,
    realistic: bool,
    flat: bool,
) -> str:
    """Return the page; its first line is the notice."""
    far = limits(figures, realistic=realistic)
    parts = [
        f"<p>{escape(about)} {len(world.filed):,} applications and {len(world.landed):,} landings "
        f"({world.read} of {world.districts} districts) were read; {exploited_share(world):.2%} of applications are exploited in truth.</p>"
    ]
    for section, shown in groupby(pictures(world), lambda picture: picture.section):
        note = f"<p>{legend()}</p>" if section.startswith("Rings") else ""
        kind = "pictures rings" if note else "pictures"
        parts.append(f'<h2>{escape(section)}</h2>{note}<div class="{kind}">{"".join(map(_figure, shown))}</div>')
    parts.append("<h2>Fidelity: this world beside public figures</h2>")
    parts.append(f"<p>{_limits(far, flat=flat)}</p>" + _table(FIGURE_HEAD, figure_rows(figures, realistic=realistic)))
    parts.append("<h2>Short-cuts: what should say nothing about exploitation</h2>")
    parts.append(
        f"<p>Small models that read only these; 0.5 is chance. {escape(GAPS)}</p>"
        + _table(PROBE_HEAD, probe_rows(probes))
    )
    return (
        f'<!doctype html>\n<!-- {escape(notice)} -->\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f'<p class="first">{escape(notice)}</p><h1>{escape(title)}</h1>{"".join(parts)}</body></html>\n'
    )


def _limits(far: Sequence[Figure], *, flat: bool) -> str:
    if not far:
        return "No figure that this world should show misses by more than a fifth."
    names = "; ".join(escape(f"{figure.name} ({reason(figure, flat=flat)})") for figure in far)
    return f"Limits, off by more than a fifth: {names}."


def _figure(picture: Picture) -> str:
    return f"<figure><figcaption>{escape(picture.caption)}</figcaption>{picture.svg}</figure>"


def _table(head: Sequence[str], rows: Rows) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(_cells(row)) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(row: Sequence[str]) -> list[str]:
    mark = "mark" if row[-1] in {"", ENRICHED} else "mark far"
    return [*(f"<td>{escape(cell)}</td>" for cell in row[:-1]), f'<td class="{mark}">{escape(row[-1])}</td>']
