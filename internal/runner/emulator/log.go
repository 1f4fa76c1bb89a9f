// SPDX-License-Identifier: BSD-3-Clause

package emulator

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// Limits of the runner for annotations of one step.
const (
	maxAnnotations = 10   // of each level
	maxMessage     = 4096 // UTF-16 units
)

// commands are those that our own program has a use for; any other is taken
// for an injected one, as is one in a spelling that we do not write.
var commands = []string{"error", "warning", "notice", "debug", "group", "endgroup", "add-mask"}

// properties are those of our annotations.
var properties = []string{"file", "line", "col", "endLine", "endColumn", "title"}

// stepLog takes the lines of both streams, in the order in which they are
// complete, and does what they say.
type stepLog struct {
	job    *Job
	result *Result
	fault  func(format string, args ...any)

	mu      sync.Mutex
	lines   []string
	streams []*stream
	counts  map[string]int
	shown   strings.Builder
}

// stream is standard output or standard error: the runner reads commands from
// both.
type stream struct {
	log  *stepLog
	rest string
}

func (l *stepLog) stream() io.Writer {
	s := &stream{log: l}
	l.streams = append(l.streams, s)
	return s
}

func (s *stream) Write(p []byte) (int, error) {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.rest += string(p)
	for {
		at := strings.IndexByte(s.rest, '\n')
		if at < 0 {
			return len(p), nil
		}
		s.log.lines = append(s.log.lines, s.rest[:at])
		s.rest = s.rest[at+1:]
	}
}

// read does what the lines say, in order.
func (l *stepLog) read() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.streams {
		if s.rest != "" {
			l.lines = append(l.lines, s.rest)
		}
	}
	l.result.Raw = l.job.paths.leave(strings.Join(append(l.lines, ""), "\n"))
	secrets := l.job.secrets()
	for _, whole := range l.lines {
		if strings.ContainsFunc(whole, func(r rune) bool { return r != '\t' && !unicode.IsPrint(r) }) || !utf8.ValidString(whole) {
			l.fault("a line of the log is not printable: %.200q", whole)
		}
		// A lone carriage return ends a line too.
		for _, line := range strings.FieldsFunc(l.job.paths.leave(whole), func(r rune) bool { return r == '\r' }) {
			found := runnertest.ParseLog(line)
			if len(found) == 0 {
				if s := holdsAny(line, secrets); s != "" {
					l.fault("a secret (%s) is in the log", s)
				}
				l.show(line)
				continue
			}
			for _, c := range found {
				c.Line = line // as it was written
				l.command(c, secrets)
			}
		}
	}
}

// show adds lines to the log of the run's page.
func (l *stepLog) show(text string) { l.shown.WriteString(l.job.masks.hide(text) + "\n") }

// command executes one command.
func (l *stepLog) command(c runnertest.Command, secrets []string) {
	if !slices.Contains(commands, c.Name) && !l.job.allowed(c.Name) {
		l.fault("injected: the runner would execute %q", c.Line)
		return
	}
	if !strings.HasPrefix(c.Line, "::"+c.Name) {
		l.fault("injected: %q is no command as we write them", c.Line)
		return
	}
	if c.Name != "add-mask" {
		if s := holdsAny(c.Line, secrets); s != "" {
			l.fault("a secret (%s) is in the command %s", s, c.Name)
		}
	}
	switch c.Name {
	case "add-mask":
		if !slices.Contains(secrets, c.Data) {
			l.fault("injected: the mask %q is of no secret of this job", c.Data)
		}
		l.job.masks.add(c.Data)
	case "group", "endgroup":
		l.show("##[" + c.Name + "]" + c.Data)
	case "error", "warning", "notice":
		for key := range c.Properties {
			if !slices.Contains(properties, key) {
				l.fault("injected: the annotation has a property %q: %q", key, c.Line)
			}
		}
		a := Annotation{
			Level: c.Name, File: l.job.paths.relative(c.Properties["file"]), Title: c.Properties["title"], Message: c.Data,
		}
		a.Line, a.EndLine, a.Col = l.number(c, "line"), l.number(c, "endLine"), l.number(c, "col")
		// Lines and columns that contradict each other are dropped.
		if a.Line == 0 || a.EndLine != 0 && a.EndLine < a.Line {
			a.EndLine = 0
		}
		if a.Line == 0 || a.EndLine > a.Line {
			a.Col = 0
		}
		if strings.HasPrefix(a.File, "/") {
			l.fault("the annotation's file %q is not in the repository", a.File)
		}
		if !strings.HasPrefix(a.Title, l.job.options.Titles) {
			l.fault("injected: an annotation with the title %q: %q", a.Title, c.Line)
		}
		l.annotate(a)
	}
}

func (l *stepLog) number(c runnertest.Command, key string) int {
	v := c.Properties[key]
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		l.fault("the annotation's %s is %q, which the runner drops", key, v)
		return 0
	}
	return n
}

// annotate counts and keeps an annotation, as far as the runner would.
func (l *stepLog) annotate(a Annotation) {
	a.Message = l.job.masks.hide(a.Message)
	if strings.TrimSpace(a.Message) == "" {
		l.fault("an annotation of level %s has no message, and the runner drops it", a.Level)
		return
	}
	if units := utf16.Encode([]rune(a.Message)); len(units) > maxMessage {
		l.fault("an annotation has %d units, and the runner cuts it at %d", len(units), maxMessage)
		a.Message = string(utf16.Decode(units[:maxMessage]))
	}
	l.show("##[" + a.Level + "]" + a.Message)
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	if l.counts[a.Level]++; l.counts[a.Level] > maxAnnotations {
		l.fault("%d annotations of level %s, and the runner drops the last: %q", l.counts[a.Level], a.Level, a.Title)
		return
	}
	l.result.Annotations = append(l.result.Annotations, a)
}
