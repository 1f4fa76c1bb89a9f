// SPDX-License-Identifier: BSD-3-Clause

package runnertest

import "crypto/rsa"

// IssuerOf makes an issuer like [NewIssuer] does, which signs with key. All
// issuers of one key serve the same key set, so that whoever has fetched it
// from one of them accepts the tokens of every other.
func IssuerOf(name string, key *rsa.PrivateKey) *Issuer {
	if name == "" {
		name = GitHubIssuer
	}
	return issuerOf(name, key)
}
