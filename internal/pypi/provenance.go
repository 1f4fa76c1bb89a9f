// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// Publisher kinds with known fields. Others are kept by name only.
const (
	KindGitHub = "GitHub"
	KindGitLab = "GitLab"
	KindGoogle = "Google"
)

// Provenance is a provenance object (PEP 740, version 1).
type Provenance struct {
	Bundles []AttestationBundle
}

// AttestationBundle is the attestations that one publisher uploaded with a
// file.
type AttestationBundle struct {
	Publisher Publisher
	// Attestations are PEP 740 attestation objects, one JSON object each, as
	// they stand. Nothing in them is verified.
	Attestations []json.RawMessage
}

// Publisher is a trusted publisher as the index names it: the index's word,
// signed by nobody.
type Publisher struct {
	// Kind is "GitHub", "GitLab", "Google", or a kind unknown here, of which
	// the other fields are empty.
	Kind string
	// Repository is OWNER/NAME (GitHub) or a path of groups and project
	// (GitLab).
	Repository string
	// Workflow is the file's name in .github/workflows (GitHub), or the path
	// of the pipeline's file (GitLab's workflow_filepath).
	Workflow string
	// Environment is empty where the publisher is registered without one.
	Environment string
	// Email is the service account's (Google).
	Email string
}

// ParseProvenance reads a provenance object. Equal keys, keys that differ from
// the specification's in case, invalid UTF-8, nesting over 64 levels and more
// than 8 MiB are errors; unknown keys are passed over.
func ParseProvenance(data []byte) (Provenance, error) {
	p, err := parseProvenance(data)
	if err != nil {
		return Provenance{}, fmt.Errorf("reading a provenance object: %w", err)
	}
	return p, nil
}

func parseProvenance(data []byte) (Provenance, error) {
	var p Provenance
	limits := strictjson.Limits{Bytes: maxProvenance, Depth: 64, Members: 1 << 12}
	if err := strictjson.Check(data, limits); err != nil {
		return p, err
	}
	top, err := strictjson.Object(data, "version", "attestation_bundles")
	if err != nil {
		return p, err
	}
	if v := string(top["version"]); v != "1" {
		if v == "" {
			v = "nothing"
		}
		return p, fmt.Errorf("its version is %q; only 1 is understood", clip(v))
	}
	bundles, err := strictjson.Array(top["attestation_bundles"])
	if err != nil {
		return p, fmt.Errorf("attestation_bundles: %w", err)
	}
	if len(bundles) == 0 {
		return p, errors.New("attestation_bundles: it is empty; the specification wants at least one")
	}
	for i, raw := range bundles {
		b, err := parseBundle(raw)
		if err != nil {
			return p, fmt.Errorf("attestation_bundles[%d]: %w", i, err)
		}
		p.Bundles = append(p.Bundles, b)
	}
	return p, nil
}

func parseBundle(raw []byte) (AttestationBundle, error) {
	var b AttestationBundle
	m, err := strictjson.Object(raw, "publisher", "attestations")
	if err != nil {
		return b, err
	}
	if b.Publisher, err = parsePublisher(m["publisher"]); err != nil {
		return b, fmt.Errorf("publisher: %w", err)
	}
	if b.Attestations, err = strictjson.Array(m["attestations"]); err != nil {
		return b, fmt.Errorf("attestations: %w", err)
	}
	if len(b.Attestations) == 0 {
		return b, errors.New("attestations: it is empty; the specification wants at least one")
	}
	for i, a := range b.Attestations {
		if _, err := strictjson.Object(a); err != nil {
			return b, fmt.Errorf("attestations[%d]: %w", i, err)
		}
	}
	return b, nil
}

// parsePublisher reads the fields of known kinds. Old objects have
// "claims": null and "environment": "" where new ones have "environment": null.
func parsePublisher(raw []byte) (Publisher, error) {
	var p Publisher
	m, err := strictjson.Object(raw, "kind", "repository", "workflow", "workflow_filepath", "environment", "email", "claims")
	if err != nil {
		return p, err
	}
	if p.Kind, err = field(m, "kind", true); err != nil {
		return p, err
	}
	read := func(to *string, key string, required bool) {
		if err == nil {
			*to, err = field(m, key, required)
		}
	}
	switch p.Kind {
	case KindGitHub:
		read(&p.Repository, "repository", true)
		read(&p.Workflow, "workflow", true)
		read(&p.Environment, "environment", false)
	case KindGitLab:
		read(&p.Repository, "repository", true)
		read(&p.Workflow, "workflow_filepath", true)
		read(&p.Environment, "environment", false)
	case KindGoogle:
		read(&p.Email, "email", true)
	}
	return p, err
}

// field is one string of a publisher; absent, null and empty are the same.
func field(m map[string]json.RawMessage, key string, required bool) (string, error) {
	s := ""
	if !strictjson.IsNull(m[key]) {
		var err error
		if s, err = strictjson.String(m[key]); err != nil {
			return "", fmt.Errorf("%s: %w", key, err)
		}
	}
	switch {
	case s == "" && required:
		return "", fmt.Errorf("%s: it is missing or empty", key)
	case len(s) > 1024:
		return "", fmt.Errorf("%s: it is over the limit of 1024 bytes", key)
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }):
		return "", fmt.Errorf("%s: %q has a control character or an unpaired surrogate", key, s)
	}
	return s, nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
