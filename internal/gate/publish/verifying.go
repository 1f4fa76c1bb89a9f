// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// verification is a command or action that checks signatures or digests.
type verification struct {
	deed
	name string
}

// verifications are the checks of signatures and digests that a step makes.
func (a *audit) verifications(s *graph.Step) []verification {
	var out []verification
	for _, d := range a.deeds(s) {
		switch {
		case d.gate == "gate" || d.gate == "seal" || d.gate == "verify":
			out = append(out, verification{d, "sallyport " + d.gate})
		case !d.action:
			if name := verifies(d.command); name != "" {
				out = append(out, verification{d, name})
			}
		}
	}
	return out
}

// verifies names the check that a command makes, "" for none.
func verifies(c graph.Command) string {
	for _, r := range c.Unwrap() {
		a := commandArgs(r)
		switch name := strings.ToLower(r.Program()); name {
		case "gh":
			if ghVerify(a) {
				return "gh attestation verify"
			}
		case "cosign", "slsa-verifier", "pypi-attestations", "sigstore", "in-toto-verify", "minisign":
			if strings.HasPrefix(verbOf(a), "verify") || name == "in-toto-verify" {
				return name + " verify"
			}
		case "sha256sum", "sha512sum", "shasum", "b2sum":
			if hasFlag(a, "-c", "--check") {
				return name + " --check"
			}
		case "gpg", "gpg2":
			if hasFlag(a, "--verify") {
				return "gpg --verify"
			}
		}
	}
	return ""
}

// ghVerify reports whether arguments of gh are "attestation verify …".
func ghVerify(a []string) bool {
	var v []string
	for _, w := range a {
		if !strings.HasPrefix(w, "-") {
			v = append(v, w)
		}
	}
	return len(v) >= 2 && (v[0] == "attestation" || v[0] == "at") && v[1] == "verify"
}
