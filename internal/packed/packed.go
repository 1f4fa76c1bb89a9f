// SPDX-License-Identifier: BSD-3-Clause

// Package packed makes text shorter where there is little room for it: in the
// outputs, inputs and states of a job, which travel in environment variables.
// Linux starts no process with a variable of 128 KiB. The form is one line: the
// base64 of gzip (RFC 1952), as `gzip | base64 -w0` writes it.
//
// It trusts nothing that it reads: how much comes out is bounded, and whatever
// is not exactly one such text is an error.
package packed

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	// MaxPlain is up to which length in bytes [Handed] leaves a text as it is.
	MaxPlain = 96 << 10
	// MaxHanded is the longest text in bytes that is handed on. The name of the
	// variable comes to it, and whoever hands it on may put something before it.
	MaxHanded = 120 << 10
)

// prefix is how every packed text begins: the base64 of gzip's first three bytes.
const prefix = "H4sI"

// TooLongError is returned for what is too long also when it is packed.
type TooLongError struct {
	Size int // bytes, packed
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("it takes %d bytes also when it is compressed, and a job's output reaches the input of a step only up to %d", e.Size, MaxHanded)
}

// Handed returns what a job hands on to another: plain, or where that is longer
// than [MaxPlain], data packed. Where that is longer than [MaxHanded], the error
// is a [*TooLongError].
func Handed(plain string, data []byte) (string, error) {
	if len(plain) <= MaxPlain {
		return plain, nil
	}
	text, err := Text(data)
	if err == nil && len(text) > MaxHanded {
		return "", &TooLongError{len(text)}
	}
	return text, err
}

// Text packs data. The same data is always the same text.
func Text(data []byte) (string, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", fmt.Errorf("compressing: %w", err)
	}
	if _, err := w.Write(data); err != nil {
		return "", fmt.Errorf("compressing: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("compressing: %w", err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// Is reports whether a text can be packed. No JSON begins so, and no line of
// digests.
func Is(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), prefix) }

// Open unpacks a text, of which white space around it is no part, to at most
// limit bytes.
func Open(text string, limit int) ([]byte, error) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "\r\n") { // which the decoder would pass over
		return nil, errors.New("unpacking: it has more than one line")
	}
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, errors.New("unpacking: it is not base64; see that it was handed on whole")
	}
	in := bytes.NewReader(data)
	r, err := gzip.NewReader(in)
	if err != nil {
		return nil, errors.New("unpacking: it is not compressed with gzip")
	}
	r.Multistream(false)
	out, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	switch {
	case err != nil:
		return nil, errors.New("unpacking: the compressed data is damaged; see that it was handed on whole")
	case len(out) > limit:
		return nil, fmt.Errorf("unpacking: it has more than %d bytes", limit)
	case in.Len() > 0:
		return nil, fmt.Errorf("unpacking: %d bytes follow the compressed data", in.Len())
	}
	return out, nil
}
