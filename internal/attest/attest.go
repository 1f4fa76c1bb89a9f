// SPDX-License-Identifier: BSD-3-Clause

// Package attest makes attestations: the statements about a release's files,
// their signatures, and the files that carry them, all of which are written or
// none.
//
// It trusts the claims that it is given to be those of the token that the
// certificate is asked for with: every fact about the build comes from them and
// none from the environment, which earlier steps of a job can write. So the
// predicate says what the certificate says, which the build gate checks in
// what comes out, as it does for everybody's. File names are hostile, and so is
// what the services answer, though whether it verifies is for package evidence.
// Digests are taken as they are: hashing is for package dist.
package attest

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// encode writes JSON as GitHub's and PyPI's actions do: on one line, without
// escapes that the format does not ask for.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("writing JSON: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
