# SPDX-License-Identifier: BSD-3-Clause

# The image that the action runs: one static program and the certificates of
# the public authorities. There is no shell, no git and no other program in it.
#
# Built twice from the same commit with the same arguments it is the same image,
# to the byte: RELEASING.md says how, and e2e/container/run.sh holds it.

# A release writes the digest behind the name (RELEASING.md); without one a build
# takes what the registry has that day.
ARG GOLANG=docker.io/library/golang:1.26-bookworm

FROM ${GOLANG} AS build
ARG GOPROXY=https://proxy.golang.org
ARG GOSUMDB=sum.golang.org
ARG VERSION=
ENV CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-mod=readonly GOWORK=off
WORKDIR /src
COPY go.mod go.sum main.go ./
COPY internal ./internal
RUN go build -trimpath -buildvcs=false -ldflags="-s -w -buildid= -X github.com/scientific-python/sallyport/internal/cli.release=${VERSION}" -o /image/sallyport .
# The runner names a program for the action's second look, and gives it no
# argument of its own: the program knows by this name what is meant.
RUN ln -s sallyport /image/post && \
    mkdir -p /image/etc/ssl/certs && \
    cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ca-certificates.crt

FROM scratch
COPY --from=build /image/ /
ENTRYPOINT ["/sallyport"]
