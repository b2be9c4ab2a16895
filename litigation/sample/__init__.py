"""A fictional portfolio for demonstrations and tests. Spec: docs/guide/importing.md, section "the sample"."""
