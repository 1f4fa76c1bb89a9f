// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/runner/emulator"
)

// recorder is a test whose failures are what is tested.
type recorder struct {
	testing.TB
	errors []string
}

type fatal struct{}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(fatal{})
}

func (r *recorder) Fatal(args ...any) { r.Fatalf("%s", fmt.Sprint(args...)) }

// recorded runs f, which may end its test, and returns what that said.
func recorded(t *testing.T, f func(tb testing.TB)) string {
	t.Helper()
	r := &recorder{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != (fatal{}) {
				panic(p)
			}
		}()
		f(r)
	}()
	return strings.Join(r.errors, "\n")
}

// says is a program that writes a text to standard output.
func says(text string) emulator.Program {
	return func(p emulator.Process) int { io.WriteString(p.Stdout, text); return 0 }
}

// writes is a program that appends to a command file.
func writes(variable, text string) emulator.Program {
	return func(p emulator.Process) int {
		f, err := os.OpenFile(p.Env[variable], os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteString(text)
			f.Close()
		}
		if err != nil {
			fmt.Fprintln(p.Stderr, err)
			return 9
		}
		return 0
	}
}
