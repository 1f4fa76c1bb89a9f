// SPDX-License-Identifier: BSD-3-Clause

package expr

// Truth is a three-valued answer. The zero value is Unknown.
type Truth int

// The three answers.
const (
	Unknown Truth = iota
	False
	True
)

// And is the truth of two together.
func (t Truth) And(o Truth) Truth {
	switch {
	case t == False || o == False:
		return False
	case t == True && o == True:
		return True
	}
	return Unknown
}

// String returns "unknown", "false" or "true".
func (t Truth) String() string {
	switch t {
	case False:
		return "false"
	case True:
		return "true"
	default:
		return "unknown"
	}
}

// Not returns the opposite; the opposite of Unknown is Unknown.
func (t Truth) Not() Truth {
	switch t {
	case False:
		return True
	case True:
		return False
	default:
		return Unknown
	}
}

func truthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

// any3 is the answer of "one of them".
func any3(all []Truth) Truth {
	out := False
	for _, t := range all {
		if t == True {
			return True
		}
		if t == Unknown {
			out = Unknown
		}
	}
	return out
}
