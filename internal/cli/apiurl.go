// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"net"
	"net/url"
)

// checkAPI refuses an API of another host than github.com's: what it answers
// would be believed, and the job's token would go there. The runner sets the
// variable itself in every step; other addresses are on this machine, for tests.
func checkAPI(base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil {
		return usagef("reading the runner's facts: GITHUB_API_URL is not an address; leave it as the runner sets it")
	}
	host := u.Hostname()
	if ip := net.ParseIP(host); host == "api.github.com" || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return usagef("reading the runner's facts: GITHUB_API_URL leads to %q, and only github.com is supported; leave it as the runner sets it, which is https://api.github.com", host)
}
