// SPDX-License-Identifier: BSD-3-Clause

package github

// Known is the answer to a question that GitHub may leave open. The zero value
// is Unknown, so that nothing counts as answered by accident.
type Known int8

// The answers.
const (
	Unknown Known = iota
	No
	Yes
)

// String is the answer as a word.
func (k Known) String() string {
	switch k {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "unknown"
}
