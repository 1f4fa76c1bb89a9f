// SPDX-License-Identifier: BSD-3-Clause

package lab

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// control asks the command that runs the servers. A restart may take as long
// as the first start.
var control = &http.Client{Timeout: time.Minute}

// Stop kills a server at once, as a crash would: connections to it are refused
// from then on.
func (l *Lab) Stop(name string) error { return l.do("stop", name) }

// Start starts a stopped server again, by the same address and with what it
// had stored, and returns when it answers.
func (l *Lab) Start(name string) error { return l.do("start", name) }

// Pause freezes a server: connections to it are made, and nothing answers.
func (l *Lab) Pause(name string) error { return l.do("pause", name) }

// Resume lets a paused server go on, with what was sent to it meanwhile.
func (l *Lab) Resume(name string) error { return l.do("resume", name) }

func (l *Lab) do(action, name string) error {
	resp, err := control.Post(l.Control+"/"+action+"/"+name, "text/plain", nil)
	if err != nil {
		return fmt.Errorf("asking to %s %s: %w", action, name, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		why, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
		return fmt.Errorf("asking to %s %s: %s: %s", action, name, resp.Status, strings.TrimSpace(string(why)))
	}
	return nil
}
