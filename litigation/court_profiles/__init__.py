"""Court profiles: how courts want filings named, split and listed; dated, each with its source."""
