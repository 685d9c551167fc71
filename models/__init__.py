"""What is a trained model, and what does it say? Signed bundles, scores, exact explanations, reasons."""
