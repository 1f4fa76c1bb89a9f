// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"fmt"
	"time"
)

// ClockSkew is by how much the clock here and the issuer's may differ.
const ClockSkew = time.Minute

// Check holds the claims against what was asked for, before a service is
// bothered that answers every refusal alike: the issuer is GitHub's, exactly;
// the audience is audience; the token is valid at now, give or take
// [ClockSkew]; and no claim is missing or malformed that a certificate needs.
// The error is the first [*ClaimError].
func (c Claims) Check(audience string, now time.Time) error {
	if err := c.Complete(); err != nil {
		return err
	}
	switch {
	case c.Issuer != TokenIssuer:
		return &ClaimError{"iss", c.Issuer, fmt.Sprintf("is not %q", TokenIssuer),
			"GitHub Enterprise Server and issuers of an enterprise's own are not supported"}
	case audience == "" || c.Audience != audience:
		return &ClaimError{"aud", c.Audience, fmt.Sprintf("is not the audience %q that was asked for", audience),
			"leave the runner's variables alone, and ask again"}
	case c.Expires.IsZero():
		return &ClaimError{"exp", "", "is missing", intact}
	case now.After(c.Expires.Add(ClockSkew)):
		return &ClaimError{"exp", c.Expires.Format(time.RFC3339), "is past: it is " + now.UTC().Format(time.RFC3339) + " here",
			"ask for a new token, or set the machine's clock"}
	case !c.NotBefore.IsZero() && now.Before(c.NotBefore.Add(-ClockSkew)):
		return &ClaimError{"nbf", c.NotBefore.Format(time.RFC3339), "is not reached: it is " + now.UTC().Format(time.RFC3339) + " here",
			"set the machine's clock"}
	}
	return nil
}

// Complete reports as a [*ClaimError] the first claim that Fulcio needs for a
// certificate and that is missing, or the first that has not its form.
func (c Claims) Complete() error {
	for _, k := range claims {
		value := *k.at(&c)
		if value == "" && k.needed {
			return &ClaimError{k.name, "", "is missing", "ask for the token in a job of GitHub Actions"}
		}
		if err := k.check(value); err != nil {
			return err
		}
	}
	return nil
}
