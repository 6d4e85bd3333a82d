"""Nodes of ONNX operators as the layers that training libraries have: what is common to the formats of layers.

The inverse of ``sources/layers``.
"""
