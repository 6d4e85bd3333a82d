"""The parts of the writer of NNEF."""
