"""Weights as package data: model.onnx, tokenizer.json, and model.json with how to read their answers."""
