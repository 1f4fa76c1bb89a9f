// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSigningChooses(t *testing.T) {
	tsas := []any{
		service("https://old.test/ts", 1, "2024-01-01", "", "a"),
		service("https://b.test/ts", 1, "2025-02-01", "", "b"),
		service("https://new.test/ts", 1, "2025-01-01", "", "a"),
		service("https://c.test/ts", 1, "2024-06-01", "", "c"),
		service("https://gone.test/ts", 1, "2026-01-01", "2026-09-01", "d"),
		service("https://next.test/ts", 1, "2026-09-18", "", "e"),
		service("https://v2.test/ts", 2, "2026-01-01", "", "f"),
	}
	for name, tt := range map[string]struct {
		edits  []func(object)
		fulcio string
		logs   string // v1 and v2
		tsas   []string
	}{
		"the newest that is valid": {
			[]func(object){with("caUrls", []any{
				service("https://one.test", 1, "2022-01-01", ""), service("https://two.test", 1, "2023-01-01", "", "other"),
				service("https://gone.test", 1, "2024-01-01", "2025-01-01"), service("https://next.test", 1, "2027-01-01", ""),
				service("https://v2.test", 2, "2026-01-01", ""),
			})}, "https://two.test", "https://rekor.test -", []string{"https://tsa.test/api/v1/timestamp"}},
		"of equal ones the first": {
			[]func(object){with("caUrls", []any{service("https://one.test", 1, "2022-01-01", "", "x"), service("https://two.test", 1, "2022-01-01", "", "y")})},
			"https://one.test", "https://rekor.test -", []string{"https://tsa.test/api/v1/timestamp"}},
		"both logs": {
			[]func(object){with("rekorTlogUrls", []any{
				service("https://log1.test", 2, "2025-01-01", ""), service("https://log2.test/", 2, "2026-01-01", ""),
				service("https://log3.test", 2, "2027-01-01", ""), service("http://127.0.0.1:3000", 1, "2021-01-01", ""),
			})}, "https://fulcio.test", "http://127.0.0.1:3000 https://log2.test", []string{"https://tsa.test/api/v1/timestamp"}},
		"all logs, one operator": {
			[]func(object){with("rekorTlogConfig", object{"selector": "ALL"}), with("rekorTlogUrls", []any{
				service("https://log1.test", 2, "2025-01-01", ""), service("https://log2.test", 2, "2026-01-01", ""),
			})}, "https://fulcio.test", "- https://log2.test", []string{"https://tsa.test/api/v1/timestamp"}},
		"no log":      {[]func(object){without("rekorTlogUrls", "rekorTlogConfig")}, "https://fulcio.test", "- -", []string{"https://tsa.test/api/v1/timestamp"}},
		"no tsa":      {[]func(object){without("tsaUrls", "tsaConfig")}, "https://fulcio.test", "https://rekor.test -", nil},
		"no validity": {[]func(object){with("caUrls", []any{object{"url": "https://always.test", "majorApiVersion": 1}})}, "https://always.test", "https://rekor.test -", []string{"https://tsa.test/api/v1/timestamp"}},
		"any tsa":     {[]func(object){with("tsaUrls", tsas)}, "https://fulcio.test", "https://rekor.test -", []string{"https://b.test/ts"}},
		"all tsas":    {[]func(object){with("tsaUrls", tsas), with("tsaConfig", object{"selector": "ALL"})}, "https://fulcio.test", "https://rekor.test -", []string{"https://b.test/ts", "https://new.test/ts", "https://c.test/ts"}},
		"two tsas":    {[]func(object){with("tsaUrls", tsas), with("tsaConfig", object{"selector": "EXACT", "count": 2})}, "https://fulcio.test", "https://rekor.test -", []string{"https://b.test/ts", "https://new.test/ts"}},
	} {
		c, err := parseSigning(published(t, tt.edits...), now)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		logs := []string{"-", "-"}
		for i, l := range []*Endpoint{c.Rekor1, c.Rekor2} {
			if l == nil {
				continue
			}
			logs[i] = l.URL
			if l.Version != uint32(i+1) {
				t.Errorf("%s: log %q has version %d", name, l.URL, l.Version)
			}
		}
		var tsas []string
		for _, tsa := range c.TSAs {
			tsas = append(tsas, tsa.URL)
		}
		if diff := cmp.Diff([]any{tt.fulcio, tt.logs, tt.tsas}, []any{c.Fulcio.URL, strings.Join(logs, " "), tsas}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestParseSigningRefuses(t *testing.T) {
	one := func(key, url string) func(object) { return with(key, []any{service(url, 1, "2022-01-01", "")}) }
	var many []any
	for range 9 {
		many = append(many, service("https://tsa.test", 1, "2022-01-01", "", strings.Repeat("x", len(many)+1)))
	}
	for name, tt := range map[string]struct {
		edit func(object)
		want string
	}{
		"old media type":      {with("mediaType", "application/vnd.dev.sigstore.signingconfig.v0.1+json"), "expected"},
		"no media type":       {without("mediaType"), `media type is ""`},
		"tuf metadata":        {with("signed", object{}), "metadata of a TUF repository"},
		"unknown key":         {with("extra", 1), "extra"},
		"no ca":               {without("caUrls"), "names no certificate authority"},
		"ca of a new version": {with("caUrls", []any{service("https://x.test", 2, "2022-01-01", "")}), "caUrls names services, but none is usable: none is of API version 1 and valid on 2026-09-17"},
		"ca ended":            {with("caUrls", []any{service("https://x.test", 1, "2022-01-01", "2026-09-17")}), "none is usable"},
		"logs of version 3":   {with("rekorTlogUrls", []any{service("https://x.test", 3, "2022-01-01", "")}), "API version 1 or 2"},
		"no log selector":     {without("rekorTlogConfig"), "rekorTlogConfig has no selector"},
		"two logs":            {with("rekorTlogConfig", object{"selector": "EXACT", "count": 2}), "only a count of 1"},
		"exactly no log":      {with("rekorTlogConfig", object{"selector": "EXACT"}), "only a count of 1"},
		"all of two logs": {func(m object) {
			m["rekorTlogConfig"] = object{"selector": "ALL"}
			m["rekorTlogUrls"] = []any{service("https://a.test", 1, "2022-01-01", "", "a"), service("https://b.test", 1, "2022-01-01", "", "b")}
		}, "write ANY"},
		"no tsa selector":  {without("tsaConfig"), "tsaConfig has no selector"},
		"unknown selector": {with("tsaConfig", object{"selector": 7}), "tsaConfig has no selector"},
		"too few tsas":     {with("tsaConfig", object{"selector": "EXACT", "count": 2}), "exactly 2 timestamp authorities of different operators, and 1 are valid"},
		"exactly no tsa":   {with("tsaConfig", object{"selector": "EXACT"}), "exactly 0"},
		"count overflow":   {with("tsaConfig", object{"selector": "EXACT", "count": 4294967295}), "exactly 4294967295"},
		"too many tsas":    {func(m object) { m["tsaUrls"], m["tsaConfig"] = many, object{"selector": "ALL"} }, "more than the 8"},
		"tsa ended":        {with("tsaUrls", []any{service("https://x.test", 1, "2022-01-01", "2023-01-01")}), "tsaUrls names services"},
		"v2 without tsa": {func(m object) {
			delete(m, "tsaUrls")
			m["rekorTlogUrls"] = []any{service("https://x.test", 2, "2022-01-01", "")}
		}, "names a Rekor v2 log and no timestamp authority"},
		"no time":        {without("rekorTlogUrls", "tsaUrls"), "neither a transparency log nor a timestamp authority"},
		"plain http":     {one("caUrls", "http://fulcio.test"), "https://"},
		"file":           {one("caUrls", "file:///etc/passwd"), "https://"},
		"no scheme":      {one("rekorTlogUrls", "rekor.test"), "https://"},
		"no host":        {one("rekorTlogUrls", "https:///x"), "https://"},
		"empty":          {one("tsaUrls", ""), "tsaUrls"},
		"user":           {one("tsaUrls", "https://u:geheim@tsa.test"), "user name"},
		"query":          {one("tsaUrls", "https://tsa.test/?a=b"), "query"},
		"fragment":       {one("tsaUrls", "https://tsa.test/#a"), "fragment"},
		"line break":     {one("tsaUrls", "https://tsa.test/\n::error::"), "printable ASCII"},
		"not ASCII":      {one("tsaUrls", "https://tsä.test/"), "printable ASCII"},
		"long":           {one("tsaUrls", "https://tsa.test/"+strings.Repeat("a", maxAddress)), "longer than 2048"},
		"many objects":   {with("oidcUrls", slices.Repeat([]any{object{}}, maxSigningObjects)), "objects"},
		"null for a ca":  {with("caUrls", []any{nil}), "null"},
		"time of nobody": {with("caUrls", []any{service("https://x.test", 1, "2022-13-01", "")}), "invalid google.protobuf.Timestamp"},
	} {
		c, err := parseSigning(published(t, tt.edit), now)
		if err == nil || c != nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, %v; want %q", name, c, err, tt.want)
			continue
		}
		if strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the message shows too much: %q", name, err)
		}
	}
}

// What is read as a signing configuration can be signed with: a certificate
// authority, a proof of time for each log, and addresses that may be asked.
func FuzzParseSigning(f *testing.F) {
	f.Add(published(f))
	f.Add(published(f, with("rekorTlogUrls", []any{service("http://localhost:3003/", 2, "2022-01-01", "")}), with("tsaConfig", object{"selector": "EXACT", "count": 1})))
	f.Add(published(f, without("rekorTlogConfig", "tsaConfig")))
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[{"url":"https://a:443//%2f..","majorApiVersion":1}]}`))
	f.Add(publicGoodJSON)
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseSigning(data, now)
		if err != nil {
			if c != nil {
				t.Errorf("%+v with the error %v", c, err)
			}
			return
		}
		if (c.Rekor1 == nil || c.Rekor2 != nil) && len(c.TSAs) == 0 || len(c.TSAs) > maxTSAs {
			t.Errorf("no proof of time, or too many: %+v", c)
		}
		all := append([]Endpoint{c.Fulcio}, c.TSAs...)
		for _, l := range []*Endpoint{c.Rekor1, c.Rekor2} {
			if l != nil {
				all = append(all, *l)
			}
		}
		for _, e := range all {
			u, err := url.Parse(e.URL)
			if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsAny(e.URL, "?# \n") || strings.HasSuffix(e.URL, "/") ||
				u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost" && !strings.HasPrefix(u.Hostname(), "127.") && !strings.Contains(u.Hostname(), ":")) {
				t.Errorf("address %q, %v", e.URL, err)
			}
			if again, err := address(e.URL); err != nil || again != e.URL {
				t.Errorf("address %q becomes %q, %v", e.URL, again, err)
			}
		}
	})
}
