// SPDX-License-Identifier: BSD-3-Clause

package workflow

// everything is a workflow with each form that the model knows.
const everything = `# release of samplepkg
name: release # a name
run-name: by ${{ github.actor }}
on:
  push:
    tags: ["v*"]
    branches-ignore: [dev]
    paths: [src/**]
  workflow_dispatch:
    inputs:
      index: {type: choice, options: [test, real], default: test, required: true}
  workflow_call:
    inputs:
      version: {type: string}
    outputs:
      digest: {value: "${{ jobs.build.outputs.digest }}"}
    secrets:
      TOKEN: {required: true}
  workflow_run:
    workflows: [CI]
    types: [completed]
  schedule:
    - cron: 0 1 * * *
permissions: {}
env:
  A: 1
defaults:
  run:
    shell: bash
    working-directory: pkg
concurrency:
  group: ${{ github.ref }}
  cancel-in-progress: false
  queue: max
jobs:
  build:
    name: Build
    runs-on: ${{ matrix.os }}
    permissions:
      contents: read
    strategy:
      fail-fast: false
      matrix:
        os: [ubuntu-latest, windows-latest]
        python: ${{ fromJSON(needs.x.outputs.y) }}
        include:
          - {os: macos-latest, extra: [1, {a: b}]}
    container:
      image: quay.io/a/b:c
      volumes: [/a:/b]
      credentials: {username: u, password: "${{ secrets.P }}"}
    services:
      db: {image: postgres}
    outputs:
      digest: ${{ steps.d.outputs.x }}
    steps:
      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v4.2.0
        with:
          persist-credentials: false
      - name: Build
        id: d
        if: github.event_name == 'push'
        run: |
          python -m build
          # a comment of the script
          echo ${{ github.ref }}
        env:
          X: ${{ secrets.X }}
        continue-on-error: True
      - parallel:
          - run: twine check dist/*
          - uses: ./.github/actions/check
            background: true
      - wait-all:
      - run: >-
          pip install
          build
        shell: sh
        working-directory: src

  publish:
    needs: [build]
    if: always()
    runs-on: {group: big, labels: [self-hosted, linux]}
    environment: {name: pypi, url: https://pypi.org}
    permissions: {id-token: write}
    timeout-minutes: 5
    steps:
    - uses: docker://alpine:3
    - uses: $/actions/up

  call:
    needs: build
    uses: ./.github/workflows/other.yml
    with: {a: b}
    secrets: inherit
`
