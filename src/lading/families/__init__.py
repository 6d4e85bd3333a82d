"""Models made of models: averages of several, and outputs computed from outputs."""
