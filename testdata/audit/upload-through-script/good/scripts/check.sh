#!/bin/sh
set -eu
twine check dist/*
