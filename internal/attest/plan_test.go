// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/trust"
)

// Where there is no log that the index takes, the message names a way out that
// is one: who is at the public instance already is not sent there.
func TestPlanWithoutIndexLog(t *testing.T) {
	log := &trust.Endpoint{URL: "https://log.example.org", Version: 2}
	for name, tt := range map[string]struct {
		config    trust.SigningConfig
		says, not string
	}{
		"the public instance": {trust.SigningConfig{Instance: trust.PublicGood, Rekor2: log}, "--kinds bundle,release", "sign with the public-good instance"},
		"another":             {trust.SigningConfig{Instance: trust.Custom, Path: "services.json", Rekor2: log}, "sign with the public-good instance", "newer sallyport"},
	} {
		_, _, err := (&Plan{kinds: []Kind{KindSLSA}}).logs(&tt.config)
		if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), tt.not) {
			t.Errorf("%s: %v", name, err)
		}
		if _, log, err := (&Plan{kinds: []Kind{KindBundle, KindRelease}}).logs(&tt.config); err != nil || log != RekorV2 {
			t.Errorf("%s: bundles: %v, %v", name, log, err)
		}
	}
}
