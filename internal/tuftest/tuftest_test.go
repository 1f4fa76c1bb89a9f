// SPDX-License-Identifier: BSD-3-Clause

package tuftest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"

	"github.com/scientific-python/sallyport/internal/tuftest"
)

const name = "trusted_root.json"

var content = []byte(strings.Repeat(`{"a": 1}`, 100))

// get reads the target as a client that is anchored in the repository's root
// and has no cache.
func get(r *tuftest.Repo) ([]byte, error) {
	cfg, err := config.New(r.URL(), r.RootJSON())
	if err != nil {
		return nil, err
	}
	cfg.DisableLocalCache = true
	cfg.LocalMetadataDir = os.DevNull + "/none"
	up, err := updater.New(cfg)
	if err != nil {
		return nil, err
	}
	if err := up.Refresh(); err != nil {
		return nil, err
	}
	info, err := up.GetTargetInfo(name)
	if err != nil {
		return nil, err
	}
	_, data, err := up.DownloadTarget(info, "", "")
	return data, err
}

func TestServes(t *testing.T) {
	for label, opts := range map[string][]tuftest.Option{
		"plain":   nil,
		"rotated": {tuftest.Rotated()},
	} {
		t.Run(label, func(t *testing.T) {
			r := tuftest.New(t, map[string][]byte{name: content}, opts...)
			got, err := get(r)
			if err != nil || !bytes.Equal(got, content) {
				t.Fatalf("got %d bytes, %v; want the target", len(got), err)
			}
			if asked := r.Requests(); asked[0] != "2.root.json" {
				t.Errorf("the first request is %q, want 2.root.json", asked[0])
			}
		})
	}
}

// Each deviation is refused by the reference client, and for its own reason.
func TestDeviations(t *testing.T) {
	var (
		unsigned = &metadata.ErrUnsignedMetadata{}
		expired  = &metadata.ErrExpiredMetadata{}
		version  = &metadata.ErrBadVersionNumber{}
		length   = &metadata.ErrDownloadLengthMismatch{}
		hash     = &metadata.ErrLengthOrHashMismatch{}
	)
	for label, tt := range map[string]struct {
		opts []tuftest.Option
		want error  // compared by type
		text string // where there is no type
	}{
		"self-rotated root":     {opts: []tuftest.Option{tuftest.SelfRotated()}, want: unsigned},
		"rotated, wrong key":    {opts: []tuftest.Option{tuftest.Rotated(), tuftest.WrongKey(tuftest.Root)}, want: unsigned},
		"expired root":          {opts: []tuftest.Option{tuftest.Expired(tuftest.Root)}, want: expired},
		"expired timestamp":     {opts: []tuftest.Option{tuftest.Expired(tuftest.Timestamp)}, want: expired},
		"expired snapshot":      {opts: []tuftest.Option{tuftest.Expired(tuftest.Snapshot)}, want: expired},
		"expired targets":       {opts: []tuftest.Option{tuftest.Expired(tuftest.Targets)}, want: expired},
		"frozen":                {opts: []tuftest.Option{tuftest.Frozen()}, want: expired},
		"wrong timestamp key":   {opts: []tuftest.Option{tuftest.WrongKey(tuftest.Timestamp)}, want: unsigned},
		"wrong snapshot key":    {opts: []tuftest.Option{tuftest.WrongKey(tuftest.Snapshot)}, want: unsigned},
		"wrong targets key":     {opts: []tuftest.Option{tuftest.WrongKey(tuftest.Targets)}, want: unsigned},
		"root rolled back":      {opts: []tuftest.Option{tuftest.RolledBack(tuftest.Root)}, want: version},
		"snapshot rolled back":  {opts: []tuftest.Option{tuftest.RolledBack(tuftest.Snapshot)}, want: version},
		"targets rolled back":   {opts: []tuftest.Option{tuftest.RolledBack(tuftest.Targets)}, want: version},
		"tampered target":       {opts: []tuftest.Option{tuftest.Tampered(tuftest.Target(name))}, want: hash},
		"oversize target":       {opts: []tuftest.Option{tuftest.Oversize(tuftest.Target(name))}, want: length},
		"oversize timestamp":    {opts: []tuftest.Option{tuftest.Oversize(tuftest.Timestamp)}, want: length},
		"missing timestamp":     {opts: []tuftest.Option{tuftest.Missing(tuftest.Timestamp)}, text: "404"},
		"missing target":        {opts: []tuftest.Option{tuftest.Missing(tuftest.Target(name))}, text: "404"},
		"garbage snapshot":      {opts: []tuftest.Option{tuftest.Garbage(tuftest.Snapshot)}, text: "invalid character"},
		"always server's fault": {opts: []tuftest.Option{tuftest.Failing(1000)}, text: "500"},
	} {
		t.Run(label, func(t *testing.T) {
			r := tuftest.New(t, map[string][]byte{name: content}, tt.opts...)
			got, err := get(r)
			if err == nil {
				t.Fatalf("got %d bytes without an error", len(got))
			}
			if tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got error %T %q, want a %T", err, err, tt.want)
			}
			if !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got error %q, want %q in it", err, tt.text)
			}
		})
	}
}

func TestFailingEnds(t *testing.T) {
	r := tuftest.New(t, map[string][]byte{name: content}, tuftest.Failing(2))
	for i, want := range []int{500, 500, 200, 200} {
		res, err := http.Get(r.URL() + "/" + tuftest.Timestamp)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("request %d: status %d, want %d", i+1, res.StatusCode, want)
		}
	}
}

// A hanging answer ends with its client, and a forgotten one with the test.
func TestHanging(t *testing.T) {
	r := tuftest.New(t, nil, tuftest.Hanging(""))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", r.URL()+"/"+tuftest.Timestamp, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := http.DefaultClient.Do(req); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
	go func() {
		if res, err := http.Get(r.URL() + "/" + tuftest.Timestamp); err == nil {
			res.Body.Close()
		}
	}()
}

// The reference client may not survive a timestamp that names no snapshot; in
// no case does it return a target.
func TestWithoutSnapshotMeta(t *testing.T) {
	r := tuftest.New(t, map[string][]byte{name: content}, tuftest.WithoutSnapshotMeta())
	got, err := func() (data []byte, err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("the client panicked: %v", p)
			}
		}()
		return get(r)
	}()
	if err == nil {
		t.Errorf("got %d bytes without an error", len(got))
	}
	if asked := r.Requests(); asked[len(asked)-1] != tuftest.Timestamp {
		t.Errorf("the client went on to %q", asked[len(asked)-1])
	}
}
