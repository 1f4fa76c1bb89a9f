// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"fmt"
	"sync"
	"time"
)

// progress shows on standard error what takes more than a second, where that
// is a terminal. It prints nothing that comes from outside.
type progress struct {
	env     *Env
	started time.Time
	mu      sync.Mutex
	last    time.Time
	shown   bool
	over    bool
}

func newProgress(e *Env) *progress { return &progress{env: e, started: time.Now()} }

func (p *progress) hashing(done, total int64) {
	if total > 0 {
		p.show(fmt.Sprintf("hashing %d of %d MiB", done>>20, total>>20), 100*time.Millisecond)
	}
}

func (p *progress) say(what string) { p.show(what, 0) }

func (p *progress) show(what string, every time.Duration) {
	if !p.env.Progress {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.over || now.Sub(p.started) < time.Second || now.Sub(p.last) < every {
		return
	}
	p.last, p.shown = now, true
	fmt.Fprintf(p.env.Stderr, "\r\x1b[K%s …", what)
}

// done wipes the line.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown && !p.over {
		fmt.Fprint(p.env.Stderr, "\r\x1b[K")
	}
	p.over = true
}
