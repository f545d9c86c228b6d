"""Earshot's HTTP API: FastAPI behind API Gateway, through Mangum.

Two functions run this one app: a light one without a model answers the reads, and the speech one
(a container image with the model) answers the transcribing routes.
"""
