// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/runner/emulator"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// scene is a release, from its commit to the end of its publish job, and what
// happens to it on the way. The zero scene is the README's, undisturbed.
type scene struct {
	// story says what happens, for whoever reads the golden file.
	story string

	// example is a folder of examples; "" is the README's, pure-python. Edits
	// change the files of its commit; with before, there is an earlier release,
	// v0.9.0, whose files are the example's with those changes.
	example       string
	edits, before edits
	// orphan has the commit stand beside the earlier release, not on it.
	orphan bool
	// set changes the services before anything runs.
	set func(r *release)

	// claims are those of every job, attesting and publishing of the one job.
	claims, attesting, publishing map[string]any
	// gate and publish are those two jobs, as far as they differ from the
	// example's, and with is what the gate's step gets beyond it.
	gate, publish emulator.Options
	with          map[string]string
	// oneStep has the gate run in the publish job, and nowhere else.
	oneStep bool

	// What somebody does in a job: before the files are listed and signed;
	// after that; before the gate looks; before the seal looks; after it.
	built, attested, gated, placed, sealed func(r *release, j *emulator.Job)
	// signer signs in this action's place.
	signer func(r *release, j *emulator.Job)
	// ledger changes what the publish job is given for one.
	ledger func(r *release, ledger string) string

	// stops is the job that stops the release, "" for none, with this exit code
	// (0 is 1). Rule is what must be said there by an error; or where nothing
	// stops, warned what must be said at the gate by a warning.
	stops        string
	code         int
	rule, warned string
}

// jobs are the jobs of a release, in order.
var jobs = []string{"attest", "gate", "seal", "post"}

// sallyport is the commit by which the examples name this action.
const sallyport = "0123456789abcdef0123456789abcdef01234567"

// play plays a scene up to the job that stops it, and returns the results by
// job.
func play(t *testing.T, s scene) (*release, map[string]emulator.Result) {
	t.Helper()
	r, got := newRelease(t), map[string]emulator.Result{}
	r.issuer.Set(s.claims)
	dir := r.checkout(s)
	if s.set != nil {
		s.set(r)
	}
	happens := func(f func(*release, *emulator.Job), j *emulator.Job) {
		if f != nil {
			f(r, j)
		}
	}
	do := func(name string, res emulator.Result) bool {
		got[name] = res
		return res.Code == 0
	}

	r.caller(s, "build.yml")
	back := r.claim(s.attesting)
	j := r.jobWith(r.issuer, emulator.Options{GitHub: map[string]string{"job": "attest"}})
	happens(s.built, j)
	r.sums = sums(t, j.Path("dist"))
	if s.signer != nil {
		s.signer(r, j)
	} else if !do("attest", j.Run(emulator.Step{ID: "attest", With: map[string]string{
		"command": "attest", "store": "true", "dists": "dist/", "checksums": r.sums,
		"signing-config": emulator.HostTemp + "/services.json", "trusted-root": emulator.HostTemp + "/root.json",
	}})) {
		return r, got
	}
	happens(s.attested, j)
	r.upload(j)
	back()

	gate := emulator.Step{ID: "gate", With: map[string]string{"command": "gate", "dists": "dist/", "checksums": r.sums}}
	if s.oneStep {
		delete(gate.With, "checksums")
	}
	if s.example == "" {
		maps.Copy(gate.With, signing) // as gate.yml does
	}
	maps.Copy(gate.With, s.with)
	publishing := map[string]any{"environment": "pypi", "sub": "repo:" + r.repository() + ":environment:pypi"}
	maps.Copy(publishing, s.publishing)
	if s.oneStep {
		r.caller(s, "")
		r.issuer.Set(publishing)
		s.publish.Workspace = dir
		j = r.publishJob(s)
		happens(s.gated, j)
		if do("gate", j.Run(gate)) {
			happens(s.sealed, j)
			do("post", end(t, j))
		}
		return r, got
	}

	// The gate's job may ask for tokens only where it signs: what it knows else
	// is the context.
	var issuer *runnertest.Issuer
	if gate.With["sign-verdict"] == "true" {
		r.caller(s, "gate.yml")
		issuer = r.issuer
	}
	s.gate.Workspace = dir
	s.gate.GitHub = mapsOver(r.context(), map[string]string{"job": "gate"}, s.gate.GitHub)
	j = r.jobWith(issuer, s.gate)
	r.gate = j
	happens(s.gated, j)
	res := j.Run(gate)
	if !do("gate", res) {
		return r, got
	}
	r.upload(j)
	ledger := res.Outputs["ledger"]
	if s.ledger != nil {
		ledger = s.ledger(r, ledger)
	}

	r.caller(s, "")
	r.issuer.Set(publishing)
	j = r.publishJob(s)
	happens(s.placed, j)
	seal := emulator.Step{ID: "seal", With: map[string]string{"command": "seal", "dists": "dist/", "ledger": ledger}}
	if do("seal", j.Run(seal)) {
		happens(s.sealed, j)
		do("post", end(t, j))
	}
	return r, got
}

func (r *release) publishJob(s scene) *emulator.Job {
	s.publish.GitHub = mapsOver(map[string]string{"job": "publish"}, s.publish.GitHub)
	return r.jobWith(r.issuer, s.publish)
}

// end is the end of a job with one step of the action.
func end(t *testing.T, j *emulator.Job) emulator.Result {
	t.Helper()
	all := j.End()
	if len(all) != 1 {
		t.Fatalf("%d post steps", len(all))
	}
	return all[0]
}

// claim changes the claims of one job, and returns how to have them back.
func (r *release) claim(changes map[string]any) (back func()) {
	before := r.issuer.Claims()
	r.issuer.Set(changes)
	return func() {
		for name := range changes {
			r.issuer.Set(map[string]any{name: before[name]}) // nil removes
		}
	}
}

// caller makes the next job one of a called workflow of ours, where the scene
// is the README's; else, and where none is named, one of the workflow that the
// run began with.
func (r *release) caller(s scene, called string) {
	claims := r.issuer.Claims()
	ref, commit := claims["workflow_ref"], claims["workflow_sha"]
	if called != "" && s.example == "" {
		ref, commit = "scientific-python/sallyport/.github/workflows/"+called+"@"+sallyport, sallyport
	}
	r.issuer.Set(map[string]any{"job_workflow_ref": ref, "job_workflow_sha": commit})
}

// context is the github context of a job that may not ask for tokens.
func (r *release) context() map[string]string {
	out := map[string]string{}
	claims := r.issuer.Claims()
	for name := range runnertest.ReleaseClaims() {
		if v, ok := claims[name].(string); ok && !strings.HasPrefix(name, "job_") && name != "sub" {
			out[name] = v
		}
	}
	return out
}

// repository is what the run's token says.
func (r *release) repository() string {
	name, _ := r.issuer.Claims()["repository"].(string)
	return name
}

// check plays a scene and holds it to where it stops, and what is said there.
func (s scene) check(t *testing.T) (*release, map[string]emulator.Result) {
	t.Helper()
	if s.stops != "" && s.code == 0 {
		s.code = 1
	}
	r, got := play(t, s)
	for _, job := range jobs {
		if s.oneStep && job == "seal" || s.signer != nil && job == "attest" {
			continue
		}
		res, ran := got[job]
		stops := job == s.stops
		switch {
		case !ran:
			t.Fatalf("the job %q did not run", job)
		case stops && (res.Code != s.code || !stopsWith(res, s.rule)):
			t.Fatalf("%s: exit code %d, want %d and %q\n%s", job, res.Code, s.code, s.rule, res.Log)
		case stops && res.Outputs["ledger"] != "":
			t.Fatalf("%s stops, and gives a ledger", job)
		case stops:
			return r, got
		case res.Code != 0 || job != "post" && res.Outputs["verdict"] != "pass":
			t.Fatalf("%s: exit code %d, verdict %q\n%s", job, res.Code, res.Outputs["verdict"], res.Log)
		case job == "gate" && res.Outputs["ledger"] == "":
			t.Fatal("the gate gave no ledger")
		case job == "gate":
			for _, a := range res.Annotations {
				if a.Level == "warning" && (s.warned == "" || !strings.HasPrefix(a.Title, "sallyport: "+s.warned)) {
					t.Errorf("the gate warns: %s: %s", a.Title, a.Message)
				}
			}
			if s.warned != "" && !annotates(res, "warning", s.warned) {
				t.Errorf("the gate does not warn of %q\n%s", s.warned, res.Log)
			}
		default:
			for _, a := range res.Annotations {
				if a.Level != "notice" {
					t.Errorf("%s annotates: %s: %s", job, a.Title, a.Message)
				}
			}
		}
	}
	if s.stops != "" {
		t.Errorf("nothing stopped the release")
	}
	return r, got
}

// stopsWith reports whether a result has an error of a rule; or, with exit code
// 3, whether the log has that text.
func stopsWith(r emulator.Result, rule string) bool {
	return r.Code == 3 && strings.Contains(r.Log, rule) || r.Code != 3 && annotates(r, "error", rule)
}

// annotates reports whether a result has an annotation of a rule.
func annotates(r emulator.Result, level, rule string) bool {
	return slices.ContainsFunc(r.Annotations, func(a emulator.Annotation) bool {
		title, _, _ := strings.Cut(a.Title, " (") // the count
		return a.Level == level && title == "sallyport: "+rule
	})
}

func mapsOver(all ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range all {
		maps.Copy(out, m)
	}
	return out
}

// remove removes files of a job.
func remove(t *testing.T, paths ...string) {
	t.Helper()
	for _, p := range paths {
		if err := os.Remove(p); err != nil {
			t.Fatal(err)
		}
	}
}
