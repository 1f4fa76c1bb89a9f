// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sigstore/sigstore-go/pkg/tuf"
)

// Repository is a TUF repository that publishes a trusted root.
type Repository struct {
	// URL is the base address of metadata; targets lie below it.
	URL string
	// Anchor is the root metadata that the first answer must be signed under.
	// It may have expired.
	Anchor []byte
}

const (
	// target is the file that both repositories publish.
	target = "trusted_root.json"
	// githubMirror is the repository of GitHub's instance; sigstore-go knows
	// only the public-good one.
	githubMirror = "https://tuf-repo.github.com"
	// defaultTimeout bounds the whole refresh of one instance.
	defaultTimeout = 10 * time.Second
)

// repository returns where the root of an instance is published.
func (o Options) repository(i Instance) (Repository, error) {
	repos := o.Repositories
	if repos == nil {
		repos = map[Instance]Repository{
			PublicGood: {URL: tuf.DefaultMirror, Anchor: tuf.DefaultRoot()},
			GitHub:     {URL: githubMirror, Anchor: githubTUFRoot},
		}
	}
	repo, ok := repos[i]
	if !ok {
		return repo, fmt.Errorf("no TUF repository is set for %s", describe(i))
	}
	return repo, nil
}

// refresh returns the current root of the instance of old, one of b's roots.
func refresh(ctx context.Context, old *Root, b *Set, o Options) (*Root, error) {
	data, url, err := fetch(ctx, old.Instance, target, maxRootBytes, o)
	if err != nil {
		return nil, err
	}
	r, err := parseRoot(data)
	if err != nil {
		return nil, fmt.Errorf("reading %s of %s: %w", target, url, clip(err))
	}
	if err := plausible(r, old, b); err != nil {
		return nil, fmt.Errorf("reading %s of %s: %w", target, url, err)
	}
	r.Instance, r.Source, r.Date = old.Instance, TUF, day(o.Now)
	return r, nil
}

// fetch returns what an instance publishes under a name now, of at most most
// bytes, and the address of its repository.
func fetch(ctx context.Context, i Instance, name string, most int, o Options) (data []byte, url string, err error) {
	repo, err := o.repository(i)
	if err != nil {
		return nil, "", err
	}
	timeout := o.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	data, err = download(ctx, repo, name, &fetcher{ctx: ctx, client: o.Client})
	if err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, "", fmt.Errorf("asking %s: no complete answer within %v: %w", repo.URL, timeout, clip(err))
		}
		return nil, "", fmt.Errorf("asking %s: %w", repo.URL, clip(err))
	}
	if len(data) > most {
		return nil, "", fmt.Errorf("asking %s: its %s is larger than %s", repo.URL, name, size(most))
	}
	return data, repo.URL, nil
}

// size is a limit in words.
func size(bytes int) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d KiB", bytes>>10)
}

// download runs the TUF client, all in memory.
func download(ctx context.Context, repo Repository, name string, f *fetcher) (data []byte, err error) {
	// The client dereferences what signed metadata leaves out; that must not
	// end the program.
	defer func() {
		if p := recover(); p != nil {
			data, err = nil, fmt.Errorf("reading the TUF metadata: the client gave up: %v", p)
		}
	}()
	c, err := tuf.New(&tuf.Options{
		Root:              repo.Anchor,
		RepositoryBaseURL: repo.URL,
		DisableLocalCache: true,
		// Even without a cache the client looks for one. Below a file that is
		// no directory it finds none; a relative or empty path would have it
		// read what lies in the working directory.
		CachePath: filepath.Join(os.DevNull, "no-cache"),
		Fetcher:   f,
		Context:   ctx,
	})
	if err != nil {
		text := strings.TrimPrefix(err.Error(), "failed to load metadata: ")
		return nil, clipped{err, strings.TrimPrefix(text, "tuf refresh failed: ")}
	}
	return c.GetTarget(name)
}

// plausible refuses a root that lost a whole kind of evidence which the
// built-in one has, as verifying by it would ask for less, and one that claims
// an authority of another instance. Both are rightly signed, so this is no
// attack from outside; but no change of ours has considered it.
func plausible(r, old *Root, b *Set) error {
	for _, kind := range []struct {
		name     string
		was, now bool
	}{
		{"certificate transparency log", old.HasCT, r.HasCT},
		{"transparency log", old.HasTlog, r.HasTlog},
		{"timestamp authority", old.HasTSA, r.HasTSA},
	} {
		if kind.was && !kind.now {
			return fmt.Errorf("it names no %s any more, though the built-in root of %s does", kind.name, old.Date.Format(time.DateOnly))
		}
	}
	for _, other := range b.Roots {
		if other.Instance == old.Instance {
			continue
		}
		if c := shared(other, r); c != nil {
			return fmt.Errorf("it holds the certificate authority %q of %s", c.Subject, describe(other.Instance))
		}
	}
	return nil
}
