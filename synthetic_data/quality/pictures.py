"""Pictures of the quality report: volumes, hubs, rings, labels and gaps, with captions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from synthetic_data.quality.fidelity import clients, hub_measures
from synthetic_data.quality.public_figures import ENTRIES, ENTRIES_2008, HUBS, STAGE_2003, STAGE_2008
from synthetic_data.quality.svg import bars, graph, lines, ranges
from synthetic_data.quality.world_frames import Frame, WorldFrames

_YEARS = range(2003, 2013)
_COLOURS = {"application": "#2f6f8f", "guarantor": "#b5552d", "phone": "#d9a441", "introducer": "#7a4f9a", "statement": "#6b7885",
            "agency": "#4d8b57", "host": "#1f2a36"}  # fmt: skip
RINGS_SHOWN = 6


class Picture(NamedTuple):
    """A picture with its caption, in a section of the page."""

    section: str
    caption: str
    svg: str


def pictures(world: WorldFrames) -> list[Picture]:
    """Return every picture, in the order of the page."""
    return [*_volumes(world), *_hubs(world), *_rings(world), *_labels(world), *_gaps(world)]


def legend() -> str:
    """Return the meaning of the colours in drawings of rings, as HTML."""
    return " ".join(
        f'<span class="key"><i style="background:{colour}"></i>{kind}</span>' for kind, colour in _COLOURS.items()
    )


def _volumes(world: WorldFrames) -> list[Picture]:
    section, years = "Volumes by year and status", [str(year) for year in _YEARS]
    year = world.landed["landed_at"].dt.year
    status = world.landed["status_of_residence"]
    drawn = []
    for title, mask, public in (
        ("All entries, 2008 = 1", year > 0, {y: n / ENTRIES_2008 for y, n in {**ENTRIES, 2008: ENTRIES_2008}.items()}),
        ("Entertainers, 2008 = 1", status == "entertainer", {2003: STAGE_2003 / STAGE_2008, 2008: 1.0}),
        ("Temporary visitors, 2008 = 1", status == "temporary_visitor", {}),
        ("Trainees and interns, 2008 = 1", status.isin(["trainee", "technical_intern"]), {}),
        ("Spouses and children of Japanese, 2008 = 1", status == "spouse_or_child_of_japanese", {}),
    ):  # fmt: skip
        counts = year[mask].value_counts()
        base = counts.get(2008, 0) or 1
        mine: list[float | None] = [float(counts.get(y, 0)) / base for y in _YEARS]
        beside = [("public figure", [public.get(y) for y in _YEARS])] if public else []
        svg = lines(years, [("this world", mine), *beside], title)
        drawn.append(Picture(section, title, svg))
    return drawn


def _hubs(world: WorldFrames) -> list[Picture]:
    counts = clients(world.filed)
    measured = hub_measures(counts)
    # the share of the ten largest in per cent, so that one axis serves all
    scale = {name: 100.0 if name == "top ten" else 1.0 for name in HUBS}
    rows = [
        (name, low * scale[name], high * scale[name], measured[name] * scale[name])
        for name, (low, high) in HUBS.items()
    ]
    caption = "Clients per agency and year: measured range (bar) and the usual year of this world (dot); top ten in per cent of files"
    every = np.concatenate(counts) if counts else np.zeros(1)
    steps = [1, 2, 3, 5, 10, 20, 50, 100, 200]
    shares = [float((every >= step).mean()) for step in steps]
    return [
        Picture("Hubs, most of them honest", caption, ranges(rows, caption)),
        Picture("Hubs, most of them honest", "Share of agencies with at least so many clients in a year",
                bars([str(step) for step in steps], shares, "Share of agencies by number of clients")),
    ]  # fmt: skip


def _rings(world: WorldFrames) -> list[Picture]:
    section = "Rings, as the records show them"
    filed = world.filed[world.filed["exploited"]]
    sizes = filed.groupby(["typology", "ring_id"]).size()
    sizes = sizes[(sizes >= 3) & (sizes <= 16)]
    drawn: list[Picture] = []
    for typology in ("T1", "T5", "T7", "T3", "T12", "T11", "T10", "T2", "T4"):
        if len(drawn) == RINGS_SHOWN or typology not in sizes.index.get_level_values(0):
            continue
        ring = sizes.loc[typology].idxmax()
        edges, kinds = _shared(filed[filed["ring_id"] == ring])
        if edges:
            caption = f"A ring of {typology}: {sizes.loc[typology].max()} applications and what they share"
            drawn.append(Picture(section, caption, graph(edges, kinds, _COLOURS, caption)))
    return drawn


def _shared(files: Frame) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Return edges between applications and whatever two or more of them have in common."""
    columns = {
        "guarantor": files["guarantor_birth_date"].astype(str).where(files["guarantor_birth_date"].notna()),
        "phone": _digits(files["guarantor_phone"]), "introducer": _digits(files["introducer_phone"]),
        "statement": files["statement_fingerprint"].str[:10], "agency": files["agency_id"], "host": files["host_establishment_id"],
    }  # fmt: skip
    edges: list[tuple[str, str]] = []
    kinds = dict.fromkeys(files["application_id"], "application")
    for kind, values in columns.items():
        common = values[values.notna() & values.duplicated(keep=False)]
        for row, value in common.items():
            node = f"{kind} {value}"
            kinds[node] = kind
            edges.append((files.loc[row, "application_id"], node))
    return edges, kinds


def _digits(phones: Frame) -> Frame:
    plain = phones.str.normalize("NFKC").str.replace(r"\D", "", regex=True)
    return plain.str.replace(r"^81", "0", regex=True)


def _labels(world: WorldFrames) -> list[Picture]:
    section = "Labels: few, late, selective"
    measured = world.outcomes[world.outcomes["subject"] == "visa_application"]
    filed = world.filed.set_index("application_id")
    outcomes = measured.join(
        filed[["submitted_at", "exploited", "status_of_residence"]], on="subject_id", rsuffix="_filed"
    )
    outcomes = outcomes[outcomes["submitted_at"].notna()]
    late = outcomes[outcomes["arm"].isin(["referral", "later_identification"])]
    months = (late["known_at"] - late["submitted_at"]).dt.days // 91
    delays = [float((months == step).sum()) for step in range(16)]
    drawn = [Picture(section, "Identifications by quarters from application to record",
                    bars([str(step) for step in range(16)], delays, "Delay of identifications in quarters of a year"))]  # fmt: skip
    statuses = [
        "temporary_visitor",
        "spouse_or_child_of_japanese",
        "entertainer",
        "trainee",
        "student",
        "long_term_resident",
    ]
    aimed = outcomes[outcomes["arm"] == "targeted"]["status_of_residence"].value_counts()
    all_ = world.filed["status_of_residence"].value_counts()
    shares = [float(aimed.get(name, 0) / all_.get(name, 1)) * 100 for name in statuses]
    drawn.append(Picture(section, "Per cent of files interviewed by officers' choice, by status",
                        bars(["visitor", "spouse", "entertainer", "trainee", "student", "long-term"], shares, "Selection by status")))  # fmt: skip
    truth = outcomes[outcomes["arm"].isin(["targeted", "random"])]
    interviewed = truth[truth["exploited"].astype(bool)]["subject_id"].nunique()
    known = outcomes[
        outcomes["exploited"].astype(bool) & outcomes["finding"].isin(["indications", "victim_identified"])
    ]["subject_id"].nunique()
    every = max(int(world.filed["exploited"].sum()), 1)
    drawn.append(Picture(section, "Of 100 exploited applications: the number interviewed, and the number that ever had a finding",
                        bars(["exploited", "interviewed", "with a finding"], [100.0, 100 * interviewed / every, 100 * known / every], "Number that became known")))  # fmt: skip
    return drawn


_GAP_LABELS = ("occupation", "income", "phone", "e-mail", "stay phone", "statement", "earlier stays", "home")


def _gaps(world: WorldFrames) -> list[Picture]:
    columns = ["occupation", "monthly_income_jpy", "applicant_phone", "applicant_email", "stay_phone", "statement_fingerprint",
               "declared_previous_stays", "home_address"]  # fmt: skip
    drawn = []
    for lodger in ("applicant", "accredited_agency", "sponsor"):
        rows = world.filed[world.filed["lodged_by"] == lodger]
        shares = [float(rows[name].isna().mean() * 100) for name in columns]
        caption = f"Per cent of files lodged by {lodger.replace('_', ' ')} with an empty field"
        drawn.append(Picture("Gaps, by who filled the form", caption, bars(_GAP_LABELS, shares, caption)))  # fmt: skip
    return drawn


def exploited_share(world: WorldFrames) -> float:
    """Return the share of applications that are exploited in truth."""
    return float(pd.Series(world.filed["exploited"]).mean())
