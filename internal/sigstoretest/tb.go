// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import "testing"

// Use returns the shared instance of a kind and ends the test when there is
// none.
func Use(tb testing.TB, kind Kind) *Instance {
	tb.Helper()
	i, err := Shared(kind)
	if err != nil {
		tb.Fatal(err)
	}
	return i
}

// MustSign is [Instance.Sign] for tests.
func (i *Instance) MustSign(tb testing.TB, statement []byte, c Claims, o SignOptions) *Bundle {
	tb.Helper()
	b, err := i.Sign(statement, c, o)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// MustEdit is [Edit] for tests.
func MustEdit(tb testing.TB, document []byte, pointer string, value any) []byte {
	tb.Helper()
	out, err := Edit(document, pointer, value)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// MustRemove is [Remove] for tests.
func MustRemove(tb testing.TB, document []byte, pointer string) []byte {
	tb.Helper()
	out, err := Remove(document, pointer)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}
