"""The e-services and the programmes: the catalogue of service files and the form engine that asks their questions.

Nothing here talks to a messenger, to a database or to the network; see `forms` for the steps of a form.
"""
