// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/tuftest"
)

// published is a signing configuration that can be told from the built-in one.
func published(t testing.TB, edits ...func(object)) []byte {
	t.Helper()
	m := object{
		"mediaType":       "application/vnd.dev.sigstore.signingconfig.v0.2+json",
		"caUrls":          []any{service("https://fulcio.test", 1, "2022-01-01", "")},
		"oidcUrls":        []any{service("https://oauth2.test/auth", 1, "2022-01-01", "")},
		"rekorTlogUrls":   []any{service("https://rekor.test", 1, "2021-01-01", "")},
		"tsaUrls":         []any{service("https://tsa.test/api/v1/timestamp", 1, "2025-01-01", "")},
		"rekorTlogConfig": object{"selector": "ANY"},
		"tsaConfig":       object{"selector": "ANY"},
	}
	for _, edit := range edits {
		edit(m)
	}
	return marshal(t, m)
}

// service is one entry of a list; end may be empty, and an operator follows.
func service(url string, version int, start, end string, operator ...string) object {
	valid := object{"start": start + "T00:00:00Z"}
	if end != "" {
		valid["end"] = end + "T00:00:00Z"
	}
	m := object{"url": url, "majorApiVersion": version, "validFor": valid, "operator": "op.test"}
	if len(operator) > 0 {
		m["operator"] = operator[0]
	}
	return m
}

func with(key string, value any) func(object) { return func(m object) { m[key] = value } }

func signingOptions(repo *tuftest.Repo) SigningOptions {
	return SigningOptions{Instance: PublicGood, Now: now, Timeout: time.Minute,
		Repositories: map[Instance]Repository{PublicGood: {repo.URL(), repo.RootJSON()}}}
}

var freshSigning = &SigningConfig{
	Instance: PublicGood, Source: TUF, Date: time.Date(2026, 9, 17, 0, 0, 0, 0, time.UTC),
	Fulcio: Endpoint{"https://fulcio.test", 1}, Rekor1: &Endpoint{"https://rekor.test", 1},
	TSAs: []Endpoint{{"https://tsa.test/api/v1/timestamp", 1}},
}

func TestLoadSigningTUF(t *testing.T) {
	for name, opts := range map[string][]tuftest.Option{
		"plain": nil, "rotated": {tuftest.Rotated()}, "one 500 each": {tuftest.Failing(1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The root beside it must not be taken for it, nor asked for.
			repo := tuftest.New(t, map[string][]byte{signingTarget: published(t), target: publicGoodJSON}, opts...)
			got, err := LoadSigning(t.Context(), signingOptions(repo))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(freshSigning, got); diff != "" {
				t.Errorf("services (-want +got):\n%s", diff)
			}
			for _, path := range repo.Requests() {
				if strings.HasSuffix(path, target) {
					t.Errorf("asked for %q", path)
				}
			}
		})
	}
}

// Whatever goes wrong with the question, the built-in services are used and
// the caller hears of it.
func TestLoadSigningFallsBack(t *testing.T) {
	for name, tt := range map[string]struct {
		config []byte
		opts   []tuftest.Option
		want   string
	}{
		"forged":      {published(t), []tuftest.Option{tuftest.WrongKey(tuftest.Targets)}, "asking http://127.0.0.1"},
		"tampered":    {published(t), []tuftest.Option{tuftest.Tampered(tuftest.Target(signingTarget))}, "asking http://127.0.0.1"},
		"frozen":      {published(t), []tuftest.Option{tuftest.Frozen()}, "asking http://127.0.0.1"},
		"missing":     {published(t), []tuftest.Option{tuftest.Missing(tuftest.Target(signingTarget))}, "404"},
		"endless":     {published(t), []tuftest.Option{tuftest.Oversize(tuftest.Target(signingTarget))}, "longer than"},
		"gone":        {published(t), []tuftest.Option{tuftest.Missing("")}, "404"},
		"no config":   {publicGoodJSON, nil, "it is a trusted root"},
		"out of date": {published(t, with("tsaUrls", []any{service("https://tsa.test", 1, "2025-01-01", "2026-01-01")})), nil, "valid on 2026-09-17"},
		"too large":   {published(t, with("oidcUrls", []any{service("https://"+strings.Repeat("a", maxSigningBytes), 1, "2022-01-01", "")})), nil, "larger than 256 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := tuftest.New(t, map[string][]byte{signingTarget: tt.config}, tt.opts...)
			got, err := LoadSigning(t.Context(), signingOptions(repo))
			if err != nil {
				t.Fatal(err)
			}
			if got.Problem == nil || !strings.Contains(got.Problem.Error(), tt.want) || !strings.HasSuffix(got.Problem.Error(), "using the built-in ones of 2026-08-21") {
				t.Fatalf("problem %v; want %q", got.Problem, tt.want)
			}
			got.Problem = nil
			if diff := cmp.Diff(builtinSigning(PublicGood), got); diff != "" {
				t.Errorf("services (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadSigningSilentServer(t *testing.T) {
	repo := tuftest.New(t, map[string][]byte{signingTarget: published(t)}, tuftest.Hanging(""))
	o := signingOptions(repo)
	o.Timeout = 300 * time.Millisecond
	begin := time.Now()
	got, err := LoadSigning(t.Context(), o)
	if err != nil || got.Problem == nil || !strings.Contains(got.Problem.Error(), "no complete answer within 300ms") {
		t.Errorf("%v, %v", got, err)
	}
	if d := time.Since(begin); d > 20*time.Second {
		t.Errorf("took %v", d)
	}

	o.Timeout = time.Minute
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("interrupted")
	time.AfterFunc(100*time.Millisecond, func() { cancel(stop) })
	if got, err := LoadSigning(ctx, o); !errors.Is(err, stop) || got != nil {
		t.Errorf("with an end: %v, %v", got, err)
	}
}

func TestLoadSigningAsksNobody(t *testing.T) {
	refuse := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		t.Error("somebody is asked")
		return nil, errors.New("nobody may be asked")
	})}
	path := write(t, "c.json", published(t))
	for name, tt := range map[string]struct {
		o    SigningOptions
		want *SigningConfig
	}{
		"offline": {SigningOptions{Instance: PublicGood, Offline: true}, &SigningConfig{
			Instance: PublicGood, Source: Embedded, Date: time.Date(2026, 8, 21, 0, 0, 0, 0, time.UTC),
			Fulcio: Endpoint{"https://fulcio.sigstore.dev", 1}, Rekor1: &Endpoint{"https://rekor.sigstore.dev", 1},
			TSAs: []Endpoint{{"https://timestamp.sigstore.dev/api/v1/timestamp", 1}}}},
		"github": {SigningOptions{Instance: GitHub}, &SigningConfig{
			Instance: GitHub, Source: Embedded, Date: time.Date(2026, 8, 19, 0, 0, 0, 0, time.UTC),
			Fulcio: Endpoint{"https://fulcio.githubapp.com", 1},
			TSAs:   []Endpoint{{"https://timestamp.githubapp.com/api/v1/timestamp", 1}}}},
		"file": {SigningOptions{Instance: PublicGood, File: path}, &SigningConfig{
			Instance: Custom, Source: File, Path: path,
			Fulcio: freshSigning.Fulcio, Rekor1: freshSigning.Rekor1, TSAs: freshSigning.TSAs}},
	} {
		tt.o.Client, tt.o.Now = refuse, now
		got, err := LoadSigning(t.Context(), tt.o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestLoadSigningRefuses(t *testing.T) {
	for _, i := range []Instance{Custom, Staging, ""} {
		got, err := LoadSigning(t.Context(), SigningOptions{Instance: i})
		if c := new(ConfigError); !errors.As(err, &c) || got != nil || !strings.Contains(err.Error(), "--signing-config") {
			t.Errorf("instance %q: %v, %v", i, got, err)
		}
	}
	dir := t.TempDir()
	if _, err := LoadSigning(t.Context(), SigningOptions{File: filepath.Join(dir, "none")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := LoadSigning(t.Context(), SigningOptions{File: dir}); err == nil {
		t.Error("a folder is read")
	}
	for name, tt := range map[string]struct{ content, want string }{
		"large":   {strings.Repeat(" ", maxSigningBytes+1), "larger than 256 KiB"},
		"garbage": {"::error::\x00", "pass an instance's signing_config.v0.2.json"},
	} {
		path := write(t, name, []byte(tt.content))
		_, err := LoadSigning(t.Context(), SigningOptions{File: path})
		if c := new(ConfigError); !errors.As(err, &c) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The built-in services are those that Sigstore published on that day, and
// both of its current files are read.
func TestRealSigningConfigs(t *testing.T) {
	dir := corpus.Path(t, "trust")
	for file, rekor2 := range map[string]*Endpoint{
		"signing_config.v0.2.json":          nil,
		"signing_config_rekor_v2.v0.2.json": {"https://log2025-1.rekor.sigstore.dev", 2},
	} {
		want := builtinSigning(PublicGood)
		path := filepath.Join(dir, file)
		want.Instance, want.Source, want.Path, want.Date, want.Rekor2 = Custom, File, path, time.Time{}, rekor2
		got, err := LoadSigning(t.Context(), SigningOptions{File: path, Now: now})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", file, err, diff)
		}
	}
	for file, want := range map[string]string{
		"signing_config.json": `"application/vnd.dev.sigstore.signingconfig.v0.1+json", expected`,
		"trusted_root.json":   "it is a trusted root",
	} {
		if _, err := LoadSigning(t.Context(), SigningOptions{File: filepath.Join(dir, file), Now: now}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", file, err, want)
		}
	}
	// GitHub's services are of the hosts that its root names.
	data, err := os.ReadFile(filepath.Join(dir, "trusted_root_github.json"))
	if err != nil {
		t.Fatal(err)
	}
	var root struct {
		CAs  []struct{ URI string } `json:"certificateAuthorities"`
		TSAs []struct{ URI string } `json:"timestampAuthorities"`
	}
	if err := json.Unmarshal(data, &root); err != nil || len(root.CAs) == 0 || len(root.TSAs) == 0 {
		t.Fatal(err)
	}
	c := builtinSigning(GitHub)
	for _, uri := range []string{root.CAs[0].URI, root.TSAs[0].URI} {
		host := strings.TrimPrefix(uri, "https://")
		if !strings.Contains(c.Fulcio.URL+c.TSAs[0].URL, host) {
			t.Errorf("GitHub's root names %q; signing asks %q and %q", host, c.Fulcio.URL, c.TSAs[0].URL)
		}
	}
}
