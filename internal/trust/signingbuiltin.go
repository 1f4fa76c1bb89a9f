// SPDX-License-Identifier: BSD-3-Clause

package trust

import "time"

// publicGoodSigningDate is the day as of which the public-good services below
// were the published ones: targets/signing_config.v0.2.json of
// github.com/sigstore/root-signing at commit 60cf2ce8.
var publicGoodSigningDate = time.Date(2026, time.August, 21, 0, 0, 0, 0, time.UTC)

// builtinSigning returns the built-in services of an instance, nil where it
// has none.
//
// GitHub publishes no signing configuration. Its addresses are those that its
// own action for attestations uses; its trusted root names the same hosts, so
// they have that root's date.
func builtinSigning(i Instance) *SigningConfig {
	c := &SigningConfig{Instance: i, Source: Embedded}
	switch i {
	case PublicGood:
		c.Date = publicGoodSigningDate
		c.Fulcio = Endpoint{"https://fulcio.sigstore.dev", 1}
		c.Rekor1 = &Endpoint{"https://rekor.sigstore.dev", 1}
		c.TSAs = []Endpoint{{"https://timestamp.sigstore.dev/api/v1/timestamp", 1}}
	case GitHub:
		c.Date = githubDate
		c.Fulcio = Endpoint{"https://fulcio.githubapp.com", 1}
		c.TSAs = []Endpoint{{"https://timestamp.githubapp.com/api/v1/timestamp", 1}}
	default:
		return nil
	}
	return c
}
