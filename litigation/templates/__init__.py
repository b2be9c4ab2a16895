"""Text of the papers: one YAML file per kind of paper. Text belongs to lawyers, layout to Python."""
