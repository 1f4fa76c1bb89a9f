// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// ConfigError is a trust configuration that cannot be meant: a file that is no
// trusted root, a root that proves nothing, two roots with one authority.
// Files that cannot be read are not ConfigErrors but wrap the system's error.
type ConfigError struct{ Err error }

// Error returns the message.
func (e *ConfigError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ConfigError) Unwrap() error { return e.Err }

func configErrorf(format string, args ...any) error {
	return &ConfigError{fmt.Errorf(format, args...)}
}

// Problem is a failed refresh of one instance's root. The built-in root is in
// use instead; whether that is good enough depends on Level.
type Problem struct {
	Instance Instance
	// Err is why the refresh failed.
	Err error
	// Date is the built-in root's, Age its age in days, Level the age in steps.
	Date  time.Time
	Age   int
	Level AgeLevel
}

// Error says what failed, what is used instead and how old that is.
func (p *Problem) Error() string {
	return fmt.Sprintf("refreshing the trust root of %s: %v; using the built-in root of %s, which is %d days old",
		describe(p.Instance), clip(p.Err), p.Date.Format(time.DateOnly), p.Age)
}

// Unwrap returns why the refresh failed.
func (p *Problem) Unwrap() error { return p.Err }

// Hint says what to do about it.
func (p *Problem) Hint() string {
	advice := fmt.Sprintf("run again, pass --trusted-root FILE, or pass --offline to use the built-in root of %s", p.Date.Format(time.DateOnly))
	switch p.Level {
	case TooOld:
		return fmt.Sprintf("%s; more than %d days after its date it decides nothing by itself: a newer version of sallyport has a newer one", advice, staleDays)
	case Stale:
		return fmt.Sprintf("%s; from %s on it decides nothing by itself", advice, p.Date.AddDate(0, 0, staleDays+1).Format(time.DateOnly))
	}
	return advice
}

// UnknownIssuerError is a certificate that no root of the set has signed.
type UnknownIssuerError struct {
	// Issuer is the distinguished name that the certificate gives. It is not
	// to be believed.
	Issuer string
	// Looks is the instance that the certificate seems to come from: Staging,
	// PublicGood, GitHub, or empty.
	Looks Instance
	// Proven says that Looks is certain: a built-in root that is not in the
	// set signed the certificate. Otherwise anybody may have made it.
	Proven bool
}

// Error says whose certificate it seems to be and what to do.
func (e *UnknownIssuerError) Error() string {
	const doing = "choosing the trust root: "
	switch {
	case e.Looks == Staging:
		return fmt.Sprintf(doing+"the certificate looks signed by Sigstore's staging instance (issuer %q), which is for trials only; sign with the public-good instance, or pass --trusted-root with staging's root", e.Issuer)
	case e.Proven:
		return fmt.Sprintf(doing+"the certificate was signed by %s (issuer %q), whose root is not among those given; pass its trusted root with another --trusted-root, or leave --trusted-root out", describe(e.Looks), e.Issuer)
	case e.Looks != "":
		return fmt.Sprintf(doing+"the certificate names an authority of %s as its issuer (%q), but no known authority of it signed it; if it is newer than the root in use, run without --offline or pass the instance's current root with --trusted-root, else it is forged", describe(e.Looks), e.Issuer)
	}
	return fmt.Sprintf(doing+"no root in use signed the certificate (issuer %q); if that issuer is yours, pass its trusted root with --trusted-root", e.Issuer)
}

func describe(i Instance) string {
	switch i {
	case PublicGood:
		return "Sigstore's public-good instance"
	case GitHub:
		return "GitHub's instance"
	case Staging:
		return "Sigstore's staging instance"
	}
	return "a custom instance"
}

// maxErrorBytes bounds the part of a message that libraries fill with what
// they read, which may be megabytes of a server's choice.
const maxErrorBytes = 600

// clipped is an error with a text that is easier to bear.
type clipped struct {
	error
	text string
}

func (c clipped) Error() string { return c.text }
func (c clipped) Unwrap() error { return c.error }

func clip(err error) error {
	text := err.Error()
	if short := clipText(text); len(short) < len(text) {
		return clipped{err, short}
	}
	return err
}

func clipText(s string) string {
	if len(s) <= maxErrorBytes {
		return s
	}
	cut := maxErrorBytes - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
