// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"errors"
	"fmt"
	"strings"
)

// ErrOutsideActions is returned where there is no runner to ask for a token.
var ErrOutsideActions = errors.New("asking for an identity token: this is no job of GitHub Actions, which alone offers one; run it in a workflow")

// PermissionError is a job that may not ask for identity tokens: the runner
// did not set the variables that it sets for those that may.
type PermissionError struct {
	Missing []string // the variables, at least one
}

// Error says which line to add.
func (e *PermissionError) Error() string {
	is := "is"
	if len(e.Missing) > 1 {
		is = "are"
	}
	return fmt.Sprintf(`asking for an identity token: the job has no "permissions: id-token: write" (%s %s not set); add "id-token: write" to the job's permissions`,
		strings.Join(e.Missing, " and "), is)
}

// Hint says what to do, at more length.
func (e *PermissionError) Hint() string {
	return "a job that names permissions has only those: keep the others that it needs. " +
		"A run for a pull request from a fork never has this one"
}

// YAML returns the lines to add to the job, indented as in a workflow.
func (e *PermissionError) YAML() string {
	return "    permissions:\n      contents: read\n      id-token: write\n"
}

// TokenError is a token service that gave no usable token.
type TokenError struct {
	Host  string
	Tries int
	// Err is the last answer, which names the service: an [*httpx.StatusError],
	// [*httpx.TransportError] or [*httpx.AnswerError].
	Err error
}

// Error says what the service answered last.
func (e *TokenError) Error() string {
	tries := ""
	if e.Tries > 1 {
		tries = fmt.Sprintf(", after %d tries", e.Tries)
	}
	return fmt.Sprintf("asking the runner for an identity token%s: %v", tries, e.Err)
}

// Unwrap is the last answer.
func (e *TokenError) Unwrap() error { return e.Err }

// ClaimError is a claim of an identity token that is missing, malformed, or
// not what it must be.
type ClaimError struct {
	Claim   string // by its name in the token
	Value   string // as found, "" where it is missing
	Problem string // "is missing", "is not …"
	Hint    string // what to do
}

// Error names the claim and what is wrong with it.
func (e *ClaimError) Error() string {
	value := ""
	if e.Value != "" {
		value = fmt.Sprintf(" %.200q", e.Value)
	}
	return fmt.Sprintf("reading the identity token: its claim %q%s %s; %s", e.Claim, value, e.Problem, e.Hint)
}
