// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var paths = []string{
	"github.event_name", "github.ref", "github.ref_name", "github.ref_type", "github.repository", "github.repository_owner",
	"github.event.action", "github.event.ref", "github.event.pull_request", "github.event.pull_request.head.repo.fork",
	"github.event.pull_request.head.repo.full_name", "github.event.pull_request.base.ref", "github.event.release.tag_name",
	"github.event.release.prerelease", "github.event.repository.default_branch", "github.head_ref", "github.base_ref",
	"github.actor", "github.event", "github.nosuch", "github.event.commits.*.message", "github.event.schedule",
	"github.event.inputs.target", "inputs.publish", "inputs.target", "inputs.free", "inputs.n", "inputs.nosuch", "vars.A",
	"secrets.B", "env.C", "matrix.os", "matrix", "needs.a.result", "needs.*.result", "needs.a.outputs.x", "steps.s.outcome",
	"steps.s.outputs.y", "runner.os", "job.status", "github[inputs.target]", "inputs[vars.A]", "matrix.x.*.y[0]", "vars.*",
}

var words = []string{
	"", "push", "main", "refs/heads/main", "refs/tags/", "refs/tags/v1", "refs/tags/1.2", "v1", "v", "tag", "branch", "0", "1", "1.2", "true", "false",
	"octo/lab", "octo", "other/lab", "pypi", "success", "failure", "published", "opened", "release", "refs/", "refs/heads/rel/x", "ref_name", "ref",
	"pull_request", "Linux", " 15 ", "a", "rel/", "Infinity", "-1",
}

// random writes an expression.
func random(r *rand.Rand, depth int) string {
	pick := func(all []string) string { return all[r.IntN(len(all))] }
	sub := func() string { return random(r, depth-1) }
	if depth == 0 || r.IntN(8) == 0 {
		switch r.IntN(8) {
		case 0, 1:
			return "'" + pick(words) + "'"
		case 2:
			return pick([]string{"true", "false", "null", "0", "1", "15", "-1", "NaN"})
		case 3:
			return pick([]string{"success()", "failure()", "cancelled()", "always()"})
		default:
			return pick(paths)
		}
	}
	switch r.IntN(14) {
	case 0, 1:
		return "(" + sub() + " && " + sub() + ")"
	case 2, 3:
		return "(" + sub() + " || " + sub() + ")"
	case 4:
		return "!" + "(" + sub() + ")"
	case 5, 6, 7:
		return "(" + pick(paths) + pick([]string{" == ", " != ", " == ", " < ", " >= "}) + sub() + ")"
	case 8:
		return "(" + sub() + pick([]string{" == ", " != ", " <= ", " > "}) + sub() + ")"
	case 9, 10:
		return pick([]string{"contains", "startsWith", "endsWith"}) + "(" + pick(paths) + ", " + sub() + ")"
	case 11:
		return "format('" + pick([]string{"{0}", "refs/heads/{0}", "a{0}b"}) + "', " + sub() + ")"
	case 12:
		return "case(" + sub() + " == " + sub() + ", " + sub() + ", " + sub() + ")"
	default:
		return pick([]string{"join(", "contains(fromJSON('[\"push\",1,null]'), ", "toJSON("}) + sub() + ")"
	}
}

// settings are scenarios with much and with little known.
func settings() []*Scenario {
	inputs := []Input{
		{Name: "publish", Type: "boolean", Required: true}, {Name: "target", Type: "choice", Options: []string{"pypi", "ref", "ref_name"}},
		{Name: "free"}, {Name: "n", Type: "number", Required: true},
	}
	triggers := []Trigger{
		{Event: "push", Tags: []string{"v*", "[0-9]+.[0-9]+"}, Branches: []string{"main", "rel/**"}},
		{Event: "push", TagsIgnore: []string{"x"}},
		{Event: "pull_request", Types: []string{"opened", "closed"}, Branches: []string{"main", "rel/**"}},
		{Event: "pull_request_target"}, {Event: "pull_request_review"},
		{Event: "release"}, {Event: "workflow_dispatch", Inputs: inputs}, {Event: "schedule", Crons: []string{"a", "b"}},
		{Event: "workflow_run"}, {Event: "issue_comment"}, {Event: "create"}, {Event: "workflow_call", Inputs: inputs},
	}
	out := append(Scenarios(triggers, Repo{"octo/lab", "main"}), Scenarios(triggers, Repo{})...)
	given := *out[0]
	given.Needs, given.NeedsComplete = map[string]string{"a": "failure", "b": "success"}, true
	given.Matrix = map[string]Value{"os": OneOf("Linux", "a", nil, 1), "x": Anything()}
	given.Env, given.Vars, given.RunnerOS = map[string]Value{"C": SomeString("refs/")}, map[string]Value{"a": OneOf("target", "n")}, "Linux"
	return append(out, &given, &Scenario{}, &Scenario{Fork: True, Event: "pull_request"})
}

// check completes the scenario at random and holds the answers to it. It
// returns how many completions had a value.
func check(t *testing.T, e *Expr, s *Scenario, r *rand.Rand, rounds int) (tried int) {
	t.Helper()
	answer, value := e.Eval(s), e.Value(s)
	texts, all := value.Texts()
	for range rounds {
		c := &completion{from: s, rnd: r, words: words, chosen: map[string]item{}, syms: map[string]string{}}
		for _, now := range outcomes {
			d, err := concrete(e.root, c, now)
			if err != nil {
				continue
			}
			tried++
			show := func() string { return fmt.Sprintf("%s\nunder %v %+v, %+v\nchosen %+v", e, s, now, d, c.chosen) }
			if answer == False && d.truthy() {
				t.Fatalf("said False, but is true: %s", show())
			}
			if now != well {
				continue
			}
			if answer == True && !d.truthy() {
				t.Fatalf("said True, but is false: %s", show())
			}
			if got, sure := d.toText(); all && sure && !contained(texts, got) {
				t.Fatalf("said one of %q, but is %q: %s", texts, got, show())
			}
			if !admits(value, d) {
				t.Fatalf("the set %+v lacks the value: %s", value, show())
			}
		}
	}
	return tried
}

func contained(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

// admits reports whether a value is in the set.
func admits(v Value, d datum) bool {
	if d.kind == 0 {
		d.kind = kindNull
	}
	for _, x := range v.items {
		switch {
		case x.open == nil && (x.d.same(d) || x.d.kind == d.kind && (d.kind&collections != 0 || d.n != d.n || d.n == 0 && d.kind == kindNumber)):
			return true
		case x.open != nil && x.open.kinds&d.kind != 0 && (!x.open.truthy || d.truthy()) &&
			(d.kind != kindString || strings.HasPrefix(d.s, x.open.prefix)):
			return true
		}
	}
	return false
}

// TestSoundness evaluates random expressions, and then again with everything
// that was open chosen at random: what was said must hold.
func TestSoundness(t *testing.T) {
	all := settings()
	decided, tried, count := 0, 0, 0
	expressions := 6000
	if testing.Short() {
		expressions = 600
	}
	for i := range expressions {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		src := random(r, 1+r.IntN(4))
		e, err := Parse(src)
		if err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		for range 4 {
			s := all[r.IntN(len(all))]
			count++
			if e.Eval(s) != Unknown {
				decided++
			}
			tried += check(t, e, s, r, 4)
		}
	}
	t.Logf("%d evaluations, %d decided, %d completions", count, decided, tried)
	if decided < count/10 || tried < 4*count {
		t.Errorf("the test says little: %d evaluations, %d decided, %d completions", count, decided, tried)
	}
}

// FuzzEval: no panic on any text under any scenario, and sound answers.
func FuzzEval(f *testing.F) {
	for i, c := range conditions {
		f.Add(c.src, uint64(i))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 20 {
		f.Add(random(r, 3), uint64(i))
	}
	all := settings()
	f.Fuzz(func(t *testing.T, src string, seed uint64) {
		e, err := Parse(src)
		if err != nil {
			return
		}
		r := rand.New(rand.NewPCG(seed, 3))
		e.Refs()
		e.Secrets()
		e.Untrusted()
		for range 2 {
			s := all[r.IntN(len(all))]
			e.Eval(s)
			if ascii(src) && len(src) < 1000 {
				check(t, e, s, r, 2)
			}
		}
	})
}
