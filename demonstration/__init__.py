"""What a demonstration opens with: weeks of cases on the demo's own models, marked as demonstration."""
