"""How is a training run told? Report, sections, summary and pictures."""
