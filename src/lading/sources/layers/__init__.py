"""Layers that several training libraries have, as nodes of ONNX operators."""
