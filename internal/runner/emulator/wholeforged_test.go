// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/runner/emulator"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

const (
	wheel = "samplepkg-1.0.0-py3-none-any.whl"
	sdist = "samplepkg-1.0.0.tar.gz"
)

// evil is a wheel of the same name with one file more.
func evil() []byte {
	_, data := disttest.Wheel(disttest.Options{Version: "1.0.0", Files: []disttest.File{{Path: "samplepkg/_setup.py", Data: "import os\n"}}})
	return data
}

// both are the files of the release in a job.
func both(j *emulator.Job) []string {
	return []string{j.Path("dist/" + wheel), j.Path("dist/" + sdist)}
}

// byGitHub signs both files as GitHub's own action does, which stores one
// attestation of all files and leaves the folder as it is.
func byGitHub(r *release, j *emulator.Job) {
	r.store(r.signed(sigstoretest.PublicGood, r.claims(), both(j)...), sigstoretest.ProvenanceV1, both(j)...)
}

// swapWheel puts that wheel into the place of the one that was built.
func swapWheel(_ *release, j *emulator.Job) { j.Put("dist/"+wheel, evil()) }

// claims are what a certificate for the running job says.
func (r *release) claims() sigstoretest.Claims {
	all := r.issuer.Claims()
	get := func(name string) string { v, _ := all[name].(string); return v }
	c := sigstoretest.GitHubClaims().WithRepository(get("repository")).WithIDs(get("repository_id"), get("repository_owner_id"))
	c = c.WithCommit(get("sha")).WithRef(get("ref")).WithEnvironment(get("environment"))
	if signer := get("job_workflow_ref"); signer != get("workflow_ref") {
		c = c.WithReusable(sigstoretest.GitHubServer+"/"+signer, get("job_workflow_sha"))
	}
	return c
}

// signed is provenance of files of a job, as any signing action makes it.
func (r *release) signed(kind sigstoretest.Kind, c sigstoretest.Claims, paths ...string) *sigstoretest.Bundle {
	r.t.Helper()
	return r.statement(kind, c, sigstoretest.Provenance(c, r.subjects(paths)...))
}

func (r *release) statement(kind sigstoretest.Kind, c sigstoretest.Claims, statement []byte) *sigstoretest.Bundle {
	r.t.Helper()
	in, err := sigstoretest.Shared(kind)
	if err != nil {
		r.t.Fatal(err)
	}
	b, err := in.Sign(statement, c, sigstoretest.SignOptions{Time: time.Now()})
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

func (r *release) subjects(paths []string) []sigstoretest.Subject {
	r.t.Helper()
	var out []sigstoretest.Subject
	for _, path := range paths {
		out = append(out, sigstoretest.Subject{Name: filepath.Base(path), SHA256: digest(r, path)})
	}
	return out
}

func digest(r *release, path string) string {
	r.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

// store has GitHub's API answer with a bundle for files of a job.
func (r *release) store(b *sigstoretest.Bundle, predicateType string, paths ...string) {
	owner, name, _ := strings.Cut(r.repository(), "/")
	for _, path := range paths {
		r.github.AddAttestation(owner, name, digest(r, path), githubtest.Attestation{Bundle: b.JSON(), PredicateType: predicateType})
	}
}

// ledgerOf is a ledger as the gate writes it, of the two files as they lie in a
// job's dist.
func (r *release) ledgerOf(folder, commit, run string) string {
	var dists []string
	for _, name := range []string{wheel, sdist} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			r.t.Fatal(err)
		}
		dists = append(dists, fmt.Sprintf(`{"name":%q,"sha256":%q,"size":%d}`, name, digest(r, filepath.Join(folder, name)), info.Size()))
	}
	return fmt.Sprintf(`{"schema_version":1,"project":"samplepkg","version":"1.0.0","commit":%q,"run":%q,"dists":[%s]}`, commit, run, strings.Join(dists, ","))
}

// stored is a token as people store it, for all that its owner may publish: a
// macaroon of the index with the caveat [3,"USER"].
var stored = func() string {
	var b []byte
	field := func(kind byte, data string) {
		b = append(binary.AppendUvarint(append(b, kind), uint64(len(data))), data...)
	}
	b = append(b, 2)
	field(1, "pypi.org")
	field(2, "7d6a3b1e-0000-4000-8000-000000000002")
	b = append(b, 0)
	field(2, `[3,"8f6b3c1e-0000-4000-8000-000000000001"]`)
	b = append(b, 0, 0)
	field(6, strings.Repeat("s", 32))
	return "pypi-" + base64.RawURLEncoding.EncodeToString(b)
}()
