"""A small package to release."""


def answer():
    return 42
