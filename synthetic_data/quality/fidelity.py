"""How near is a world to what is known in public? One table of figures, with what each may be compared with."""

from __future__ import annotations

import numpy as np

from features.arrays import Floats
from synthetic_data.quality.public_figures import (
    ANYWHERE,
    ENTRIES,
    ENTRIES_2008,
    FEWEST,
    FILIPINO_STAGE,
    FILIPINO_STAGE_2008,
    HUBS,
    NEW_2008,
    REALISTIC,
    STAGE_2003,
    STAGE_2008,
    STAGE_IDENTIFIED,
    VISAS_2009,
    VISAS_2010,
    VISAS_BY_NATIONALITY,
    VISAS_BY_POST,
    VISAS_IDENTIFIED,
    Figure,
)
from synthetic_data.quality.world_frames import Frame, WorldFrames

_MOJ, _MOFA, _NPA, _HUBS = "MOJ entries", "MOFA visas 2010", "NPA/MOJ victims", "measured filings"


def fidelity(world: WorldFrames) -> list[Figure]:
    """Return every figure, in the order of the table."""
    return [*_volumes(world), *_visas(world), *_hubs(world), *_stays(world), *_victims(world)]


def reentries(landed: Frame) -> Frame:
    """Return which landings are re-entries: on the visa of an earlier landing, or as a resident admitted before the records.

    Visas of late 2002 are not on record either; landings on them, early in 2003, are no re-entries.
    """
    used = landed["application_id"].notna() & landed["application_id"].duplicated()
    resident = ~landed["status_of_residence"].isin(["temporary_visitor", "transit"])
    return used | (landed["application_id"].isna() & resident & (landed["landed_at"].dt.year > 2003))


def clients(filed: Frame) -> list[Floats]:
    """Return, for each year and district, the sorted clients of its agencies: a district is as large as a measured year."""
    known = filed[filed["agency_id"].notna()]
    year = known["submitted_at"].dt.year
    district = known.index // 60_000
    return [np.sort(part.value_counts().to_numpy()) for _, part in known["agency_id"].groupby([district, year])]


def hub_measures(counts: list[Floats]) -> dict[str, float]:
    """Return the usual year's median, 90th and 99th percentile, largest, and share of the ten largest agencies."""
    rows = [
        (np.median(c), np.quantile(c, 0.9), np.quantile(c, 0.99), c[-1], c[-10:].sum() / c.sum())
        for c in counts
        if len(c)
    ]
    middle = np.median(np.array(rows), axis=0) if rows else np.full(5, np.nan)
    return dict(zip(HUBS, middle.tolist(), strict=True))


def _figure(name: str, public: float, measured: float, source: str, compared: str = ANYWHERE) -> Figure:
    return Figure(name, public, public, float(measured), source, compared)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _volumes(world: WorldFrames) -> list[Figure]:
    landed = world.landed
    year = landed["landed_at"].dt.year
    stage = landed["status_of_residence"] == "entertainer"
    filipino = stage & (landed["nationality"] == "PHL")
    all_, staged, filipinos = (year[mask].value_counts() for mask in (year > 0, stage, filipino))
    figures = [
        _figure(f"entries of {y} against 2008", n / ENTRIES_2008, _ratio(all_.get(y, 0), all_.get(2008, 0)), _MOJ)
        for y, n in ENTRIES.items()
    ]
    figures.append(_figure("entertainers of 2003 against 2008", STAGE_2003 / STAGE_2008, _ratio(staged.get(2003, 0), staged.get(2008, 0)), _MOJ))  # fmt: skip
    figures += [
        _figure(f"Filipino entertainers of {y} against 2008", n / FILIPINO_STAGE_2008, _ratio(filipinos.get(y, 0), filipinos.get(2008, 0)), _MOJ)
        for y, n in FILIPINO_STAGE.items()
    ]  # fmt: skip
    again = reentries(landed)
    new = landed[~again & (year == 2008)]
    figures += [
        _figure(
            f"new entries of 2008: {status}",
            share,
            float((new["status_of_residence"] == status).mean()),
            _MOJ,
            REALISTIC,
        )
        for status, share in NEW_2008.items()
    ]
    figures.append(_figure("re-entries among entries, 2005", 1 - 6_120_709 / 7_450_103, float(again[year == 2005].mean()), _MOJ, REALISTIC))  # fmt: skip
    return figures


def _visas(world: WorldFrames) -> list[Figure]:
    filed = world.filed
    year = filed["submitted_at"].dt.year
    counts = year.value_counts()
    of_2010 = filed[year == 2010]
    nation, post = of_2010["nationality"].value_counts(), of_2010["post"].value_counts()
    figures = [_figure("visas of 2009 against 2010", VISAS_2009 / VISAS_2010, _ratio(counts.get(2009, 0), counts.get(2010, 0)), _MOFA, REALISTIC)]  # fmt: skip
    figures += [
        _figure(f"visas of 2010: {code}", n / VISAS_2010, _ratio(nation.get(code, 0), len(of_2010)), _MOFA, REALISTIC)
        for code, n in VISAS_BY_NATIONALITY.items()
    ]
    figures += [
        _figure(f"visas of 2010 at {code}", n / VISAS_2010, _ratio(post.get(code, 0), len(of_2010)), _MOFA, REALISTIC)
        for code, n in VISAS_BY_POST.items()
    ]
    entries = (world.landed["landed_at"].dt.year == 2009).sum()
    figures.append(_figure("entries per visa, 2009", 7_581_330 / VISAS_2009, _ratio(entries, counts.get(2009, 0)), f"{_MOJ}, {_MOFA}", REALISTIC))  # fmt: skip
    return figures


def _hubs(world: WorldFrames) -> list[Figure]:
    measured = hub_measures(clients(world.filed))
    return [
        Figure(f"clients per agency and year: {name}", low, high, measured[name], _HUBS, ANYWHERE)
        for name, (low, high) in HUBS.items()
    ]


def _stays(world: WorldFrames) -> list[Figure]:
    landed, year = world.landed, world.landed["landed_at"].dt.year
    intern = landed[
        landed["status_of_residence"].isin(["technical_intern", "trainee"]) & ~landed["application_id"].duplicated()
    ]
    missing = world.events.loc[world.events["kind"] == "missing_report", "landing_id"]
    forged = (landed["document_check"] == "forged")[year.between(2004, 2006)].mean() * 1e5
    return [
        _figure(
            "trainees and interns reported missing, share a year",
            0.019,
            float(intern["landing_id"].isin(missing).mean()),
            "TITP reports",
        ),
        _figure(
            "forged documents found per 100,000 entries", 2_688 / 6_756_830 * 1e5, float(forged), "MOJ 2004", REALISTIC
        ),
    ]


def _victims(world: WorldFrames) -> list[Figure]:
    measured = world.outcomes[world.outcomes["arm"].isin(["referral", "later_identification"])]
    filed = world.filed.set_index("application_id", drop=False)
    ids = measured.loc[measured["subject"] == "visa_application", "subject_id"].unique()
    victims = filed.loc[filed.index.intersection(ids)]
    year, status = victims["submitted_at"].dt.year, victims["status_of_residence"]
    age = (victims["submitted_at"].dt.tz_localize(None) - victims["birth_date"]).dt.days / 365.25
    early, late = year <= 2007, year >= 2010
    nightly = status.isin(["entertainer", "spouse_or_child_of_japanese"]) & (victims["sex"] == "F")
    all_filed, per_year = world.filed, world.filed["submitted_at"].dt.year
    rate = {
        name: _ratio((status[mask_v] == name).sum(), (all_filed.loc[mask, "status_of_residence"] == name).sum()) * 1e5
        for name, mask_v, mask in (
            ("entertainer", year <= 2006, per_year <= 2006),
            ("spouse_or_child_of_japanese", late, per_year >= 2010),
        )
    }
    few = ""
    if len(victims) < FEWEST * 3:
        few = f"{len(victims)} identified applicants, {int(early.sum())} of them to 2007 and {int(late.sum())} from 2010: too few"
    since, filed_since = int((year >= 2009).sum()), int((per_year >= 2009).sum())
    sizes = all_filed[all_filed["typology"] == "T1"]["ring_id"].value_counts()
    rows = [
        ("identified to 2007: share of entertainers", 24 / 42, float((status[early] == "entertainer").mean()), _NPA),
        (
            "identified to 2007: share of short stays",
            6 / 42,
            float((status[early] == "temporary_visitor").mean()),
            _NPA,
        ),
        (
            "identified from 2010: share of spouses",
            9 / 16,
            float((status[late] == "spouse_or_child_of_japanese").mean()),
            _NPA,
        ),
        ("identified women of stage and marriage: mean age", 22.2, float(age[nightly].mean()), "MOJ 2006"),
        ("identified: share under eighteen", 9 / 47, float((age < 18).mean()), "MOJ 2006"),
        ("identified: share of women", 0.94, float((victims["sex"] == "F").mean()), "NPA 2015"),
        ("identified per 100,000 entertainers to 2006", STAGE_IDENTIFIED, rate["entertainer"], "MOJ 2005, 2006"),
        ("identified per 100,000 spouses from 2010", 90.0, rate["spouse_or_child_of_japanese"], _NPA),
        ("identified per 100,000 visas from 2009", VISAS_IDENTIFIED, _ratio(since, filed_since) * 1e5, "MOJ, NPA 2009"),
    ]
    figures = []
    for name, public, measured, source in rows:
        low, high = public if isinstance(public, tuple) else (public, public)
        compared = ANYWHERE if "mean age" in name else REALISTIC
        figures.append(Figure(name, low, high, measured, source, compared, few))
    rings = f"{len(sizes)} marriage rings"
    return [*figures, Figure("median couples placed by a marriage ring", 6, 10, float(sizes.median()), "Tokyo and Osaka cases", ANYWHERE, rings)]  # fmt: skip
