// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

var _ = register(finding.Rule{
	ID:       "self-hosted-runner-on-path",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "A job on the path to the index runs on a machine that is not GitHub's",
	Why: "GitHub's own runners are fresh for each job. A runner of one's own usually is not: what an earlier job left there, also one that a pull " +
		"request started, is still there when the release is built. Runners of other companies see everything that the job sees. Provenance " +
		"names such a runner as not hosted by GitHub, and cannot reach SLSA Build L3. A policy with builder.runners: any accepts them.",
	Bad:        "build:\n  runs-on: [self-hosted, linux]",
	Good:       "build:\n  runs-on: ubuntu-24.04",
	References: []string{"SLSA: Build L3, isolated builds", "SSDF PO.5.1"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		if !a.anyRunner(sp) {
			a.judgeRunner(rule, sp)
		}
	}
})

// anyRunner: the policy of one of the job's publishers accepts every runner.
func (a *audit) anyRunner(sp *spot) bool {
	for _, k := range sp.sinks {
		p := a.policyOf(k.Step.Job.File.Path, k.Index)
		if p == nil && len(a.in.Policies) == 1 {
			p = a.in.Policies[0]
		}
		if p != nil && p.Builder.Runners == policy.RunnersAny {
			return true
		}
	}
	return false
}

func (a *audit) judgeRunner(rule *finding.Rule, sp *spot) {
	const hint = "run it on one of GitHub's hosted runners, or say builder.runners: any in the policy"
	j := sp.job
	on := j.Job.RunsOn
	id := j.Job.ID.Value
	if on.Group.Written() && len(on.Labels) == 0 {
		f := a.at(rule, j, j.File.Path, on.Group.Line, hint,
			"job %q, which %s, runs on the runner group %q, which may hold machines that are not GitHub's; expected one of GitHub's own labels", id, sp.part(), on.Group.Value)
		a.add(f)
		return
	}
	var unsure []string
	line := j.Job.Pos.Line
	for _, label := range on.Labels {
		line = label.Line
		texts, all := comesTo(j, label.Value)
		if strings.Contains(label.Value, "self-hosted") && (!all || slices.ContainsFunc(texts, func(t string) bool { return hosted(t) == runnerUnsure })) {
			texts, all = []string{"self-hosted"}, true // a list that is put together
		}
		if !all {
			unsure = append(unsure, label.Value)
		}
		for _, t := range texts {
			switch hosted(t) {
			case runnerOther:
				f := a.at(rule, j, j.File.Path, label.Line, hint, "job %q, which %s, runs on %q, a machine that is not GitHub's; expected a hosted runner", id, sp.part(), t)
				if len(on.Labels) == 1 && t == label.Value {
					f.Fix = a.source(j.File.Path).Replace(label.Line, t, "ubuntu-24.04")
				}
				a.add(f)
				return
			case runnerUnsure:
				unsure = append(unsure, t)
			}
		}
	}
	if len(unsure) > 0 {
		a.skip(rule.Undecided(subject(j), "%s:%d: whether the runner %q is GitHub's does not show in the files; see Settings > Actions > Runners", j.File.Path, line, unsure[0]))
	}
}

type runnerKind int

const (
	runnerUnsure runnerKind = iota
	runnerHosted
	runnerOther
)

// otherRunners begin the labels of companies that rent out runners, and of
// projects that start machines for one's own account.
var otherRunners = []string{
	"blacksmith", "depot-", "buildjet-", "cirun", "namespace-profile", "nscloud-", "warp-", "runs-on", "ubicloud", "actuated", "ghcr.io/cirruslabs",
	"gha-runner-scale-set", "arc-", "codebuild-",
}

// ownRunners are GitHub's labels of today, and those that it has retired: a job
// with one of these does not start any more. Every other label may be that of
// somebody's machine, whatever it begins with.
var ownRunners = []string{
	"ubuntu-latest", "ubuntu-slim", "ubuntu-26.04", "ubuntu-24.04", "ubuntu-22.04", "ubuntu-20.04", "ubuntu-18.04", "ubuntu-16.04",
	"ubuntu-26.04-arm", "ubuntu-24.04-arm", "ubuntu-22.04-arm",
	"windows-latest", "windows-2025", "windows-2025-vs2026", "windows-2022", "windows-2019", "windows-2016", "windows-11-arm",
	"macos-latest", "macos-26", "macos-15", "macos-14", "macos-13", "macos-12", "macos-11", "macos-10.15",
	"macos-latest-large", "macos-26-large", "macos-15-large", "macos-14-large", "macos-13-large", "macos-12-large",
	"macos-latest-xlarge", "macos-26-xlarge", "macos-15-xlarge", "macos-14-xlarge", "macos-13-xlarge", "macos-12-xl", "macos-13-xl", "macos-latest-xl",
	"macos-26-intel", "macos-15-intel",
}

// hosted says whose machine a label names. GitHub's larger runners have names
// that their owners choose, as runners of one's own have.
func hosted(label string) runnerKind {
	label = strings.ToLower(strings.TrimSpace(label))
	if label == "self-hosted" {
		return runnerOther
	}
	for _, p := range otherRunners {
		if strings.HasPrefix(label, p) {
			return runnerOther
		}
	}
	if slices.Contains(ownRunners, label) {
		return runnerHosted
	}
	return runnerUnsure
}
