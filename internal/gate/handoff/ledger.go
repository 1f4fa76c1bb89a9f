// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/packed"
	"github.com/scientific-python/sallyport/internal/strictjson"
)

// Ledger is the set of files that was verified: it travels from the verifying
// job to the uploading one, outside of the artifact.
type Ledger struct {
	Project, Version, Commit, Run string
	Dists                         []LedgerDist
}

// LedgerDist is one file of a ledger; Size is in bytes.
type LedgerDist struct {
	Name   string
	Digest dist.Digest
	Size   int64
}

// MaxLedger is the largest ledger that is read, in bytes.
const MaxLedger = 1 << 20

// ParseLedger reads a ledger (docs/schemas/ledger.schema.json), as it stands or
// as [Ledger.Handed] packs it. Unknown, missing, double and empty values are
// errors: a ledger that says less than it should would let more pass than it
// should.
func ParseLedger(data []byte) (*Ledger, error) {
	l, err := parseLedger(data)
	if err != nil {
		return nil, fmt.Errorf("reading the ledger: %w; pass the output ledger of the gate, as it is", err)
	}
	return l, nil
}

func parseLedger(data []byte) (*Ledger, error) {
	if text := string(data); len(text) <= MaxLedger && packed.Is(text) {
		var err error
		if data, err = packed.Open(text, MaxLedger); err != nil {
			return nil, err
		}
	}
	if err := strictjson.Check(data, strictjson.Limits{Bytes: MaxLedger, Depth: 8, Members: 4096}); err != nil {
		return nil, err
	}
	top, err := exactly(data, "schema_version", "project", "version", "commit", "run", "dists")
	if err != nil {
		return nil, err
	}
	if v := strings.TrimSpace(string(top["schema_version"])); v != "1" {
		return nil, fmt.Errorf("schema_version is %q, expecting 1", v)
	}
	l := &Ledger{}
	for key, at := range map[string]*string{"project": &l.Project, "version": &l.Version, "commit": &l.Commit, "run": &l.Run} {
		if *at, err = strictjson.String(top[key]); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		if *at == "" {
			return nil, fmt.Errorf("%s is empty", key)
		}
	}
	list, err := strictjson.Array(top["dists"])
	if err != nil {
		return nil, fmt.Errorf("dists: %w", err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("dists is empty: a ledger of nothing vouches for nothing")
	}
	seen := map[string]bool{}
	for i, raw := range list {
		d, err := parseLedgerDist(raw)
		if err == nil && seen[d.Name] {
			err = fmt.Errorf("the name %q is given twice", d.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("dists[%d]: %w", i, err)
		}
		seen[d.Name] = true
		l.Dists = append(l.Dists, d)
	}
	return l, nil
}

func parseLedgerDist(raw []byte) (d LedgerDist, err error) {
	m, err := exactly(raw, "name", "sha256", "size")
	if err != nil {
		return d, err
	}
	if d.Name, err = strictjson.String(m["name"]); err != nil {
		return d, fmt.Errorf("name: %w", err)
	}
	if _, err = dist.ParseName(d.Name); err != nil {
		return d, err
	}
	digest, err := strictjson.String(m["sha256"])
	if err != nil {
		return d, fmt.Errorf("sha256: %w", err)
	}
	if d.Digest, err = dist.ParseDigest(digest); err != nil {
		return d, err
	}
	if d.Size, err = strconv.ParseInt(strings.TrimSpace(string(m["size"])), 10, 64); err != nil || d.Size < 0 {
		return d, fmt.Errorf("size is not a number of bytes: %q", m["size"])
	}
	return d, nil
}

// exactly reads an object that has all of these keys and no other.
func exactly(raw []byte, keys ...string) (map[string]json.RawMessage, error) {
	m, err := strictjson.Object(raw, keys...)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if _, ok := m[k]; !ok {
			return nil, fmt.Errorf("the key %q is missing", k)
		}
	}
	for k := range m {
		known := false
		for _, want := range keys {
			known = known || k == want
		}
		if !known {
			return nil, fmt.Errorf("the key %q is unknown", k)
		}
	}
	return m, nil
}
