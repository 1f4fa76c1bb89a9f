// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/scientific-python/sallyport/internal/report"
)

// Limits of the runner for annotations of one step, and ours for masks.
const (
	maxAnnotations = 10   // of each level; further ones vanish
	maxMessage     = 4096 // UTF-16 units; the rest is cut
	maxTitle       = 255  // characters, GitHub's limit for a title
	minMask        = 8    // bytes; a shorter mask would make the log unreadable
	maxMask        = 64 << 10
)

// Levels of [Runner.Annotate].
const (
	LevelError   = "error"
	LevelWarning = "warning"
	LevelNotice  = "notice"
)

// Annotate shows a message on the run's page. File, line, col and title may be
// empty or 0; a column without a line is left out, as the runner would. The
// message may have several lines; one of more than 4,096 UTF-16 units is cut, and
// so is a title of more than 255.
//
// After ten of a level it writes nothing and returns [ErrFull].
func (r *Runner) Annotate(level, file string, line, col int, title, message string) error {
	if r == nil {
		return nil
	}
	fields := map[string]string{}
	add := func(key, value string) {
		if value != "" {
			fields[key] = value
		}
	}
	add("file", report.Sanitize(file))
	add("title", cut(report.Sanitize(title), maxTitle))
	if line > 0 {
		add("line", strconv.Itoa(line))
		if col > 0 {
			add("col", strconv.Itoa(col))
		}
	}
	act := r.act.WithFieldsMap(fields)
	say, ok := map[string]func(string, ...any){
		LevelError: act.Errorf, LevelWarning: act.Warningf, LevelNotice: act.Noticef,
	}[level]
	if !ok {
		return fmt.Errorf("writing an annotation: unknown level %q; use error, warning or notice", level)
	}
	if strings.TrimSpace(message) == "" {
		return errors.New("writing an annotation: the message is empty, which the runner drops")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.annotations[level] >= maxAnnotations {
		return fmt.Errorf("writing an annotation: %d of level %s: %w", maxAnnotations, level, ErrFull)
	}
	r.annotations[level]++
	return guarded("writing an annotation", func() { say("%s", cut(cleanLines(message), maxMessage)) })
}

// cut keeps a text within limit UTF-16 units, which is how the runner counts,
// and says so.
func cut(s string, limit int) string {
	const note = "… (cut)"
	room := limit - len([]rune(note))
	used, fits := 0, 0
	for i, r := range s {
		if used <= room {
			fits = i
		}
		if used += max(1, utf16.RuneLen(r)); used > limit {
			return s[:fits] + note
		}
	}
	return s
}

// Mask makes the runner replace value by *** in all further log lines. It
// must come before the first use of a secret. It refuses a value that is
// short, blank or of several lines: such a mask hides nothing or everything.
// Errors never hold the value.
func (r *Runner) Mask(value string) error {
	if r == nil {
		return nil
	}
	switch _, _, bad := control(value, ""); {
	case len(value) < minMask:
		return fmt.Errorf("masking a value: %d bytes are too few to mask; a secret has at least %d", len(value), minMask)
	case len(value) > maxMask:
		return fmt.Errorf("masking a value: %d bytes are too many to mask; the limit is %d", len(value), maxMask)
	case strings.TrimSpace(value) != value:
		return errors.New("masking a value: it begins or ends in a space; trim the secret")
	case bad:
		return errors.New("masking a value: it holds a control character; mask each line of a secret by itself")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return guarded("masking a value", func() { r.act.AddMask(value) })
}

// Group starts a folded part of the log under title; [Runner.EndGroup] ends
// it. Groups do not nest.
func (r *Runner) Group(title string) error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return guarded("starting a log group", func() { r.act.Group(report.Sanitize(title)) })
}

// EndGroup ends the group.
func (r *Runner) EndGroup() error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return guarded("ending a log group", func() { r.act.EndGroup() })
}
