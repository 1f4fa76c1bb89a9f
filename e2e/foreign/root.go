// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"encoding/json"
	"fmt"
	"os"
)

// trustedRoot is what the flags of a tool depend on.
type trustedRoot struct {
	Logs   []json.RawMessage `json:"tlogs"`
	CTLogs []json.RawMessage `json:"ctlogs"`
}

func readRoot(path string) (trustedRoot, error) {
	var r trustedRoot
	data, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("reading the trusted root %q: %w", path, err)
	}
	return r, nil
}
