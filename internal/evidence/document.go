// SPDX-License-Identifier: BSD-3-Clause

package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/pypi"
	"github.com/scientific-python/sallyport/internal/strictjson"
)

// Limits of attestation files. Real bundles are 5 to 20 KiB; the largest that
// GitHub's action writes (1,024 subjects) is below half a megabyte.
const (
	MaxDocument = 4 << 20  // one JSON document
	MaxFile     = 16 << 20 // one file of JSON Lines
	maxLines    = 4_000    // more real bundles do not fit into a file
)

// ErrNotEvidence is returned by [Split] for content that is no attestation of
// any kind: not JSON, or JSON without the keys of one.
var ErrNotEvidence = errors.New("not an attestation")

// Split takes the content of one file apart into attestation documents, by
// content and not by name: one PEP 740 attestation, one PEP 740 provenance
// object (several attestations), one Sigstore bundle, or JSON Lines of
// bundles. A document that is recognised but unusable is returned with its
// Problem, so that none is ever skipped; content that is nothing of the kind
// is [ErrNotEvidence].
func Split(data []byte, source string, origin Origin) ([]Document, error) {
	base := Document{Source: source, Origin: origin}
	if len(data) > MaxFile {
		return []Document{base.fail(tooLarge(len(data), MaxFile))}, nil
	}
	trimmed := bytes.Trim(data, " \t\r\n")
	if len(trimmed) == 0 {
		return []Document{base.fail(&Problem{Malformed, "reading the attestation: the file is empty", "make the attestation again, or remove the file"})}, nil
	}
	if trimmed[0] != '{' {
		return nil, ErrNotEvidence
	}
	if len(data) <= MaxDocument {
		err := strictjson.Check(data, strictjson.Default)
		if err == nil {
			return base.split(data)
		}
		if !looksLikeLines(trimmed) {
			return []Document{base.fail(malformed(err))}, nil
		}
	} else if !looksLikeLines(trimmed) {
		return []Document{base.fail(tooLarge(len(data), MaxDocument))}, nil
	}
	return base.lines(data), nil
}

// looksLikeLines reports whether the first line is a whole object and more
// follows: JSON Lines rather than one document over several lines.
func looksLikeLines(trimmed []byte) bool {
	first, rest, found := bytes.Cut(trimmed, []byte("\n"))
	first = bytes.Trim(first, " \t\r")
	return found && len(bytes.Trim(rest, " \t\r\n")) > 0 && len(first) > 2 && first[len(first)-1] == '}'
}

func (d Document) fail(p *Problem) Document {
	d.Problem = p
	return d
}

func malformed(err error) *Problem {
	return &Problem{Malformed, err.Error(), "make the attestation again, or remove the file; an attestation is never edited by hand"}
}

func tooLarge(size, limit int) *Problem {
	return &Problem{Malformed, fmt.Sprintf("reading the attestation: %d bytes are more than the limit of %d", size, limit),
		"attestations are a few kilobytes; remove the file if it is something else"}
}

// lines reads JSON Lines (a final newline may be there or not). A line that is
// no bundle is a document with a problem.
func (d Document) lines(data []byte) []Document {
	var docs []Document
	data = bytes.TrimSuffix(bytes.TrimRight(data, " \t\r\n"), []byte("\r"))
	n := 0
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		n++
		at := d
		at.Line = n
		if n > maxLines {
			return append(docs, at.fail(&Problem{Malformed, fmt.Sprintf("reading JSON Lines: more than the limit of %d lines", maxLines), "split the file"}))
		}
		line = bytes.Trim(line, " \t\r")
		if len(line) == 0 {
			docs = append(docs, at.fail(&Problem{Malformed, fmt.Sprintf("reading line %d: the line is empty", n), "remove the empty line"}))
			continue
		}
		if err := strictjson.Check(line, strictjson.Default); err != nil {
			docs = append(docs, at.fail(&Problem{Malformed, fmt.Sprintf("reading line %d: %v", n, err), "each line of a JSON Lines file is one whole bundle"}))
			continue
		}
		sub, err := at.split(line)
		if err != nil {
			docs = append(docs, at.fail(&Problem{Malformed, fmt.Sprintf("reading line %d: the line is JSON, but no attestation", n), "each line of a JSON Lines file is one whole bundle"}))
			continue
		}
		docs = append(docs, sub...)
	}
	return docs
}

// split tells the formats apart by their keys. data has passed the check.
func (d Document) split(data []byte) ([]Document, error) {
	keys, err := strictjson.Object(data)
	if err != nil {
		return nil, ErrNotEvidence
	}
	has := func(k string) bool { _, ok := keys[k]; return ok }
	switch {
	case has("attestation_bundles"):
		return d.provenance(data), nil
	case has("verification_material") && !has("mediaType"), has("envelope") && has("version"):
		d.Form, d.Raw, d.checked = PEP740, data, true
		return []Document{d}, nil
	case has("mediaType") && (has("verificationMaterial") || has("dsseEnvelope") || has("messageSignature") || isBundleType(keys["mediaType"])),
		has("verificationMaterial"), has("dsseEnvelope"), has("verification_material"):
		d.Form, d.Raw, d.checked = Bundle, data, true
		return []Document{d}, nil
	case has("payload") && has("payloadType"), has("payload") && has("signatures"):
		return []Document{d.fail(&Problem{Unsupported,
			"reading the attestation: this is a bare DSSE envelope, without the certificate and the log entry that would say who signed it and when",
			"use the Sigstore bundle of the same attestation (slsa-github-generator writes bundles since v2.1.0; with GitHub's attestations, gh attestation download)"})}, nil
	case has("base64Signature"), has("SignedEntryTimestamp"):
		return []Document{d.fail(&Problem{Unsupported,
			"reading the attestation: this is the old bundle format of cosign, which is not supported",
			"sign with a Sigstore bundle (cosign --new-bundle-format)"})}, nil
	}
	return nil, ErrNotEvidence
}

func isBundleType(raw []byte) bool {
	s, err := strictjson.String(raw)
	return err == nil && strings.HasPrefix(s, "application/vnd.dev.sigstore.bundle")
}

func (d Document) provenance(data []byte) []Document {
	p, err := pypi.ParseProvenance(data)
	if err != nil {
		return []Document{d.fail(malformed(err))}
	}
	var docs []Document
	for _, b := range p.Bundles {
		publisher := b.Publisher
		for _, raw := range b.Attestations {
			at := d
			at.Form, at.Raw, at.Publisher, at.checked = PEP740, raw, &publisher, true
			docs = append(docs, at)
		}
	}
	if len(docs) == 0 {
		return []Document{d.fail(&Problem{Malformed, "reading the provenance object: it holds no attestation", "remove the file, or fetch it again"})}
	}
	return docs
}
