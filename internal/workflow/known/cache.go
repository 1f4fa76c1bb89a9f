// SPDX-License-Identifier: BSD-3-Clause

package known

import "github.com/scientific-python/sallyport/internal/workflow/expr"

// cacheRow is a cache in an action.
type cacheRow struct {
	name string
	// on says whether it is in use; without inputs that is the default.
	on func(use) expr.Truth
	// restores and saves say whether it may do so when in use; nil for yes.
	restores, saves func(use) expr.Truth
	// honours says which versions obey ACTIONS_CACHE_MODE; nil for none that
	// is known to.
	honours   func(version) expr.Truth
	needsFile string
	verified  bool
	off       string
	advice    string
}

func (c *cacheRow) of(u use, role Role) Cache {
	bare := use{version: u.version}
	out := Cache{
		Name: c.name, NeedsFile: c.needsFile, Verified: c.verified, Off: c.off, Advice: c.advice,
		Default:  role != Caching && c.on(bare) != expr.False,
		Restores: c.restores == nil || c.restores(u) != expr.False,
		Saves:    c.saves == nil || c.saves(u) != expr.False,
		// Only what is sure to obey counts as obeying.
		HonoursMode: c.honours != nil && c.honours(u.version) == expr.True,
	}
	out.On = func(in Values) expr.Truth {
		now := use{version: u.version, with: u.with, in: in}
		on := c.on(now)
		if c.restores != nil && c.saves != nil {
			on = and(on, or(c.restores(now), c.saves(now)))
		}
		return on
	}
	return out
}

// always and never are answers that no input changes.
func always(use) expr.Truth { return expr.True }
func never(use) expr.Truth  { return expr.False }

// when is the cache of an input that is "true" or not; off unless written.
func when(input string) func(use) expr.Truth {
	return func(u use) expr.Truth { return u.isTrue(input, false) }
}

// unless is the cache of an input that turns it off with "false".
func unless(input string) func(use) expr.Truth {
	return func(u use) expr.Truth { return u.isFalse(input, false).Not() }
}

// named is the cache of an input that names a package manager; empty and
// "false" name none.
func named(input string) func(use) expr.Truth {
	return func(u use) expr.Truth { return and(u.isSet(input), u.isFalse(input, false).Not()) }
}

// after is a cache that exists from a version on, as on says.
func after(major, minor, patch int, on func(use) expr.Truth) func(use) expr.Truth {
	return func(u use) expr.Truth { return and(u.version.since(major, minor, patch), on(u)) }
}

// from is the first version that does something.
func from(major, minor, patch int) func(version) expr.Truth {
	return func(v version) expr.Truth { return v.since(major, minor, patch) }
}
