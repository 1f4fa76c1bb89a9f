// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// MaxSize is the largest policy file that is read, in bytes.
const MaxSize = 256 << 10

// maxDepth is the deepest nesting that is read; the schema needs five levels.
const maxDepth = 16

// File is a policy file that was read: one publisher or several.
type File struct {
	Path   string
	SHA256 string // lower-case hex of the file's bytes
	// Policies holds at least one entry. Each carries the keys that several
	// publishers share. Use [File.Choose] to judge one release.
	Policies []*Policy
	// Several says that the file lists its policies under "publishers".
	Several bool
}

// Parse reads a policy file. The path is for messages and the report only.
// The error is an [*Error] that holds every problem of the file.
func Parse(data []byte, path string) (*File, error) {
	if len(data) > MaxSize {
		return nil, oneError(path, 0, "the file has %d bytes, more than the %d that a policy may have", len(data), MaxSize)
	}
	p := &problems{source: path}
	if checkText(p, data); len(p.list) > 0 {
		return nil, p.err()
	}
	doc, err := document(data, path)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	f := &File{Path: path, SHA256: hex.EncodeToString(sum[:])}
	r := &reader{problems: p}
	if r.plain(doc, 1) {
		r.file(f, doc)
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return f, nil
}

// ReadFile reads the policy file at path. A file that is missing or cannot be
// read is an [*Error] too, as whoever calls this was told that it is there.
func ReadFile(path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, oneError(path, 0, "%s; name the policy file with --policy", reason(err))
	}
	if !info.Mode().IsRegular() {
		return nil, oneError(path, 0, "this is not a regular file; name the policy file with --policy")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, oneError(path, 0, "%s", reason(err))
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return nil, oneError(path, 0, "%s", reason(err))
	}
	if len(data) > MaxSize {
		return nil, oneError(path, 0, "the file has more than the %d bytes that a policy may have", MaxSize)
	}
	return Parse(data, path)
}

// reason strips the operation and path that os puts before an error, as the
// message names the path already.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// document returns the one mapping that data holds.
func document(data []byte, path string) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, emptyFile(path)
	} else if err != nil {
		return nil, syntaxError(data, path, err)
	}
	// The library stops after the first document without a word: what follows
	// would be a policy that nobody applies.
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		return nil, oneError(path, second.Line, "a second YAML document begins here; a policy is one document, so remove the \"---\" and what follows")
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxError(data, path, err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, oneError(path, 0, "the file holds no YAML document")
	}
	root := doc.Content[0]
	if isNull(root) {
		return nil, emptyFile(path)
	}
	if root.Kind != yaml.MappingNode {
		return nil, oneError(path, root.Line, "the file holds %s; a policy is a mapping such as \"publisher:\" with keys below it", kindName(root))
	}
	return root, nil
}

func emptyFile(path string) error {
	return oneError(path, 0, "the file is empty; write at least \"publisher:\" with its repository and workflow, or remove the file")
}

var unknownAnchor = lazyregexp.New(`unknown anchor '([^']*)'`)

// syntaxError puts the library's error into our form.
func syntaxError(data []byte, path string, err error) error {
	var pe *yaml.ParserError
	if errors.As(err, &pe) {
		// The library counts from 0 for some errors and leaves out line 0.
		return oneError(path, max(pe.Line, 1), "this is not YAML (%s); check the indentation, and quote values that hold \": \" or begin with a special character", pe.Message)
	}
	if m := unknownAnchor.FindStringSubmatch(err.Error()); m != nil {
		before, _, _ := bytes.Cut(data, []byte("*"+m[1]))
		return oneError(path, 1+bytes.Count(before, []byte("\n")), "the alias *%s is not allowed in a policy; write the value out (in quotes, where a value begins with *)", m[1])
	}
	return oneError(path, 0, "this is not YAML (%s)", strings.TrimPrefix(err.Error(), "yaml: "))
}
