// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/runner/emulator"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// ledger is what the gate would have said of the artifact.
func (r *release) ledger() string {
	r.t.Helper()
	var dists []map[string]any
	for _, pattern := range []string{"*.whl", "*.tar.gz"} {
		names, err := filepath.Glob(filepath.Join(r.artifact, pattern))
		if err != nil || len(names) != 1 {
			r.t.Fatalf("%q, %v", names, err)
		}
		data, err := os.ReadFile(names[0])
		if err != nil {
			r.t.Fatal(err)
		}
		dists = append(dists, map[string]any{"name": filepath.Base(names[0]), "sha256": fmt.Sprintf("%x", sha256.Sum256(data)), "size": len(data)})
	}
	text, err := json.Marshal(map[string]any{
		"schema_version": 1, "project": "samplepkg", "version": "1.0.0", "commit": runnertest.ReleaseCommit, "run": "11122233344", "dists": dists,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

// The publish job: the seal, what runs after it, and the second look at the
// end of the job.
func TestSealAndPost(t *testing.T) {
	for name, tt := range map[string]struct {
		before, between func(j *emulator.Job)
		step            emulator.Step
		code, again     int
		title           string // of the annotation that says why
	}{
		"nothing happens": {},
		"swapped before": {
			before: func(j *emulator.Job) { j.Put("dist/samplepkg-1.0.0.tar.gz", []byte("swapped")) },
			code:   1, title: "sallyport: differs-from-ledger",
		},
		"swapped after": {
			between: func(j *emulator.Job) { j.Put("dist/samplepkg-1.0.0.tar.gz", []byte("swapped")) },
			again:   1, title: "sallyport: changed-after-seal",
		},
		"swapped after, state forged": {
			between: func(j *emulator.Job) {
				j.Put("dist/samplepkg-1.0.0.tar.gz", []byte("swapped"))
				j.SetEnv("STATE_sealed", "")
			},
			again: 1, title: "sallyport: changed-after-seal",
		},
		"without a ledger": {step: emulator.Step{With: map[string]string{"ledger": ""}}, code: 2, title: "sallyport: differs-from-ledger"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRelease(t)
			r.issuer.Set(map[string]any{"environment": "pypi", "sub": "repo:octo-sci/samplepkg:environment:pypi"})
			j := r.job(r.issuer)
			if tt.before != nil {
				tt.before(j)
			}
			with := map[string]string{"command": "seal", "ledger": r.ledger()}
			for k, v := range tt.step.With {
				with[k] = v
			}
			got := j.Run(emulator.Step{ID: "seal", With: with})
			if tt.between != nil {
				tt.between(j)
			}
			end := j.End()
			if len(end) != 1 {
				t.Fatalf("%d post steps", len(end))
			}
			if got.Code != tt.code || end[0].Code != tt.again || j.Failed() != (tt.code+tt.again > 0) {
				t.Errorf("exit codes %d and %d, want %d and %d\n%s\n%s", got.Code, end[0].Code, tt.code, tt.again, got.Log, end[0].Log)
			}
			said := slices.ContainsFunc(append(got.Annotations, end[0].Annotations...), func(a emulator.Annotation) bool {
				return a.Level == "error" && strings.HasPrefix(a.Title, tt.title)
			})
			if said != (tt.title != "") {
				t.Errorf("annotations %+v and %+v", got.Annotations, end[0].Annotations)
			}
		})
	}
}
