"""The court's side of the table: a separate instance with its own database, keys, chain endpoint and trust file."""
