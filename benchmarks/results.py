"""Does the model earn its place, here and elsewhere? ``python -m benchmarks.results`` makes every report of docs/results.

Each step is one of Mimamori's own commands and is printed before it runs; worlds are deleted when no report needs them
any more. Reports: ``default`` (judged in other worlds as well), ``effort`` (the default model where rings respond more
and more), ``realistic``, ``adaptive`` and ``shift``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "other_seed": (),
    "few_agencies": ("agency_share=0.25", "ring_infiltrates_hubs=0.2"),
    "many_agencies": ("agency_share=0.8", "ring_infiltrates_hubs=0.9"),
    "no_rotation": ("rotation_limit=8", "replacement_days=60"),
    "short_rings": ("ring_months_low=6", "ring_months_high=18", "rotation_limit=2"),
    "fainter_signs": ("sign_strength=0.9",),
}
"""Worlds of other seeds, hubs and habits, by the parameters in which they differ from the default."""
EFFORTS = (0.0, 0.25, 0.5, 0.75, 1.0)
SCENARIOS = ("default", "effort", "realistic", "adaptive", "shift")


def mimamori(*words: str) -> int:
    """Run a command, shown before it starts."""
    print("mimamori", *words, flush=True)
    return subprocess.run([sys.executable, "-m", "features.command_line", *words], check=False).returncode


def others(wanted: str, work: Path, applications: int) -> list[Path]:
    """Make the worlds in which a report judges its model as well; each has a seed of its own."""
    changes = dict(ELSEWHERE) if wanted == "default" else {}
    if wanted == "effort":
        changes = {f"effort_{effort:g}": (f"adaptive_effort={effort:g}",) for effort in EFFORTS}
    built = []
    for number, (name, set_to) in enumerate(changes.items()):
        # the worlds of the curve differ in effort alone
        seed = 50 if wanted == "effort" else 11 + number
        scenario = "adaptive" if wanted == "effort" else "default"
        words = [word for change in set_to for word in ("--set", change)]
        world = work / name
        _world(world, scenario, seed, applications, *words)
        built.append(world)
    return built


def report(wanted: str, args: argparse.Namespace, work: Path) -> int:
    """Make one report, and delete the worlds that only it needed."""
    home = work / ("default" if wanted == "effort" else wanted)
    if not home.exists():
        _world(home, home.name, 1, args.applications)
    elsewhere = others(wanted, work, args.elsewhere)
    words = [word for world in elsewhere for word in ("--elsewhere", str(world))]
    code = mimamori("train", str(home), "--subject", args.subject, "--report", "--report-out", str(args.out / wanted),
                    "--cutoffs", str(args.cutoffs), *words)  # fmt: skip
    for world in [*elsewhere, *([] if wanted == "default" and "effort" in args.only else [home])]:
        shutil.rmtree(world)
    return code


def _world(folder: Path, scenario: str, seed: int, applications: int, *words: str) -> None:
    code = mimamori("world", "--out", str(folder), "--scenario", scenario, "--seed", str(seed),
                    "--applications", str(applications), *words)  # fmt: skip
    if code:
        raise SystemExit(code)


def main() -> int:
    """Make the reports that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=1_000_000, help="of each world that teaches")
    parser.add_argument("--elsewhere", type=int, default=300_000, help="applications of each other world")
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=SCENARIOS)
    parser.add_argument("--subject", choices=("visa", "entry", "both"), default="both")
    parser.add_argument("--cutoffs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("docs/results"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mimamori-results-") as work:
        os.environ.setdefault("MIMAMORI_HOME", str(Path(work) / "home"))
        codes = [report(item, args, Path(work)) for item in args.only]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
