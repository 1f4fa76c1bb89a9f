#!/bin/sh
echo "UV_PUBLISH_TOKEN=$KEY" >> "$GITHUB_ENV"
