#!/bin/sh
set -eu
. scripts/common.sh
