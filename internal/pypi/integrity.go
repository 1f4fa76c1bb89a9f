// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/scientific-python/sallyport/internal/httpx"
)

const mediaIntegrity = "application/vnd.pypi.integrity.v1+json"

// Provenance reads the provenance object of a file, for [ParseProvenance].
//
// Errors: [ErrNoProvenance] (also where the index has no such file),
// [ErrDisabled], [ErrNotAcceptable], or those of [httpx.Client.Do].
func (c *Client) Provenance(ctx context.Context, project, version, filename string) ([]byte, error) {
	normal, err := normalise(project)
	if err != nil {
		return nil, err
	}
	if !versionText.MatchString(version) {
		return nil, fmt.Errorf("asking the index: %q is not a version", version)
	}
	if !fileName(filename) {
		return nil, fmt.Errorf("asking the index: %q is not the name of a file", filename)
	}
	return c.provenance(ctx, c.http.URL("/integrity/"+normal+"/"+url.PathEscape(version)+"/"+url.PathEscape(filename)+"/provenance", nil))
}

// ProvenanceAt is Provenance by the address in [File].Provenance, which must
// be of the index's own host.
func (c *Client) ProvenanceAt(ctx context.Context, address string) ([]byte, error) {
	if address == "" {
		return nil, fmt.Errorf("asking the index: %w", ErrNoProvenance)
	}
	resolved, err := c.http.Resolve(address)
	if err != nil {
		return nil, fmt.Errorf("asking the index for provenance: %w", err)
	}
	return c.provenance(ctx, resolved)
}

func (c *Client) provenance(ctx context.Context, address string) ([]byte, error) {
	resp, err := c.http.Do(ctx, httpx.Request{URL: address, Accept: mediaIntegrity, Limit: maxProvenance})
	if err != nil {
		return nil, classify(err, map[int]error{
			http.StatusNotFound:      ErrNoProvenance,
			http.StatusForbidden:     ErrDisabled,
			http.StatusNotAcceptable: ErrNotAcceptable,
		})
	}
	return resp.Body, nil
}

// RegisteredPublisher is the publisher named by the newest upload of the
// project that has provenance, and that file's name. Yanked files are passed
// over, and no more than 20 files are looked at.
//
// The index names the publisher that uploaded that file; the one registered
// today may be another. Errors: [ErrNoProvenance], [ErrNotFound],
// [ErrQuarantined], and those of Project and Provenance.
func (c *Client) RegisteredPublisher(ctx context.Context, project string) (Publisher, string, error) {
	p, err := c.Project(ctx, project)
	if err != nil {
		return Publisher{}, "", err
	}
	if p.Status == StatusQuarantined {
		return Publisher{}, "", fmt.Errorf("asking the index for the publisher of %q: %w", project, ErrQuarantined)
	}
	looked := 0
	for _, f := range newestFirst(p.Files) {
		if looked++; looked > maxLooked {
			break
		}
		data, err := c.ProvenanceAt(ctx, f.Provenance)
		if errors.Is(err, ErrNoProvenance) {
			continue // the page is older than the removal
		}
		if err != nil {
			return Publisher{}, "", err
		}
		who, err := onePublisher(data)
		if err != nil {
			return Publisher{}, "", fmt.Errorf("asking the index for the publisher of %q, by %q: %w", project, f.Filename, err)
		}
		return who, f.Filename, nil
	}
	return Publisher{}, "", fmt.Errorf("asking the index for the publisher of %q: %w", project, ErrNoProvenance)
}

// newestFirst is the files with provenance that are not yanked; those without
// an upload time come last, equal times by name.
func newestFirst(files []File) []File {
	files = slices.DeleteFunc(slices.Clone(files), func(f File) bool { return f.Provenance == "" || f.Yanked })
	slices.SortFunc(files, func(a, b File) int {
		if n := b.UploadTime.Compare(a.UploadTime); n != 0 {
			return n
		}
		if a.Filename < b.Filename {
			return -1
		}
		return 1
	})
	return files
}

// onePublisher is the publisher of all bundles of one file.
func onePublisher(data []byte) (Publisher, error) {
	p, err := ParseProvenance(data)
	if err != nil {
		return Publisher{}, err
	}
	for _, b := range p.Bundles[1:] {
		if b.Publisher != p.Bundles[0].Publisher {
			return Publisher{}, errors.New("its provenance names several publishers; name the publisher in the policy")
		}
	}
	return p.Bundles[0].Publisher, nil
}
