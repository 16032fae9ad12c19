"""The serving benchmark: Textgate beside other model servers, in one run, on the same exported models.

`systems/` starts the servers and speaks their protocols, `load_generator/` (C++) calls them, `workloads/` says what is
asked and gives rows of figures, `targets` and `page` say what they come to. Another server is another class in
`systems/`; another question is another function in `workloads/`.
"""
