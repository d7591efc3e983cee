"""The hands of the operator and the analyst: command line, pipeline, demo."""
