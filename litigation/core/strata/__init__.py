"""Strata: how likely each of the five loan classes is, and in which layer of treatment a loan stands.

Spec: docs/spec/strata.md.
"""
