"""How long is what kept, and how is a person erased?"""
