// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// encodeProvenance writes what was read, in the index's present form.
func encodeProvenance(t *testing.T, p Provenance) []byte {
	type object = map[string]any
	var bundles []object
	for _, b := range p.Bundles {
		who := object{"kind": b.Publisher.Kind}
		if b.Publisher.Environment != "" {
			who["environment"] = b.Publisher.Environment
		}
		switch b.Publisher.Kind {
		case KindGitHub:
			who["repository"], who["workflow"] = b.Publisher.Repository, b.Publisher.Workflow
		case KindGitLab:
			who["repository"], who["workflow_filepath"] = b.Publisher.Repository, b.Publisher.Workflow
		case KindGoogle:
			who["email"] = b.Publisher.Email
		}
		bundles = append(bundles, object{"publisher": who, "attestations": b.Attestations})
	}
	return marshal(t, object{"version": 1, "attestation_bundles": bundles})
}

func marshal(t *testing.T, v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func compact(t *testing.T, p Provenance) Provenance {
	for _, b := range p.Bundles {
		for i, a := range b.Attestations {
			var c bytes.Buffer
			if err := json.Compact(&c, a); err != nil {
				t.Fatal(err)
			}
			b.Attestations[i] = c.Bytes()
		}
	}
	return p
}

func FuzzParseProvenance(f *testing.F) {
	f.Add(gitHub("release.yml"))
	f.Add(provenanceOf(`{"claims":null,"environment":"","kind":"GitHub","repository":"o/r","workflow":"release.yml"}`))
	f.Add(provenanceOf(`{"kind":"GitLab","repository":"o/r","workflow_filepath":".gitlab-ci.yml"}`))
	f.Add(provenanceOf(`{"kind":"Google","email":"a@b"}`))
	f.Add(provenanceOf(`{"kind":"Other","Kind":1}`))
	f.Add([]byte(`{"version":1,"version":1}`))
	f.Add([]byte(`{"version":1,"attestation_bundles":[[[]]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParseProvenance(data)
		if err != nil {
			if p.Bundles != nil {
				t.Fatal("bundles beside an error")
			}
			return
		}
		again, err := ParseProvenance(encodeProvenance(t, p))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(compact(t, p), compact(t, again)); d != "" {
			t.Fatal(d)
		}
	})
}

func encodeProject(t *testing.T, p Project) []byte {
	type object = map[string]any
	files := []object{}
	for _, f := range p.Files {
		o := object{"filename": f.Filename, "url": f.URL, "yanked": f.Yanked}
		if f.SHA256 != "" {
			o["hashes"] = object{"sha256": f.SHA256}
		}
		if f.Size >= 0 {
			o["size"] = f.Size
		}
		if !f.UploadTime.IsZero() {
			o["upload-time"] = f.UploadTime.Format(time.RFC3339Nano)
		}
		if f.YankedReason != "" {
			o["yanked"] = f.YankedReason
		}
		if f.Provenance != "" {
			o["provenance"] = f.Provenance
		}
		files = append(files, o)
	}
	return marshal(t, object{
		"files": files, "name": p.Name, "meta": object{"api-version": p.APIVersion, "_last-serial": p.LastSerial},
		"project-status": object{"status": p.Status, "reason": p.StatusReason},
	})
}

func FuzzProject(f *testing.F) {
	f.Add([]byte(`{"meta":{"api-version":"1.4","_last-serial":5},"name":"pkg","files":[{"filename":"pkg-1.tar.gz","url":"https://x/y",` +
		`"hashes":{"sha256":"` + sha + `"},"size":5,"upload-time":"2026-03-04T05:06:07.890123Z","yanked":"why","provenance":"https://x/z"}],` +
		`"project-status":{"status":"archived","reason":null}}`))
	f.Add([]byte(`{"files":[{"filename":"a","url":"b","yanked":true,"size":null,"core-metadata":{"sha256":"x"}}],"name":"p","meta":{"api-version":"1.0"}}`))
	f.Add([]byte(`{"meta":{"api-version":"2.0"}}`))
	f.Add([]byte(`{"files":[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decodeProject(httpx.NewDecoder(bytes.NewReader(data)))
		if err != nil {
			if p.Files != nil {
				t.Fatal("files beside an error")
			}
			return
		}
		if !strings.HasPrefix(p.APIVersion, "1.") || p.Status == "" {
			t.Fatalf("%+v", p)
		}
		names := map[string]bool{}
		for _, f := range p.Files {
			if !fileName(f.Filename) || names[f.Filename] || f.URL == "" || f.Size < -1 || f.SHA256 != "" && len(f.SHA256) != 64 || f.YankedReason != "" && !f.Yanked {
				t.Fatalf("%+v", f)
			}
			names[f.Filename] = true
		}
		if len(p.Files) > len(data)/20 {
			t.Fatalf("%d files out of %d bytes", len(p.Files), len(data))
		}
		again, err := decodeProject(httpx.NewDecoder(bytes.NewReader(encodeProject(t, p))))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(p, again, cmp.Transformer("len", func(f []File) []File {
			if len(f) == 0 {
				return nil
			}
			return f
		})); d != "" && len(p.Files) > 0 {
			t.Fatal(d)
		}
	})
}
