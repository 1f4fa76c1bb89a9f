// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/httpx"
	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// StatusQuarantined is the project status (PEP 792) under which the index
// lists no files.
const StatusQuarantined = "quarantined"

// Project is a project's page in the Simple API.
type Project struct {
	// Name is as the index writes it.
	Name string
	// APIVersion is "1.N".
	APIVersion string
	// Status is "active" (also where the index says nothing), "archived",
	// "quarantined", "deprecated", or another word of the index.
	Status       string
	StatusReason string
	// LastSerial counts the index's changes; 0 where it is not said.
	LastSerial int64
	// Files are in the index's order. A quarantined project has none.
	Files []File
}

// File is one file as the index lists it.
type File struct {
	// Filename is one path component without control characters.
	Filename string
	// URL is where the file is, as written: it may be relative to the page and
	// is usually of another host.
	URL string
	// SHA256 is 64 lower-case hex digits, or empty where the index gives none.
	SHA256 string
	// Size is in bytes, -1 where the index gives none.
	Size int64
	// UploadTime is UTC, zero where the index gives none.
	UploadTime time.Time
	// Yanked files are only for those who ask for them by version; the reason
	// may be empty.
	Yanked       bool
	YankedReason string
	// Provenance is the address of the file's provenance object, as written,
	// or empty: no attestation was uploaded with the file.
	Provenance string
}

const mediaSimple = "application/vnd.pypi.simple.v1+json"

// Project reads a project's page. The name need not be normalised.
//
// Errors: [ErrNotFound], [ErrNotAcceptable], or those of [httpx.Client.Do].
func (c *Client) Project(ctx context.Context, name string) (Project, error) {
	normal, err := normalise(name)
	if err != nil {
		return Project{}, err
	}
	var p Project
	_, err = c.http.Do(ctx, httpx.Request{
		URL: c.http.URL("/simple/"+normal+"/", nil), Accept: mediaSimple, Limit: maxSimple,
		Read: c.http.JSON(func(d *httpx.Decoder) (err error) {
			if p, err = decodeProject(d); err != nil {
				return err
			}
			if got, err := normalise(p.Name); err != nil || got != normal {
				return fmt.Errorf("it is of the project %q, not %q", httpx.Clean(p.Name), normal)
			}
			return nil
		}),
	})
	if err != nil {
		return Project{}, classify(err, map[int]error{http.StatusNotFound: ErrNotFound, http.StatusNotAcceptable: ErrNotAcceptable})
	}
	return p, nil
}

// classify puts a name to statuses that have a meaning.
func classify(err error, meanings map[int]error) error {
	s := new(StatusError)
	if errors.As(err, &s) && meanings[s.Status] != nil {
		return fmt.Errorf("%w (%w)", meanings[s.Status], err)
	}
	return err
}

// decodeProject reads a page. Keys come in any order, so that the version is
// judged at the end; keys that are not known are passed over.
func decodeProject(d *httpx.Decoder) (Project, error) {
	p := Project{Status: "active"}
	files, names := false, map[string]bool{}
	err := d.Object(func(key string) (err error) {
		switch key {
		case "meta":
			return decodeMeta(d, &p)
		case "name":
			p.Name, err = d.String(false)
		case "project-status":
			return decodeStatus(d, &p)
		case "files":
			files = true
			return d.Array(func() error {
				if len(p.Files) == maxFiles {
					return &LimitError{What: "list of files", Limit: maxFiles, Unit: "files"}
				}
				f, err := decodeFile(d)
				if err != nil {
					return fmt.Errorf("file %d (%q): %w", len(p.Files)+1, httpx.Clean(f.Filename), err)
				}
				if names[f.Filename] {
					return fmt.Errorf("it lists the file %q twice", httpx.Clean(f.Filename))
				}
				names[f.Filename] = true
				p.Files = append(p.Files, f)
				return nil
			})
		default:
			return d.Skip()
		}
		return err
	})
	switch {
	case err != nil:
		return Project{}, err
	case p.APIVersion == "":
		return Project{}, errors.New(`it has no "meta" with an "api-version"; is this a Simple API in JSON?`)
	case p.Name == "" || !files:
		return Project{}, errors.New(`it has no "name" or no "files"`)
	}
	return p, nil
}

var apiVersion = lazyregexp.New(`^([0-9]{1,9})\.[0-9]{1,9}$`)

func decodeMeta(d *httpx.Decoder, p *Project) error {
	return d.Object(func(key string) error {
		switch key {
		case "api-version":
			v, err := d.String(false)
			if err != nil {
				return fmt.Errorf("api-version: %w", err)
			}
			m := apiVersion.FindStringSubmatch(v)
			if m == nil || m[1] != "1" {
				return fmt.Errorf("its api-version is %q; only 1.x is understood", httpx.Clean(v))
			}
			p.APIVersion = v
			return nil
		case "_last-serial":
			n, err := wholeNumber(d)
			p.LastSerial = max(0, n)
			return err
		}
		return d.Skip()
	})
}

func decodeStatus(d *httpx.Decoder, p *Project) error {
	err := d.Object(func(key string) (err error) {
		switch key {
		case "status":
			p.Status, err = d.String(false)
		case "reason":
			p.StatusReason, err = d.String(true)
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil && p.Status == "" {
		err = errors.New("the status is empty")
	}
	if err != nil {
		return fmt.Errorf("project-status: %w", err)
	}
	return nil
}

// decodeFile reads one entry of "files". On an error the file has what was
// read before it.
func decodeFile(d *httpx.Decoder) (File, error) {
	f := File{Size: -1}
	err := d.Object(func(key string) (err error) {
		switch key {
		case "filename":
			if f.Filename, err = d.String(false); err == nil && !fileName(f.Filename) {
				err = errors.New("it is not the name of a file")
			}
		case "url":
			f.URL, err = address(d)
		case "provenance":
			f.Provenance, err = address(d)
		case "hashes":
			err = decodeHashes(d, &f)
		case "size":
			f.Size, err = wholeNumber(d)
		case "upload-time":
			f.UploadTime, err = moment(d)
		case "yanked":
			err = decodeYanked(d, &f)
		default:
			return d.Skip()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
	if err == nil && (f.Filename == "" || f.URL == "") {
		err = errors.New("it has no filename or no url")
	}
	return f, err
}

// address is a URL or nothing; null means nothing.
func address(d *httpx.Decoder) (string, error) {
	s, err := d.String(true)
	if err == nil && (len(s) > 8192 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })) {
		return "", errors.New("it is not a URL")
	}
	return s, err
}

func decodeHashes(d *httpx.Decoder, f *File) error {
	return d.Object(func(key string) (err error) {
		if key != "sha256" {
			return d.Skip()
		}
		if f.SHA256, err = d.String(false); err != nil {
			return err
		}
		if len(f.SHA256) != 64 || strings.Trim(f.SHA256, "0123456789abcdef") != "" {
			f.SHA256 = ""
			return errors.New("the sha256 is not 64 lower-case hex digits")
		}
		return nil
	})
}

// wholeNumber is a number of 0 or more, -1 for null.
func wholeNumber(d *httpx.Decoder) (int64, error) {
	raw, err := d.Raw()
	if err != nil || string(raw) == "null" {
		return -1, err
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n < 0 {
		return -1, errors.New("it is not a whole number of 0 or more")
	}
	return n, nil
}

func moment(d *httpx.Decoder) (time.Time, error) {
	s, err := d.String(true)
	if err != nil || s == "" {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, errors.New("it is not an ISO 8601 time in UTC")
	}
	return t.UTC(), nil
}

// decodeYanked reads PEP 691's "boolean or reason"; an empty reason is no
// reason and means not yanked.
func decodeYanked(d *httpx.Decoder, f *File) error {
	raw, err := d.Raw()
	if err != nil {
		return err
	}
	switch string(raw) {
	case "true":
		f.Yanked = true
		return nil
	case "false", "null":
		return nil
	}
	if raw[0] != '"' {
		return errors.New("it is neither true, false nor a reason")
	}
	if err := json.Unmarshal(raw, &f.YankedReason); err != nil {
		return err
	}
	f.Yanked = f.YankedReason != ""
	return nil
}
