"""The parts of writing lwtnn's JSON."""
