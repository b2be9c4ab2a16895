"""Tests of the money core: schedules, ledger, caps, fees, rules and the debt command."""
