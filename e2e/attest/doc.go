// SPDX-License-Identifier: BSD-3-Clause

// Package attest holds the tests of "sallyport attest" against the real Sigstore
// servers, with the program as it is built:
//
//	go run ./e2e/servers go test ./e2e/attest
//
// They skip where no servers were started for them.
package attest
