// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sigstore/sigstore-go/pkg/tuf"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

func TestBuiltin(t *testing.T) {
	s, err := Load(t.Context(), Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range s.Roots {
		got = append(got, fmt.Sprintf("%s %s %s ct=%v tlog=%v tsa=%v issuers=%d %+v", r.Instance, r.Source,
			r.Date.Format(time.DateOnly), r.HasCT, r.HasTlog, r.HasTSA, len(r.Issuers), r.Thresholds()))
	}
	want := []string{
		"public-good embedded 2026-08-21 ct=true tlog=true tsa=true issuers=3 {SCTs:1 LogEntries:1 ObserverTimestamps:1 SignedTimestamps:0}",
		"github embedded 2026-08-19 ct=false tlog=false tsa=true issuers=8 {SCTs:0 LogEntries:0 ObserverTimestamps:0 SignedTimestamps:1}",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("built-in roots (-want +got):\n%s", diff)
	}
	if len(s.Problems) != 0 {
		t.Errorf("offline there are problems: %v", s.Problems)
	}
}

// The README states where each file came from; the digests and days there are
// those of the build.
func TestBuiltinProvenance(t *testing.T) {
	readme, err := os.ReadFile("roots/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct {
		name string
		data []byte
		date time.Time
	}{
		{"public-good.json", publicGoodJSON, publicGoodDate},
		{"github.json", githubJSON, githubDate},
		{"github-tuf-root.json", githubTUFRoot, time.Time{}},
	} {
		var row string
		for line := range strings.Lines(string(readme)) {
			if strings.HasPrefix(line, "| `"+f.name+"` |") {
				row = line
			}
		}
		sum := sha256.Sum256(f.data)
		if !strings.Contains(row, hex.EncodeToString(sum[:])) {
			t.Errorf("the row of %s does not have its digest %x: %q", f.name, sum, row)
		}
		if date := f.date.Format(time.DateOnly); !f.date.IsZero() && !strings.Contains(row, "| "+date+" |") {
			t.Errorf("the row of %s does not have its day %s: %q", f.name, date, row)
		}
	}
}

// The anchors are signed by a quorum of their own keys and ask for one again.
func TestAnchors(t *testing.T) {
	for _, a := range []struct {
		name    string
		data    []byte
		version int64
		quorum  int
	}{
		{"public-good", tuf.DefaultRoot(), 14, 3},
		{"github", githubTUFRoot, 3, 3},
	} {
		md, err := metadata.Root().FromBytes(a.data)
		if err != nil {
			t.Fatalf("%s: %v", a.name, err)
		}
		if err := md.VerifyDelegate(metadata.ROOT, md); err != nil {
			t.Errorf("%s: %v", a.name, err)
		}
		if md.Signed.Version < a.version || !md.Signed.ConsistentSnapshot {
			t.Errorf("%s: version %d, consistent snapshots %v; want version %d at least, true", a.name, md.Signed.Version, md.Signed.ConsistentSnapshot, a.version)
		}
		for _, role := range []string{metadata.ROOT, metadata.TARGETS} {
			if got := md.Signed.Roles[role].Threshold; got != a.quorum {
				t.Errorf("%s: threshold of %s is %d, want %d", a.name, role, got, a.quorum)
			}
		}
	}
}

func TestAgeLevel(t *testing.T) {
	date := time.Date(2026, 8, 21, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		date  time.Time
		now   string
		age   int
		level AgeLevel
	}{
		{date, "2026-08-21T00:00:00Z", 0, Fresh},
		{date, "2026-08-01T00:00:00Z", 0, Fresh}, // a clock that runs behind
		{date, "2026-08-22T01:00:00+02:00", 0, Fresh},
		{date, "2026-09-20T00:00:00Z", 30, Fresh},
		{date, "2026-09-20T23:59:59Z", 30, Fresh},
		{date, "2026-09-21T00:00:00Z", 31, Stale},
		{date, "2026-11-19T23:59:59Z", 90, Stale},
		{date, "2026-11-20T00:00:00Z", 91, TooOld},
		{date, "2036-01-01T00:00:00Z", 3420, TooOld},
		{time.Time{}, "2036-01-01T00:00:00Z", 0, NoLevel},
	} {
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		r := &Root{Date: tt.date}
		if age, level := r.Age(now), r.AgeLevel(now); age != tt.age || level != tt.level {
			t.Errorf("at %s: %d days, %q; want %d days, %q", tt.now, age, level, tt.age, tt.level)
		}
	}
}
