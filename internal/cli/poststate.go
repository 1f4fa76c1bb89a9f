// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/packed"
	"github.com/scientific-python/sallyport/internal/runner"
)

// sealedParts stands in its place where it is too long for one state: it is
// packed then, in so many states more.
type sealedParts struct {
	Parts int `json:"parts"`
}

// Limits of what is remembered.
const (
	maxWhole  = 60 << 10 // bytes of one state, of which the runner makes a variable
	maxParts  = 16       // all variables of a process together have 2 MiB on Linux
	maxSealed = 4 << 20  // bytes, unpacked
)

func sealedPart(n int) string { return fmt.Sprintf("%s-%d", sealedState, n+1) }

// saveSealed saves a text of any length as states of at most 60 KiB, or nothing
// but [runner.ErrFull].
func saveSealed(r *runner.Runner, text string) error {
	if len(text) <= maxWhole {
		return r.SaveState(sealedState, text)
	}
	short, err := packed.Text([]byte(text))
	if err != nil {
		return fmt.Errorf("saving what was sealed: %w", err)
	}
	var parts []string
	for len(short) > 0 {
		n := min(len(short), maxWhole)
		parts, short = append(parts, short[:n]), short[n:]
	}
	if len(parts) > maxParts || len(text) > maxSealed {
		return fmt.Errorf("saving what was sealed: %d bytes: %w", len(text), runner.ErrFull)
	}
	head, err := json.Marshal(sealedParts{len(parts)})
	if err != nil {
		return fmt.Errorf("saving what was sealed: %w", err)
	}
	// What the post step asks for is what this one says that it saved.
	if err := r.SaveState(sealedState, string(head)); err != nil {
		return err
	}
	for i, part := range parts {
		if err := r.SaveState(sealedPart(i), part); err != nil {
			return err
		}
	}
	return nil
}

// loadSealed is what [saveSealed] saved; "" where nothing was sealed.
func loadSealed(r *runner.Runner) (string, error) {
	state, saved := r.GetState(sealedState)
	if !saved || state == "" {
		return "", nil
	}
	var head sealedParts
	if err := json.Unmarshal([]byte(state), &head); err != nil {
		return "", err
	}
	if head.Parts == 0 {
		return state, nil
	}
	if head.Parts < 0 || head.Parts > maxParts {
		return "", fmt.Errorf("it has %d parts", head.Parts)
	}
	var short strings.Builder
	for i := range head.Parts {
		part, saved := r.GetState(sealedPart(i))
		if !saved {
			return "", fmt.Errorf("part %d of %d is missing", i+1, head.Parts)
		}
		short.WriteString(part)
	}
	text, err := packed.Open(short.String(), maxSealed)
	return string(text), err
}
