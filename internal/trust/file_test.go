// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFiles(t *testing.T) {
	a, b := newAuthority(t, "a.test"), newAuthority(t, "b.test")
	// One pretty-printed root, and two on lines of their own.
	one := write(t, "one.json", edited(t, trustedRoot(t, []*authority{a}, without("ctlogs"))))
	two := write(t, "two.jsonl", bytes.Join([][]byte{
		trustedRoot(t, []*authority{b}, without("tlogs")), edited(t, githubJSON),
	}, []byte("\n")))
	good := write(t, "good.json", publicGoodJSON)
	s, err := Load(t.Context(), Options{Files: []string{one, two, good}})
	if err != nil {
		t.Fatal(err)
	}
	type facts struct {
		Instance, Looks Instance
		Source          Source
		Path            string
		Thresholds      Thresholds
	}
	var got []facts
	for _, r := range s.Roots {
		if !r.Date.IsZero() {
			t.Errorf("%s has the date %v, want none", r.Path, r.Date)
		}
		got = append(got, facts{r.Instance, r.LooksLike, r.Source, r.Path, r.Thresholds()})
	}
	want := []facts{
		{Custom, "", File, one, Thresholds{LogEntries: 1, ObserverTimestamps: 1}},
		{Custom, "", File, two, Thresholds{SCTs: 1, SignedTimestamps: 1}},
		{Custom, GitHub, File, two, Thresholds{SignedTimestamps: 1}},
		{Custom, PublicGood, File, good, Thresholds{SCTs: 1, LogEntries: 1, ObserverTimestamps: 1}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("roots (-want +got):\n%s", diff)
	}
	for i, ca := range []*authority{a, b} {
		if r, err := s.For(ca.leaf(t)); err != nil || r != s.Roots[i] {
			t.Errorf("leaf %d: got %+v, %v; want root %d", i, r, err, i)
		}
	}
}

// A root that holds an authority besides the instance's is not the instance's.
func TestLooksLike(t *testing.T) {
	mine := newAuthority(t, "sigstore.dev")
	addMine := func(m object) {
		m["certificateAuthorities"] = append(m["certificateAuthorities"].([]any), authorityJSON(mine.inter, mine.root))
	}
	for name, tt := range map[string]struct {
		data []byte
		want Instance
	}{
		"public-good":          {publicGoodJSON, PublicGood},
		"github":               {githubJSON, GitHub},
		"public-good and mine": {edited(t, publicGoodJSON, addMine), ""},
		"github and mine":      {edited(t, githubJSON, addMine), ""},
		"mine alone":           {trustedRoot(t, []*authority{mine}), ""},
		"one generation": {edited(t, githubJSON, func(m object) {
			m["certificateAuthorities"] = m["certificateAuthorities"].([]any)[5:]
		}), GitHub},
	} {
		s, err := Load(t.Context(), Options{Files: []string{write(t, "root.json", tt.data)}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := s.Roots[0]; got.LooksLike != tt.want || got.Instance != Custom {
			t.Errorf("%s: instance %q looks like %q, want custom like %q", name, got.Instance, got.LooksLike, tt.want)
		}
	}
}

func TestBadFiles(t *testing.T) {
	as := []*authority{newAuthority(t, "a.test")}
	good := trustedRoot(t, as)
	tlog := func(edit func(log, key object)) []byte {
		return trustedRoot(t, as, func(m object) {
			log := m["tlogs"].([]any)[0].(object)
			edit(log, log["publicKey"].(object))
		})
	}
	set := func(key string, value any) []byte {
		return trustedRoot(t, as, func(m object) { m[key] = value })
	}
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"empty":               {nil, "it is empty"},
		"blank":               {[]byte(" \n\t\n"), "it is empty"},
		"not JSON":            {[]byte("-----BEGIN CERTIFICATE-----"), "root 1 is no JSON"},
		"truncated":           {good[:len(good)-1], "root 1 is no JSON"},
		"bad second line":     {append(append([]byte{}, good...), "\n{"...), "root 2 is no JSON"},
		"an array":            {[]byte("[" + string(good) + "]"), "root 1"},
		"null":                {[]byte("null"), "root 1"},
		"too deep":            {bytes.Repeat([]byte("["), 20000), "root 1"},
		"invalid UTF-8":       {bytes.Replace(good, []byte("rekor.test"), []byte("rekor\xff"), 1), "root 1"},
		"duplicate key":       {bytes.Replace(good, []byte(`{`), []byte(`{"mediaType":"x",`), 1), "root 1"},
		"unknown key":         {set("surprise", 1), "root 1"},
		"no media type":       {trustedRoot(t, as, without("mediaType")), `media type is ""`},
		"later media type":    {set("mediaType", "application/vnd.dev.sigstore.trustedroot.v9+json"), "trustedroot.v9+json"},
		"signing config":      {[]byte(`{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[]}`), "signingconfig"},
		"TUF metadata":        {githubTUFRoot, "metadata of a TUF repository"},
		"nothing in it":       {[]byte(`{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`), "no certificate authority"},
		"no authority":        {trustedRoot(t, as, without("certificateAuthorities")), "no certificate authority"},
		"no log, no TSA":      {trustedRoot(t, as, without("tlogs", "timestampAuthorities")), "neither a transparency log nor a timestamp authority"},
		"null authority":      {set("certificateAuthorities", []any{nil}), "root 1"},
		"empty chain":         {set("certificateAuthorities", []any{authorityJSON()}), "chain is empty"},
		"bad certificate":     {set("certificateAuthorities", []any{object{"certChain": object{"certificates": []any{object{"rawBytes": "AAAA"}}}}}), "x509"},
		"unknown key type":    {tlog(func(_, k object) { k["keyDetails"] = "PKIX_QUANTUM" }), "PKIX_QUANTUM"},
		"unsupported key":     {tlog(func(_, k object) { k["keyDetails"] = "LMS_SHA256" }), "unsupported tlog public key type"},
		"mislabelled key":     {tlog(func(_, k object) { k["keyDetails"] = "PKIX_ED25519" }), "tlog"},
		"no validity":         {tlog(func(_, k object) { delete(k, "validFor") }), "validity period"},
		"no validity start":   {tlog(func(_, k object) { k["validFor"] = object{"end": "2030-01-01T00:00:00Z"} }), "validity period start"},
		"no log id":           {tlog(func(l, _ object) { delete(l, "logId") }), "log ID"},
		"no hash algorithm":   {tlog(func(l, _ object) { delete(l, "hashAlgorithm") }), "hash algorithm"},
		"17 roots":            {bytes.Repeat(append(append([]byte{}, good...), '\n'), 17), "more than 16"},
		"larger than allowed": {bytes.Repeat([]byte(" "), maxRootBytes+1), "larger than 4 MiB"},
		"too many objects":    {[]byte(`{"tlogs":[{}` + strings.Repeat(",{}", maxObjects) + `]}`), "10002 objects"},
		"a long value":        {tlog(func(_, k object) { k["keyDetails"] = strings.Repeat("k", 1<<20) }), "kkk…"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "bad root.json", tt.data)
			s, err := Load(t.Context(), Options{Files: []string{path}})
			if err == nil {
				t.Fatalf("got %d roots without an error", len(s.Roots))
			}
			var config *ConfigError
			if !errors.As(err, &config) {
				t.Errorf("%v is no ConfigError", err)
			}
			if got := err.Error(); !strings.Contains(got, tt.want) || !strings.Contains(got, path) {
				t.Errorf("got %q, want the path and %q in it", got, tt.want)
			} else if len(got) > 2*maxErrorBytes {
				t.Errorf("the message has %d bytes", len(got))
			}
		})
	}
}

func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(dir, "absent.json"): "no such file",
		dir:                               "is a directory",
	} {
		_, err := Load(t.Context(), Options{Files: []string{path}})
		var config *ConfigError
		if err == nil || errors.As(err, &config) {
			t.Errorf("%s: got %v, want an error that is no ConfigError", path, err)
		} else if !strings.Contains(err.Error(), want) || strings.Count(err.Error(), path) != 1 {
			t.Errorf("got %q, want the path once and %q", err, want)
		}
	}
	_, err := Load(t.Context(), Options{Files: []string{filepath.Join(dir, "absent.json")}})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist in it", err)
	}
	var config *ConfigError
	if _, err := Load(t.Context(), Options{Files: []string{""}}); !errors.As(err, &config) {
		t.Errorf("an empty file name: got %v, want a ConfigError", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Load(ctx, Options{Files: []string{dir}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the cancellation", err)
	}
}

func TestOverlap(t *testing.T) {
	a, b := newAuthority(t, "a.test"), newAuthority(t, "b.test")
	// A certificate of its own for a's intermediate: same name and key.
	twin := &authority{root: b.root, inter: certificate(t, "a.test", "intermediate", true, b.root, a.key, b.rootKey), key: a.key}
	pathA := write(t, "a.json", trustedRoot(t, []*authority{a}))
	pathAB := write(t, "ab.json", trustedRoot(t, []*authority{b, a}))
	pathTwin := write(t, "twin.json", trustedRoot(t, []*authority{twin}))
	pathLines := write(t, "lines.jsonl", append(trustedRoot(t, []*authority{a}), trustedRoot(t, []*authority{a})...))
	for name, files := range map[string][]string{
		"two files":             {pathA, pathAB},
		"the same file twice":   {pathA, pathA},
		"another certificate":   {pathA, pathTwin},
		"two lines of one file": {pathLines},
	} {
		_, err := Load(t.Context(), Options{Files: files})
		var config *ConfigError
		if !errors.As(err, &config) {
			t.Errorf("%s: got %v, want a ConfigError", name, err)
			continue
		}
		for _, want := range append(files, "O=a.test") {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %q, want %q in it", name, err, want)
			}
		}
	}
	if _, err := Load(t.Context(), Options{Files: []string{pathA, write(t, "b.json", trustedRoot(t, []*authority{b}))}}); err != nil {
		t.Errorf("two different roots: %v", err)
	}
}

// Files may come from a pipe, as a shell's process substitution makes them.
func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		w.Write(githubJSON)
		w.Close()
	}()
	path := filepath.Join("/dev/fd", strconv.Itoa(int(r.Fd())))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no /dev/fd here: %v", err)
	}
	s, err := Load(t.Context(), Options{Files: []string{path}})
	if err != nil || s.Roots[0].LooksLike != GitHub {
		t.Errorf("got %v, %v; want GitHub's root", s, err)
	}
}
