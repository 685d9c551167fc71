"""What else can be measured about a model? Reports at several cut-offs, baselines, ablation, tuning: `mimamori train --report`, `--tune`."""
