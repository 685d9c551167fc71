"""How fast is it, against its peers, in one run?"""
