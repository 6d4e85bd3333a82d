"""The parts of the reader of NNEF."""
