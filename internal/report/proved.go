// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"path"
	"strings"
)

// Lengths at which the forms for people cut a value.
const (
	maxName    = 200
	maxFact    = 300
	maxMessage = 4000
)

// builder returns the attestation that says most about who built d: its
// provenance where there is one.
func (d *Dist) builder() (Verified, bool) {
	for _, v := range d.Verified {
		if kind(v.PredicateType) == "provenance" {
			return v, true
		}
	}
	if len(d.Verified) > 0 {
		return d.Verified[0], true
	}
	return Verified{}, false
}

// kinds names the kinds of attestation verified for d, each once, in order.
func (d *Dist) kinds() string {
	var out []string
	seen := map[string]bool{}
	for _, v := range d.Verified {
		if k := kind(v.PredicateType); !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return strings.Join(out, ", ")
}

// kind is the short name of a predicate type: the policy's word where it has
// one, otherwise the type itself without its scheme.
func kind(predicateType string) string {
	switch {
	case strings.HasPrefix(predicateType, "https://slsa.dev/provenance/"):
		return "provenance"
	case predicateType == "https://docs.pypi.org/attestations/publish/v1":
		return "publish"
	}
	return clip(strings.TrimPrefix(predicateType, "https://"), maxName)
}

// builtBy says in one line what the certificate proves: repository, workflow,
// ref, commit, runner and Sigstore instance. What it does not say is left out.
func (v *Verified) builtBy() string {
	var facts []string
	add := func(prefix, value string) {
		if value != "" {
			facts = append(facts, prefix+clip(value, maxFact))
		}
	}
	caller, signer := splitWorkflow(v.BuildConfig), splitWorkflow(v.Signer)
	if caller.file == "" {
		caller = signer
	}
	who := v.Repository
	if file := strings.TrimPrefix(caller.file, ".github/workflows/"); file != "" {
		who = strings.TrimSpace(who + " " + file)
	}
	add("", who)
	if signer.file != "" && (signer.file != caller.file || !strings.EqualFold(signer.repository, caller.repository)) {
		add("signed by ", signer.repository+"/"+signer.file)
	}
	add("", refWords(v.Ref))
	add("commit ", short(v.Commit))
	add("", v.Runner)
	add("", v.Instance)
	return strings.Join(facts, ", ")
}

// workflowName is a workflow as certificates name it:
// https://github.com/OWNER/REPO/.github/workflows/FILE@REF.
type workflowName struct{ repository, file string }

// splitWorkflow takes such a name apart for display. Anything else yields
// empty parts; nothing is judged by it.
func splitWorkflow(s string) workflowName {
	s = strings.TrimPrefix(s, "https://github.com/")
	repository, rest, ok := strings.Cut(s, "/.github/workflows/")
	if !ok {
		return workflowName{}
	}
	file, _, _ := strings.Cut(rest, "@")
	return workflowName{repository, path.Join(".github/workflows", file)}
}

// refWords writes a ref so that a branch named like a tag is seen.
func refWords(ref string) string {
	if name, ok := strings.CutPrefix(ref, "refs/tags/"); ok {
		return "tag " + name
	}
	if name, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
		return "branch " + name
	}
	return ref
}

// short cuts a digest to its first seven characters; other text stays whole.
func short(digest string) string {
	if len(digest) < 40 || strings.Trim(digest, "0123456789abcdef") != "" {
		return digest
	}
	return digest[:7]
}

// policyLine says what the run was judged against.
func (p *Policy) policyLine() string {
	var line string
	switch p.Source {
	case "file":
		line = clip(p.Path, maxName)
	case "input":
		line = "flags, the runner's facts or the index (no policy file)"
	case "defaults":
		line = "defaults (no policy file)"
	default:
		line = clip(p.Source, maxName)
	}
	if p.Commit != "" {
		line += " at commit " + clip(short(p.Commit), maxName)
	}
	if p.SHA256 != "" {
		line += " (sha256 " + clip(short(p.SHA256), maxName) + ")"
	}
	return line
}

// trustLine lists the trust roots in use.
func (r *Report) trustLine() string {
	var roots []string
	for _, t := range r.Trust {
		root := clip(t.Instance, maxName) + " (" + clip(t.Source, maxName)
		if t.Date != "" {
			root += ", " + clip(t.Date, maxName)
		}
		roots = append(roots, root+")")
	}
	return strings.Join(roots, "; ")
}
