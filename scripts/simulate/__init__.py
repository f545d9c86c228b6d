"""`python -m scripts simulate`: many files at once, on AWS, by a model of its limits."""
