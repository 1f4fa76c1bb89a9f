// SPDX-License-Identifier: BSD-3-Clause

package handoff_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/packed"
)

// wheels is a ledger of n wheels with names and digests as real ones have.
func wheels(t testing.TB, n int) *handoff.Ledger {
	t.Helper()
	var dists []*dist.Dist
	for i := range n {
		d := ledgerDist(t, fmt.Sprintf("samplepkg-1.0.0-%d-cp3%d-cp3%d-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", i+1, i%20, i%20), 1, int64(1_000_000+i*i*7919))
		d.Digest = sha256.Sum256(fmt.Append(nil, i))
		dists = append(dists, d)
	}
	l, err := handoff.NewLedger("samplepkg", "1.0.0", aCommit, aRun, dists)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Each step of what is handed on fits into a variable, is the shorter form only
// where it must be, and says the same; above that it is refused.
func TestLedgerHanded(t *testing.T) {
	for n, isPacked := range map[int]bool{1: false, 500: false, 600: true, 1600: true} {
		l := wheels(t, n)
		text, err := l.Handed()
		if err != nil {
			t.Fatal(err)
		}
		if packed.Is(text) != isPacked || len("INPUT_LEDGER=")+len(text) >= 128<<10 || strings.ContainsAny(text, "\n") {
			t.Errorf("%d files: packed is %v, %d bytes", n, packed.Is(text), len(text))
		}
		back, err := handoff.ParseLedger([]byte(text + "\n"))
		if err != nil {
			t.Fatalf("%d files: %v", n, err)
		}
		if diff := cmp.Diff(l, back); diff != "" {
			t.Errorf("%d files (-written +read)\n%s", n, diff)
		}
	}
	var long *packed.TooLongError
	if text, err := wheels(t, 2500).Handed(); !errors.As(err, &long) || !strings.Contains(err.Error(), "2500 files") {
		t.Errorf("2,500 files: %d bytes, %v", len(text), err)
	}
	if _, err := (&handoff.Ledger{}).Handed(); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("the zero ledger: %v", err)
	}
}

// What is packed is held to the same as what is not.
func TestParsePackedLedger(t *testing.T) {
	pack := func(text string) string {
		out, err := packed.Text([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	good := pack(goodLedger)
	raw, err := base64.StdEncoding.DecodeString(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ text, want string }{
		"no version":    {pack(strings.Replace(goodLedger, `"schema_version":1,`, "", 1)), `"schema_version" is missing`},
		"no ledger":     {pack("{}"), "missing"},
		"nothing":       {pack(""), "empty"},
		"packed twice":  {pack(good), "line 1"},
		"too large":     {pack(goodLedger + strings.Repeat(" ", handoff.MaxLedger)), "more than 1048576 bytes"},
		"cut":           {good[:len(good)/8*4], "damaged"},
		"two":           {base64.StdEncoding.EncodeToString(append(raw, raw...)), "follow"},
		"prefix only":   {"H4sI", "not compressed"},
		"with a tail":   {good + " {}", "not base64"},
		"far too large": {"H4sI" + strings.Repeat("A", handoff.MaxLedger), "bytes"},
	} {
		if _, err := handoff.ParseLedger([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want something with %q", name, err, tt.want)
		}
	}
}
