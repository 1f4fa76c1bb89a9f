// SPDX-License-Identifier: BSD-3-Clause

package trust

import "time"

// AgeLevel says how much the age of a root matters where it could not be
// refreshed.
type AgeLevel string

// A root is fresh up to 30 days after its date: an unrefreshed one deserves a
// warning. From then to 90 days it is stale: the warning should say that time
// runs out. Afterwards it is too old to decide anything by.
const (
	Fresh   AgeLevel = "fresh"
	Stale   AgeLevel = "stale"
	TooOld  AgeLevel = "too-old"
	NoLevel AgeLevel = "" // a file: its age is its owner's business
)

// The last days, counted from a root's date, of the first two levels.
const (
	freshDays = 30
	staleDays = 90
)

// Age returns the whole days between the root's date and now, 0 for a file and
// for a clock that runs before the date.
func (r *Root) Age(now time.Time) int {
	if r.Date.IsZero() || now.Before(r.Date) {
		return 0
	}
	return int(now.Sub(r.Date) / (24 * time.Hour))
}

// AgeLevel returns how old the root is at the time now, in steps.
func (r *Root) AgeLevel(now time.Time) AgeLevel {
	if r.Date.IsZero() {
		return NoLevel
	}
	switch age := r.Age(now); {
	case age <= freshDays:
		return Fresh
	case age <= staleDays:
		return Stale
	}
	return TooOld
}

// day returns midnight UTC of t's day.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
