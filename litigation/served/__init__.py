"""Served papers: the case page that a party opens with a link and a code, and what it says in answer.

Spec: docs/spec/served.md.
"""
