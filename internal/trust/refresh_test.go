// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/tuftest"
)

// now is 27 days after the public-good root's date and 29 after GitHub's.
var now = time.Date(2026, 9, 17, 15, 4, 5, 0, time.UTC)

// served returns the repositories' targets: the built-in roots, each changed
// so that it can be told from the built-in one.
func served(t *testing.T) (good, github []byte) {
	cut := func(key string) func(object) {
		return func(m object) { m[key] = m[key].([]any)[1:] }
	}
	return edited(t, publicGoodJSON, cut("ctlogs")), edited(t, githubJSON, cut("timestampAuthorities"))
}

// options are those of an online run against two repositories.
func options(good, github *tuftest.Repo) Options {
	// The limit is far beyond what loopback needs, even on a busy machine.
	return Options{Now: now, Timeout: time.Minute, Repositories: map[Instance]Repository{
		PublicGood: {good.URL(), good.RootJSON()},
		GitHub:     {github.URL(), github.RootJSON()},
	}}
}

func serve(t *testing.T, root []byte, opts ...tuftest.Option) *tuftest.Repo {
	return tuftest.New(t, map[string][]byte{target: root}, opts...)
}

// summary says where each root came from and how much is in it.
func summary(s *Set) []string {
	var lines []string
	for _, r := range s.Roots {
		lines = append(lines, fmt.Sprintf("%s %s %s %d/%d", r.Instance, r.Source, r.Date.Format(time.DateOnly),
			len(r.Material.CTLogs()), len(r.Material.TimestampingAuthorities())))
	}
	return lines
}

const (
	freshGood   = "public-good tuf 2026-09-17 1/1"
	freshGitHub = "github tuf 2026-09-17 0/5"
	oldGood     = "public-good embedded 2026-08-21 2/1"
	oldGitHub   = "github embedded 2026-08-19 0/6"
)

func TestRefresh(t *testing.T) {
	goodJSON, githubJSON := served(t)
	for name, opts := range map[string][]tuftest.Option{
		"plain":           nil,
		"rotated":         {tuftest.Rotated()},
		"one 500 each":    {tuftest.Failing(1)},
		"one 500, rotate": {tuftest.Failing(1), tuftest.Rotated()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			good, github := serve(t, goodJSON, opts...), serve(t, githubJSON, opts...)
			s, err := Load(t.Context(), options(good, github))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{freshGood, freshGitHub}, summary(s)); diff != "" {
				t.Errorf("roots (-want +got):\n%s", diff)
			}
			if len(s.Problems) != 0 {
				t.Errorf("problems: %v", s.Problems)
			}
			for _, r := range s.Roots {
				if got := r.AgeLevel(now); got != Fresh {
					t.Errorf("%s is %q", r.Instance, got)
				}
				if got, err := s.For(r.Issuers[0]); got != r {
					t.Errorf("%s: its own authority is under %v, %v", r.Instance, got, err)
				}
			}
		})
	}
}

// Whatever is wrong with one repository, its built-in root is used, the reason
// is told, and the other instance is refreshed all the same.
func TestRefreshFails(t *testing.T) {
	goodJSON, githubJSON := served(t)
	without := func(keys ...string) []byte { return edited(t, goodJSON, without(keys...)) }
	stolen := edited(t, goodJSON, func(m object) {
		edited(t, githubJSON, func(g object) {
			m["certificateAuthorities"] = append(m["certificateAuthorities"].([]any), g["certificateAuthorities"].([]any)...)
		})
	})
	big := edited(t, goodJSON, func(m object) {
		m["certificateAuthorities"].([]any)[0].(object)["uri"] = strings.Repeat("x", maxRootBytes)
	})
	for name, tt := range map[string]struct {
		target []byte
		opts   []tuftest.Option
		want   string
	}{
		"self-rotated":       {goodJSON, []tuftest.Option{tuftest.SelfRotated()}, "not enough signatures"},
		"expired root":       {goodJSON, []tuftest.Option{tuftest.Expired(tuftest.Root)}, "root.json is expired"},
		"expired timestamp":  {goodJSON, []tuftest.Option{tuftest.Expired(tuftest.Timestamp)}, "timestamp.json is expired"},
		"expired targets":    {goodJSON, []tuftest.Option{tuftest.Expired(tuftest.Targets)}, "targets is expired"},
		"frozen":             {goodJSON, []tuftest.Option{tuftest.Frozen()}, "timestamp.json is expired"},
		"wrong signature":    {goodJSON, []tuftest.Option{tuftest.WrongKey(tuftest.Timestamp)}, "not enough signatures"},
		"wrong targets key":  {goodJSON, []tuftest.Option{tuftest.WrongKey(tuftest.Targets)}, "not enough signatures"},
		"root rolled back":   {goodJSON, []tuftest.Option{tuftest.RolledBack(tuftest.Root)}, "version"},
		"snapshot rolled b.": {goodJSON, []tuftest.Option{tuftest.RolledBack(tuftest.Snapshot)}, "expected 2, got 1"},
		"targets rolled b.":  {goodJSON, []tuftest.Option{tuftest.RolledBack(tuftest.Targets)}, "expected targets version 2, got 1"},
		"tampered target":    {goodJSON, []tuftest.Option{tuftest.Tampered(tuftest.Target(target))}, "hash"},
		"oversize target":    {goodJSON, []tuftest.Option{tuftest.Oversize(tuftest.Target(target))}, "is longer than"},
		"oversize timestamp": {goodJSON, []tuftest.Option{tuftest.Oversize(tuftest.Timestamp)}, "is longer than the 16384 bytes"},
		"oversize root":      {goodJSON, []tuftest.Option{tuftest.Rotated(), tuftest.Oversize(tuftest.Root)}, "is longer than the 512000 bytes"},
		"garbage":            {goodJSON, []tuftest.Option{tuftest.Garbage("")}, "invalid character"},
		"missing timestamp":  {goodJSON, []tuftest.Option{tuftest.Missing(tuftest.Timestamp)}, "404"},
		"missing target":     {goodJSON, []tuftest.Option{tuftest.Missing(tuftest.Target(target))}, "404"},
		"500 for ever":       {goodJSON, []tuftest.Option{tuftest.Failing(1 << 20)}, "500"},
		"500 twice":          {goodJSON, []tuftest.Option{tuftest.Failing(2)}, "500"},
		"hollow timestamp":   {goodJSON, []tuftest.Option{tuftest.WithoutSnapshotMeta()}, "the client gave up"},
		"no authority":       {without("certificateAuthorities"), nil, "no certificate authority"},
		"no CT log":          {without("ctlogs"), nil, "no certificate transparency log any more"},
		"no log":             {without("tlogs"), nil, "no transparency log any more"},
		"no TSA":             {without("timestampAuthorities"), nil, "no timestamp authority any more"},
		"another's CA":       {stolen, nil, "of GitHub's instance"},
		"not a trusted root": {[]byte(`{"signed":{}}`), nil, "metadata of a TUF repository"},
		"too big a root":     {big, nil, "larger than 4 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			good, github := serve(t, tt.target, tt.opts...), serve(t, githubJSON)
			s, err := Load(t.Context(), options(good, github))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{oldGood, freshGitHub}, summary(s)); diff != "" {
				t.Errorf("roots (-want +got):\n%s", diff)
			}
			if len(s.Problems) != 1 {
				t.Fatalf("problems: %v, want one", s.Problems)
			}
			p := s.Problems[0]
			if p.Instance != PublicGood || p.Age != 27 || p.Level != Fresh || !p.Date.Equal(publicGoodDate) {
				t.Errorf("got %+v, want the public-good root of 27 days", p)
			}
			for _, want := range []string{tt.want, good.URL(), "built-in root of 2026-08-21, which is 27 days old"} {
				if !strings.Contains(p.Error(), want) {
					t.Errorf("got %q, want %q in it", p.Error(), want)
				}
			}
		})
	}
}

func TestRefreshAges(t *testing.T) {
	goodJSON, githubJSON := served(t)
	good, github := serve(t, goodJSON, tuftest.Missing("")), serve(t, githubJSON, tuftest.Missing(""))
	for _, tt := range []struct {
		now  string
		want []string
		hint string // of GitHub's
	}{
		{"2026-09-17", []string{"public-good 27 fresh", "github 29 fresh"}, "built-in root of 2026-08-19"},
		{"2026-09-19", []string{"public-good 29 fresh", "github 31 stale"}, "from 2026-11-18 on"},
		{"2026-11-18", []string{"public-good 89 stale", "github 91 too-old"}, "more than 90 days"},
	} {
		o := options(good, github)
		var err error
		if o.Now, err = time.Parse(time.DateOnly, tt.now); err != nil {
			t.Fatal(err)
		}
		s, err := Load(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range s.Problems {
			got = append(got, fmt.Sprintf("%s %d %s", p.Instance, p.Age, p.Level))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: problems (-want +got):\n%s", tt.now, diff)
			continue
		}
		if got := s.Problems[1].Hint(); !strings.Contains(got, tt.hint) || !strings.Contains(got, "--offline") {
			t.Errorf("%s: got the hint %q, want %q in it", tt.now, got, tt.hint)
		}
	}
}

// A silent repository costs its own time limit, not the run.
func TestRefreshHangs(t *testing.T) {
	goodJSON, githubJSON := served(t)
	for _, name := range []string{"", tuftest.Timestamp, tuftest.Target(target)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(serve(t, goodJSON, tuftest.Hanging(name)), serve(t, githubJSON, tuftest.Hanging(name)))
			o.Timeout = time.Second
			s, err := Load(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{oldGood, oldGitHub}, summary(s)); diff != "" {
				t.Errorf("roots (-want +got):\n%s", diff)
			}
			for _, p := range s.Problems {
				if !errors.Is(p, context.DeadlineExceeded) || !strings.Contains(p.Error(), "no complete answer within 1s") {
					t.Errorf("got %v, want the deadline", p)
				}
			}
			if len(s.Problems) != 2 {
				t.Errorf("problems: %v, want two", s.Problems)
			}
		})
	}
}

func TestRefreshCancelled(t *testing.T) {
	goodJSON, githubJSON := served(t)
	good, github := serve(t, goodJSON, tuftest.Hanging("")), serve(t, githubJSON, tuftest.Hanging(""))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	s, err := Load(ctx, options(good, github))
	if s != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v; want the cancellation", s, err)
	}
}

func TestRefreshUnreachable(t *testing.T) {
	repo := Repository{"http://127.0.0.1:1", githubTUFRoot}
	s, err := Load(t.Context(), Options{Now: now, Repositories: map[Instance]Repository{PublicGood: repo}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{oldGood, oldGitHub}, summary(s)); diff != "" {
		t.Errorf("roots (-want +got):\n%s", diff)
	}
	if len(s.Problems) != 2 || !strings.Contains(s.Problems[0].Error(), "127.0.0.1:1") || !strings.Contains(s.Problems[1].Error(), "no TUF repository is set") {
		t.Errorf("problems: %v", s.Problems)
	}
}

// Files and --offline never ask the network.
func TestNoRefresh(t *testing.T) {
	goodJSON, githubJSON := served(t)
	good, github := serve(t, goodJSON), serve(t, githubJSON)
	for _, o := range []Options{{Offline: true}, {Files: []string{write(t, "root.json", goodJSON)}}} {
		o.Repositories = options(good, github).Repositories
		s, err := Load(t.Context(), o)
		if err != nil || len(s.Problems) != 0 {
			t.Errorf("got %v, %v", s, err)
		}
	}
	if asked := append(good.Requests(), github.Requests()...); len(asked) != 0 {
		t.Errorf("asked for %v", asked)
	}
}

// agents is a network that is down and notes who asks.
type agents map[string]bool

func (a agents) RoundTrip(req *http.Request) (*http.Response, error) {
	a[req.Header.Get("User-Agent")] = true
	return nil, errors.New("no network")
}

func TestClientIsUsed(t *testing.T) {
	seen := agents{}
	s, err := Load(t.Context(), Options{Client: &http.Client{Transport: seen}, Repositories: map[Instance]Repository{
		PublicGood: {"https://tuf.test", githubTUFRoot},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.Problems[0].Error(), "no network") || !seen[userAgent] {
		t.Errorf("got %v from agents %v", s.Problems[0], seen)
	}
}

// The real repositories are asked when none are set.
func TestRealRepositories(t *testing.T) {
	for i, host := range map[Instance]string{PublicGood: "https://tuf-repo-cdn.sigstore.dev", GitHub: "https://tuf-repo.github.com"} {
		repo, err := Options{}.repository(i)
		if err != nil || repo.URL != host || len(repo.Anchor) == 0 {
			t.Errorf("%s: got %q with an anchor of %d bytes, %v", i, repo.URL, len(repo.Anchor), err)
		}
	}
}

// A refresh neither writes to nor reads from the home and working directories.
func TestRefreshLeavesNoTrace(t *testing.T) {
	goodJSON, githubJSON := served(t)
	good, github := serve(t, goodJSON), serve(t, githubJSON, tuftest.Failing(2))
	home, work := t.TempDir(), t.TempDir()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR"} {
		t.Setenv(name, home)
	}
	t.Chdir(work)
	// A cache that somebody left in the working directory: a newer timestamp
	// by another's key would be an error if it were looked at, and one of the
	// same repository would stop the refresh.
	lure := filepath.Join(work, strings.ReplaceAll(strings.TrimPrefix(good.URL(), "http://"), ":", "-"))
	if err := os.MkdirAll(lure, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(lure, "timestamp.json"), []byte("not JSON"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Load(t.Context(), options(good, github))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{freshGood, oldGitHub}, summary(s)); diff != "" {
		t.Errorf("roots (-want +got):\n%s\n%v", diff, s.Problems)
	}
	var files []string
	for _, dir := range []string{home, work} {
		err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				files = append(files, filepath.Base(path))
			} else if err == nil && path != dir && path != lure {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"timestamp.json"}, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
