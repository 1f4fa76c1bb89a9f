// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"fmt"
	"net"
	"strings"
)

// AudienceError is an audience that a token is not asked for here, since
// somebody else would accept it.
type AudienceError struct {
	Audience string
}

// Error says which audience to use.
func (e *AudienceError) Error() string {
	return fmt.Sprintf("asking for an identity token: the audience %.200q is not one of this program's own, and whoever it names would accept the token from anybody; use %q", e.Audience, GateAudience)
}

// KeysError is an issuer whose keys could not be had: no token of its can be
// verified.
type KeysError struct {
	Host string
	// Err is the answer, as of [httpx.Client.Do], or what is wrong with the
	// keys.
	Err error
}

// Error says what went wrong.
func (e *KeysError) Error() string {
	return fmt.Sprintf("asking %s for the keys that it signs tokens with: %v; run the job again, and see that it may reach that host", e.Host, e.Err)
}

// Unwrap is the cause.
func (e *KeysError) Unwrap() error { return e.Err }

// SignatureError is a token that is not signed by any of the issuer's keys, or
// in no way that is accepted. It holds nothing of the token but the key's id.
type SignatureError struct {
	// Key is the id of the key that the token names, quoted in messages: it is
	// whoever made the token that wrote it.
	Key     string
	Problem string // "the signature does not verify", …
}

// Error says what is wrong.
func (e *SignatureError) Error() string {
	key := ""
	if e.Key != "" {
		key = fmt.Sprintf(" (key %.100q)", e.Key)
	}
	return fmt.Sprintf("verifying the identity token%s: %s; the token is not the issuer's: find out which step sets the runner's variables", key, e.Problem)
}

// loopback reports whether a host is this machine, by number or by its one
// name.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}
