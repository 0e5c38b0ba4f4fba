"""Claims with their evidence, their uncertainty and the innocent explanations."""
