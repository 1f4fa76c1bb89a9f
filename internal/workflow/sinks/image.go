// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"slices"
	"strings"
)

var dockerFlags = options("-e --env=", "-v --volume=", "--mount=", "-w --workdir=", "-u --user=", "--name=", "--entrypoint=", "--network=", "--platform=", "--env-file=",
	"--pull=", "-p --publish=", "-h --hostname=", "-l --label=", "--add-host=", "--cpus=", "-m --memory=", "--gpus=", "--ipc=", "--user=", "--group-add=", "--security-opt=",
	"--cap-add=", "--device=", "--dns=", "--tmpfs=", "--ulimit=", "--shm-size=", "--restart=", "--rm", "-i", "-t", "-d --detach", "--privileged", "--init", "-q --quiet")

// image is "docker run" of an action's image: its inputs are the variables
// INPUT_NAME that it is given, by value or by name.
func (c *call) image(args []word) (Sink, bool) {
	rest, _, ok := sub(c, dockerFlags, args, "run")
	if !ok {
		return Sink{}, false
	}
	a := dockerFlags.parse(c, rest, true)
	if len(a.rest) == 0 {
		return Sink{}, false
	}
	uses, ok := ParseUses("docker://" + a.rest[0].text)
	if !ok || !strings.EqualFold(uses.Repo, "gh-action-pypi-publish") {
		return Sink{}, false
	}
	with := map[string]string{}
	for _, v := range a.flags["env"] {
		name, text, given := strings.Cut(v.text, "=")
		if !strings.HasPrefix(name, "INPUT_") {
			continue
		}
		from := c.resolve(word{text, !dynamic(text)}, name)
		if !given {
			from = c.variable(name)
		}
		with[strings.ReplaceAll(strings.TrimPrefix(name, "INPUT_"), "_", "-")] = from.text
	}
	found, _ := OfAction(uses, with, c.ctx)
	if i := slices.IndexFunc(found, func(s Sink) bool { return !s.Mints }); i >= 0 {
		return found[i], true
	}
	return Sink{}, false
}
