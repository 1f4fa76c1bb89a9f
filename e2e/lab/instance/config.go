// SPDX-License-Identifier: BSD-3-Clause

package instance

import (
	"fmt"
	"slices"
	"strings"
)

// fulcioExtensions says from which claims of GitHub's tokens Fulcio fills the
// extensions of a certificate: a claim's name, or a template over claims. It
// is what the public instance's configuration says (config/identity/config.yaml
// in Fulcio's repository); the extension of the token's subject needs no word.
var fulcioExtensions = map[string]string{
	"github-workflow-trigger":    "event_name",
	"github-workflow-sha":        "sha",
	"github-workflow-name":       "workflow",
	"github-workflow-repository": "repository",
	"github-workflow-ref":        "ref",

	"build-signer-uri":    "{{ .url }}/{{ .job_workflow_ref }}",
	"build-signer-digest": "job_workflow_sha",
	"build-config-uri":    "{{ .url }}/{{ .workflow_ref }}",
	"build-config-digest": "workflow_sha",
	"build-trigger":       "event_name",

	"runner-environment":     "runner_environment",
	"deployment-environment": "environment",
	"run-invocation-uri":     "{{ .url }}/{{ .repository }}/actions/runs/{{ .run_id }}/attempts/{{ .run_attempt }}",

	"source-repository-uri":                   "{{ .url }}/{{ .repository }}",
	"source-repository-digest":                "sha",
	"source-repository-ref":                   "ref",
	"source-repository-identifier":            "repository_id",
	"source-repository-owner-uri":             "{{ .url }}/{{ .repository_owner }}",
	"source-repository-owner-identifier":      "repository_owner_id",
	"source-repository-visibility-at-signing": "repository_visibility",
}

// fulcioConfig is Fulcio's configuration file (YAML) for GitHub's issuer, as
// the public instance has it.
func fulcioConfig() string {
	var b strings.Builder
	fmt.Fprintf(&b, "oidc-issuers:\n  %s:\n    issuer-url: %[1]s\n", githubIssuer)
	b.WriteString("    client-id: sigstore\n    type: ci-provider\n    ci-provider: github-workflow\n")
	b.WriteString("ci-issuer-metadata:\n  github-workflow:\n    default-template-values:\n")
	b.WriteString("      url: https://github.com\n")
	b.WriteString("      environment: \"\"\n") // most jobs have none
	b.WriteString("    extension-templates:\n")
	names := make([]string, 0, len(fulcioExtensions))
	for name := range fulcioExtensions {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "      %s: %q\n", name, fulcioExtensions[name])
	}
	fmt.Fprintf(&b, "    subject-alternative-name-template: %q\n", "{{ .url }}/{{ .job_workflow_ref }}")
	return b.String()
}

// ctConfig is ct_server's configuration (a LogConfigSet as protocol buffer
// text) of one log over the Trillian tree, which takes certificates by the
// authorities in the file roots.
func ctConfig(tree int64, roots string, key []byte) string {
	return fmt.Sprintf(`config {
  log_id: %d
  prefix: "%s"
  roots_pem_file: "%s"
  ext_key_usages: "CodeSigning"
  private_key {
    [type.googleapis.com/keyspb.PrivateKey] { der: "%s" }
  }
}
`, tree, ctPrefix, textBytes([]byte(roots)), textBytes(key))
}

// textBytes escapes bytes for a string of protocol buffer text, whatever they
// are.
func textBytes(data []byte) string {
	var b strings.Builder
	for _, c := range data {
		fmt.Fprintf(&b, `\%03o`, c)
	}
	return b.String()
}
