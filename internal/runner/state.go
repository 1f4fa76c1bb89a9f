// SPDX-License-Identifier: BSD-3-Clause

package runner

import "fmt"

// maxState is the longest state in bytes. The runner hands a state to the post
// step as a variable, and Linux starts no process with a variable of 128 KiB:
// the step would fail before it begins.
const maxState = 64 << 10

// SaveState keeps a value for the post step of the same action, where
// [Runner.GetState] finds it. Names are as for [Runner.Output]. Values are one
// line of at most 64 KiB: one that has a control character, or is not UTF-8, is
// refused, and so is a longer one, with [ErrFull].
//
// The runner keeps a state in its memory, where no other step can write. A
// name that was not saved is another matter: see [Runner.GetState].
func (r *Runner) SaveState(name, value string) error {
	if r == nil {
		return nil
	}
	if !outputName.MatchString(name) || len(name) > 64 {
		return fmt.Errorf("saving the state %q: not a name of lower-case words joined by hyphens", name)
	}
	if what, at, bad := control(value, ""); bad {
		return fmt.Errorf("saving the state %q: the value has %s at byte %d; encode it as JSON", name, what, at)
	}
	if len(value) > maxState {
		return fmt.Errorf("saving the state %q: %d bytes, and the post step could not start with more than %d: %w", name, len(value), maxState, ErrFull)
	}
	mark, err := delimiter(name, value)
	if err != nil {
		return fmt.Errorf("saving the state %q: %w", name, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.appendTo("GITHUB_STATE", "state", name+"<<"+mark+"\n"+value+"\n"+mark); err != nil {
		return fmt.Errorf("saving the state %q: %w", name, err)
	}
	return nil
}

// GetState returns what the action's own step saved under a name, and whether
// there is anything.
//
// The runner's value replaces any other variable of that name, so a state that
// was saved is the one that is found. Of a name that was not saved, any step of
// the job can make a state by setting the variable through GITHUB_ENV: the
// action's step must save every name that its post step asks for, also when it
// fails, and the post step must take what it finds for a claim where it cannot
// be sure of that.
func (r *Runner) GetState(name string) (value string, saved bool) {
	if r == nil {
		return "", false
	}
	return r.lookup("STATE_" + name)
}
