// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Edit replaces or adds one value in a JSON document: a statement, an
// attestation, a provenance object. The place is a JSON pointer (RFC 6901)
// such as /predicate/runDetails/builder/id; "-" as its last part appends to an
// array. All but the last part must exist. Numbers keep their digits; keys come
// out sorted.
func Edit(document []byte, pointer string, value any) ([]byte, error) {
	out, err := edit(document, pointer, func(parent any, last string) (any, error) {
		switch p := parent.(type) {
		case map[string]any:
			p[last] = value
			return p, nil
		case []any:
			if last == "-" {
				return append(p, value), nil
			}
			n, err := index(last, len(p))
			if err != nil {
				return nil, err
			}
			p[n] = value
			return p, nil
		}
		return nil, fmt.Errorf("%q lies in neither an object nor an array", last)
	})
	if err != nil {
		return nil, fmt.Errorf("editing %q: %w", pointer, err)
	}
	return out, nil
}

// Remove takes one value out of a JSON document, which must have it.
func Remove(document []byte, pointer string) ([]byte, error) {
	out, err := edit(document, pointer, func(parent any, last string) (any, error) {
		switch p := parent.(type) {
		case map[string]any:
			if _, ok := p[last]; !ok {
				return nil, fmt.Errorf("there is no key %q", last)
			}
			delete(p, last)
			return p, nil
		case []any:
			n, err := index(last, len(p))
			if err != nil {
				return nil, err
			}
			return append(p[:n], p[n+1:]...), nil
		}
		return nil, fmt.Errorf("%q lies in neither an object nor an array", last)
	})
	if err != nil {
		return nil, fmt.Errorf("removing %q: %w", pointer, err)
	}
	return out, nil
}

// edit walks to the parent of the place, lets change return it changed, and
// writes the document again.
func edit(document []byte, pointer string, change func(parent any, last string) (any, error)) ([]byte, error) {
	if !strings.HasPrefix(pointer, "/") || !utf8.ValidString(pointer) {
		return nil, errors.New("the pointer is not UTF-8 that begins with /")
	}
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("reading the document: something follows the first value")
	}
	parts := strings.Split(pointer[1:], "/")
	for n := range parts {
		parts[n] = strings.NewReplacer("~1", "/", "~0", "~").Replace(parts[n])
	}
	root, err := walk(root, parts, change)
	if err != nil {
		return nil, err
	}
	return marshal(root)
}

func walk(at any, parts []string, change func(any, string) (any, error)) (any, error) {
	if len(parts) == 1 {
		return change(at, parts[0])
	}
	switch p := at.(type) {
	case map[string]any:
		child, ok := p[parts[0]]
		if !ok {
			return nil, fmt.Errorf("there is no key %q", parts[0])
		}
		child, err := walk(child, parts[1:], change)
		p[parts[0]] = child
		return p, err
	case []any:
		n, err := index(parts[0], len(p))
		if err != nil {
			return nil, err
		}
		p[n], err = walk(p[n], parts[1:], change)
		return p, err
	}
	return nil, fmt.Errorf("%q lies in neither an object nor an array", parts[0])
}

func index(part string, size int) (int, error) {
	n, err := strconv.Atoi(part)
	if err != nil || n < 0 || n >= size {
		return 0, fmt.Errorf("%q is no index of an array of %d", part, size)
	}
	return n, nil
}
