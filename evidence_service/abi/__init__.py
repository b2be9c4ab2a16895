"""The contracts as shipped; read by evidence_service.adapters.contract_files."""
