#!/bin/sh
mkdir -p dist
