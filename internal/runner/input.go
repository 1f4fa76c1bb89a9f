// SPDX-License-Identifier: BSD-3-Clause

package runner

import "strings"

// Input returns an input of the action without surrounding white space, and
// whether the environment has it at all.
//
// The runner sets a variable for every input that action.yml declares, also
// for one that the workflow does not name: an empty value therefore means
// "not given, or given as an empty string", and only a default in action.yml
// that no user would write tells the two apart. set is false outside of
// Actions and for an input that is not declared.
func (r *Runner) Input(name string) (value string, set bool) {
	if r == nil {
		return "", false
	}
	// The runner upper-cases the name and replaces spaces; hyphens stay.
	variable := "INPUT_" + strings.ToUpper(strings.ReplaceAll(name, " ", "_"))
	value, set = r.lookup(variable)
	return strings.TrimSpace(value), set
}
