"""The parts of reading lwtnn's JSON."""
