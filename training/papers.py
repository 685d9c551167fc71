"""What is said about a model? Its card, generated from the run."""

from __future__ import annotations

from collections.abc import Mapping

from features.catalogue import Catalogue


def model_card(catalogue: Catalogue, metrics: Mapping[str, float], counts: Mapping[str, int], rounds: int) -> str:
    """Return the model card as Markdown."""
    lines = [
        "Synthetic data unless real records were given; not validated on any real visa record.",
        "",
        f"# Model card: {catalogue.subject}",
        "",
        "**Use**: to choose whom to offer a protective interview. It never refuses anybody and gives no ground for it; ",
        "a low score clears nobody.",
        "",
        f"**Inputs**: {len(catalogue.names)} features (catalogue {catalogue.fingerprint[:12]}). Nationality, sex, post and ",
        "airport of embarkation are not among them.",
        "",
        f"**Model**: {rounds} monotone trees of depth at most 4; labels from interview findings alone.",
        "",
        "| labels | count |",
        "|---|---|",
        *(f"| {name} | {count} |" for name, count in sorted(counts.items())),
        "",
        "| figure (judging part) | value |",
        "|---|---|",
        *(f"| {name} | {value:.4f} |" for name, value in sorted(metrics.items())),
    ]
    return "\n".join(lines) + "\n"
