// SPDX-License-Identifier: BSD-3-Clause

//go:build race

package evidence_test

const raceEnabled = true
