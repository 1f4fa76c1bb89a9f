// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	_ "embed"
	"fmt"
	"sync"
	"time"
)

// What the files are and where they come from is told in roots/README.md.
var (
	//go:embed roots/public-good.json
	publicGoodJSON []byte
	//go:embed roots/github.json
	githubJSON []byte
	//go:embed roots/github-tuf-root.json
	githubTUFRoot []byte
)

// The days as of which the embedded roots were current.
var (
	publicGoodDate = time.Date(2026, time.August, 21, 0, 0, 0, 0, time.UTC)
	githubDate     = time.Date(2026, time.August, 19, 0, 0, 0, 0, time.UTC)
)

// builtin is both embedded roots, parsed once and only when asked for: most
// commands never need them.
var builtin = sync.OnceValues(func() (*Set, error) {
	s := &Set{}
	for _, e := range []struct {
		instance Instance
		date     time.Time
		data     []byte
	}{
		{PublicGood, publicGoodDate, publicGoodJSON},
		{GitHub, githubDate, githubJSON},
	} {
		r, err := parseRoot(e.data)
		if err != nil {
			return nil, fmt.Errorf("reading the built-in root of %s: %w; this build of the program is broken", e.instance, err)
		}
		r.Instance, r.Source, r.Date = e.instance, Embedded, e.date
		s.Roots = append(s.Roots, r)
	}
	s.index = newIndex(s.Roots)
	return s, nil
})
