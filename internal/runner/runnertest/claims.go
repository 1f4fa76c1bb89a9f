// SPDX-License-Identifier: BSD-3-Clause

package runnertest

// ReleaseCommit is the commit that [ReleaseClaims] names.
const ReleaseCommit = "3f7a1c0de5b94286a1e07cd95b2f8640937be1d2"

// ReleaseClaims returns what GitHub claims of a job for a push of tag v1.0.0 to
// the public repository octo-sci/samplepkg that runs release.yml, without an
// environment. The claims that each token has for itself (aud, iss, jti and the
// times) are left to the issuer.
func ReleaseClaims() map[string]any {
	const workflow = "octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0"
	return map[string]any{
		"sub":                   "repo:octo-sci/samplepkg:ref:refs/tags/v1.0.0",
		"repository":            "octo-sci/samplepkg",
		"repository_id":         "100200300",
		"repository_owner":      "octo-sci",
		"repository_owner_id":   "400500",
		"repository_visibility": "public",
		"ref":                   "refs/tags/v1.0.0",
		"ref_type":              "tag",
		"ref_protected":         "true",
		"sha":                   ReleaseCommit,
		"head_ref":              "",
		"base_ref":              "",
		"event_name":            "push",
		"workflow":              "release",
		"workflow_ref":          workflow,
		"workflow_sha":          ReleaseCommit,
		"job_workflow_ref":      workflow,
		"job_workflow_sha":      ReleaseCommit,
		"run_id":                "11122233344",
		"run_number":            "17",
		"run_attempt":           "1",
		"check_run_id":          "55566677788",
		"runner_environment":    "github-hosted",
		"actor":                 "octocat",
		"actor_id":              "583231",
	}
}
