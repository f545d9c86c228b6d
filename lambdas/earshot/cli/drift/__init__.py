"""Have the recordings, or what is made of them, changed over time?"""
