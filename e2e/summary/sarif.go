// SPDX-License-Identifier: BSD-3-Clause

package summary

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// multitool is the program in the packages.
const multitool = "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"

// Complaint is what the validator says of a SARIF file.
type Complaint struct {
	File, Rule, Level, Text string
}

// Validate asks whether files are good SARIF and such as GitHub's code scanning
// takes in. The answer is written to scratch.
func (t Tools) Validate(ctx context.Context, scratch string, files ...string) ([]Complaint, error) {
	answer := filepath.Join(scratch, "answer.sarif")
	args := append([]string{"validate"}, files...)
	_, failed := t.run(ctx, []string{"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "DOTNET_BUNDLE_EXTRACT_BASE_DIR=" + scratch},
		filepath.Join(t.packages, multitool), append(args, "--rule-kind", "Sarif;Ghas", "--output", answer)...)
	data, err := os.ReadFile(answer)
	if err != nil {
		return nil, fmt.Errorf("asking about %q: %w", files, failed)
	}
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID, Level string
				Message       struct{ Arguments []string }
				Locations     []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
			}
			Invocations []struct{ ExecutionSuccessful bool }
		}
	}
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &log); err != nil {
		return nil, fmt.Errorf("reading the answer about %q: %w", files, err)
	}
	if len(log.Runs) != 1 || len(log.Runs[0].Invocations) != 1 || !log.Runs[0].Invocations[0].ExecutionSuccessful {
		return nil, fmt.Errorf("asking about %q: the validator did not come to its end", files)
	}
	var out []Complaint
	for _, r := range log.Runs[0].Results {
		c := Complaint{Rule: r.RuleID, Level: r.Level, Text: fmt.Sprintf("%q", r.Message.Arguments)}
		for _, l := range r.Locations {
			c.File = filepath.Base(l.PhysicalLocation.ArtifactLocation.URI)
		}
		if c.Level == "" {
			c.Level = "warning" // what the standard says of none
		}
		out = append(out, c)
	}
	return out, nil
}
