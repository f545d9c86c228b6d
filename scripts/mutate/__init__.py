"""`python -m scripts mutate`: change the code one small thing at a time; do the tests notice?"""
