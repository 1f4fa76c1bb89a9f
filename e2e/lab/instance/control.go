// SPDX-License-Identifier: BSD-3-Clause

package instance

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/scientific-python/sallyport/e2e/lab"
	"github.com/scientific-python/sallyport/e2e/lab/process"
)

// control answers POST /ACTION/SERVER, which is how [lab.Lab] has servers
// stopped, started, paused and resumed.
func (i *Instance) control() http.Handler {
	mux := http.NewServeMux()
	handle := func(action string, do func(*http.Request, *process.Server) error) {
		mux.HandleFunc("POST /"+action+"/{server}", func(w http.ResponseWriter, r *http.Request) {
			s := i.server(r.PathValue("server"))
			if s == nil {
				http.Error(w, fmt.Sprintf("no server %q", r.PathValue("server")), http.StatusNotFound)
				return
			}
			if err := do(r, s); err != nil {
				http.Error(w, err.Error(), http.StatusConflict)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
	}
	handle("stop", func(_ *http.Request, s *process.Server) error {
		if s.Name == lab.Trillian {
			return errors.New("it keeps the logs' entries in memory: stop what is in front of it")
		}
		s.Kill()
		return nil
	})
	handle("start", func(r *http.Request, s *process.Server) error { return s.Start(r.Context()) })
	handle("pause", func(_ *http.Request, s *process.Server) error { return s.Pause() })
	handle("resume", func(_ *http.Request, s *process.Server) error { return s.Resume() })
	return mux
}

func (i *Instance) server(name string) *process.Server {
	for _, s := range i.servers {
		if s.Name == name {
			return s
		}
	}
	return nil
}
