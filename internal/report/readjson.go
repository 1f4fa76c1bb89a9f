// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

// Limits of [ReadJSON].
const (
	maxJSONBytes = 64 << 20 // of a whole report
	maxJSONDepth = 16       // of nested arrays and objects; ours has 6
)

// ReadJSON reads one report that [JSON] wrote, at most 64 MiB of it.
//
// It is strict: every field of this schema version is there exactly once, by
// its exact name and type (those added later may be missing), nothing else is,
// and nothing follows. The verdict
// must not be better than the findings and unchecked items allow, so that an
// edited or cut report is never joined to others as a pass.
func ReadJSON(r io.Reader) (*Report, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxJSONBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading a report: %w", err)
	}
	if len(data) > maxJSONBytes {
		return nil, fmt.Errorf("reading a report: larger than %d MiB", maxJSONBytes>>20)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := checkValue(dec, reflect.TypeFor[Report](), "report", 0); err != nil {
		return nil, fmt.Errorf("reading a report: %w; was it written by another version of sallyport?", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading a report: more text follows the report; give one report a file")
	}
	var out Report
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("reading a report: %w", err)
	}
	if err := out.check(); err != nil {
		return nil, fmt.Errorf("reading a report: %w", err)
	}
	return &out, nil
}

// checkValue reads the next value of dec and checks that it has exactly the
// shape of t. where names the value in errors.
func checkValue(dec *json.Decoder, t reflect.Type, where string, depth int) error {
	if depth > maxJSONDepth {
		return fmt.Errorf("%s: nested deeper than %d", where, maxJSONDepth)
	}
	tok, err := dec.Token()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: the text ends early", where)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	ok := false
	switch t.Kind() {
	case reflect.Struct:
		if tok == json.Delim('{') {
			return checkObject(dec, t, where, depth)
		}
	case reflect.Slice:
		if tok == json.Delim('[') {
			return checkArray(dec, t, where, depth)
		}
	case reflect.String:
		_, ok = tok.(string)
	case reflect.Bool:
		_, ok = tok.(bool)
	case reflect.Int, reflect.Int64:
		var n json.Number
		if n, ok = tok.(json.Number); ok {
			_, err := n.Int64()
			ok = err == nil
		}
	}
	if !ok {
		return fmt.Errorf("%s: not of the type that the schema says", where)
	}
	return nil
}

// checkObject reads the members of an object and checks that they are exactly
// the fields of t, each once; one tagged report:"optional", which the first
// reports of this schema version did not have, may be missing.
func checkObject(dec *json.Decoder, t reflect.Type, where string, depth int) error {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		fields[jsonKey(t.Field(i))] = t.Field(i).Type
	}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		key, _ := tok.(string)
		field, known := fields[key]
		if !known {
			return fmt.Errorf("%s: unknown or repeated key %q", where, key)
		}
		delete(fields, key)
		if err := checkValue(dec, field, where+"."+key, depth+1); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("%s: the text ends early", where)
	}
	for i := range t.NumField() { // in the order of the schema, for a stable message
		f := t.Field(i)
		if key := jsonKey(f); fields[key] != nil && f.Tag.Get("report") != "optional" {
			return fmt.Errorf("%s: key %q is missing", where, key)
		}
	}
	return nil
}

// jsonKey is the key of a field, without what its tag says beside it.
func jsonKey(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return key
}

// checkArray reads the elements of an array and checks each.
func checkArray(dec *json.Decoder, t reflect.Type, where string, depth int) error {
	for i := 0; dec.More(); i++ {
		if err := checkValue(dec, t.Elem(), fmt.Sprintf("%s[%d]", where, i), depth+1); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("%s: the text ends early", where)
	}
	return nil
}

// check holds a report that was read against what its words may be.
func (r *Report) check() error {
	if r.SchemaVersion != SchemaVersion {
		return fmt.Errorf("schema_version is %d, this program reads %d", r.SchemaVersion, SchemaVersion)
	}
	if r.Tool.Name != "sallyport" {
		return fmt.Errorf("tool.name is %q, not \"sallyport\"", clip(r.Tool.Name, 80))
	}
	for i, f := range r.Findings {
		if !slices.Contains([]finding.Severity{finding.Error, finding.Warning, finding.Note}, f.Severity) {
			return fmt.Errorf("findings[%d]: unknown severity %q", i, clip(string(f.Severity), 80))
		}
		if strings.TrimSpace(f.Rule) == "" {
			return fmt.Errorf("findings[%d]: the rule is empty", i)
		}
	}
	for i, g := range r.Gates {
		if !slices.Contains([]Verdict{Pass, Fail, Undecided, NotRun}, g.Status) {
			return fmt.Errorf("gates[%d]: unknown status %q", i, clip(string(g.Status), 80))
		}
	}
	return r.checkVerdict()
}

// checkVerdict refuses a verdict that is better than the report's content.
func (r *Report) checkVerdict() error {
	errs := slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == finding.Error })
	open := slices.ContainsFunc(r.Unchecked, func(u Unchecked) bool { return u.Blocking })
	for _, g := range r.Gates {
		errs = errs || g.Status == Fail
		open = open || g.Status == Undecided
	}
	switch r.Verdict {
	case Fail:
		return nil
	case Undecided:
		if errs {
			return errors.New("the verdict is \"undecided\" although something failed")
		}
	case Pass:
		if errs || open {
			return errors.New("the verdict is \"pass\" although something failed or is undecided")
		}
	default:
		return fmt.Errorf("unknown verdict %q", clip(string(r.Verdict), 80))
	}
	return nil
}
