// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"testing"
)

// texts is a Values of inputs with several possible texts; an empty list is
// one that cannot be listed.
func texts(of map[string][]string) Values {
	return func(input string) ([]string, bool, bool) {
		list, ok := of[input]
		return list, len(list) > 0, ok
	}
}

func TestCaches(t *testing.T) {
	type in = map[string][]string
	push := in{EventName: {"push"}, Ref: {"refs/heads/main"}}
	tag := in{EventName: {"push"}, Ref: {"refs/tags/v1.0"}}
	for _, c := range []struct {
		name, version string
		in            in
		want          string // of the first cache
	}{
		{"astral-sh/setup-uv", "v4", push, "false"},
		{"astral-sh/setup-uv", "v5", push, "true"},
		{"astral-sh/setup-uv", "v9.0.0", tag, "true"},
		{"astral-sh/setup-uv", "v9.0.0", nil, "true"},
		{"astral-sh/setup-uv", "v9.0.0", in{RunnerEnvironment: {"self-hosted"}}, "false"},
		{"astral-sh/setup-uv", "v10", push, "true"},
		{"astral-sh/setup-uv", "v10", tag, "false"},
		{"astral-sh/setup-uv", "v10", in{EventName: {"push"}, Ref: {"refs/heads/main", "refs/tags/v1"}}, "unknown"},
		{"astral-sh/setup-uv", "v10", in{EventName: {"push"}, Ref: {}}, "unknown"},
		{"astral-sh/setup-uv", "v10", in{EventName: {"release"}}, "false"},
		{"astral-sh/setup-uv", "v10", in{EventName: {"workflow_run"}}, "false"},
		{"astral-sh/setup-uv", "v10", in{EventName: {"pull_request_target"}}, "false"},
		{"astral-sh/setup-uv", "v10", in{EventName: {"workflow_dispatch"}}, "true"},
		{"astral-sh/setup-uv", "v10", nil, "unknown"},
		{"astral-sh/setup-uv", "", push, "unknown"},
		{"astral-sh/setup-uv", "", in{"enable-cache": {"auto"}, EventName: {"push"}, Ref: {"refs/heads/main"}}, "true"},
		{"astral-sh/setup-uv", "", tag, "unknown"},
		{"astral-sh/setup-uv", "v10", in{"enable-cache": {"true"}, EventName: {"release"}}, "true"},
		{"astral-sh/setup-uv", "v4", in{"enable-cache": {"True"}}, "true"},
		{"astral-sh/setup-uv", "v9", in{"enable-cache": {"false"}}, "false"},
		{"astral-sh/setup-uv", "v9", in{"enable-cache": {"true", "false"}}, "unknown"},
		{"astral-sh/setup-uv", "v9", in{"enable-cache": {}}, "unknown"},
		{"astral-sh/setup-uv", "v9", in{"enable-cache": {"auto", "true"}}, "true"},
		{"astral-sh/setup-uv", "v9", in{"restore-cache": {"false"}, "save-cache": {"false"}}, "false"},
		{"astral-sh/setup-uv", "v6", in{"restore-cache": {"false"}, "save-cache": {"false"}}, "true"},

		{"actions/setup-python", "v6", nil, "false"},
		{"actions/setup-python", "v6", in{"cache": {"pip"}}, "true"},
		{"actions/setup-python", "v6", in{"cache": {""}}, "false"},
		{"actions/setup-python", "v6", in{"cache": {"pip", ""}}, "unknown"},
		{"actions/setup-python", "v6", in{"cache": {"pip", "poetry"}}, "true"},

		{"actions/setup-node", "v4", nil, "false"},
		{"actions/setup-node", "v4", in{"cache": {"npm"}}, "true"},
		{"actions/setup-node", "v5", nil, "unknown"},
		{"actions/setup-node", "v6", in{"package-manager-cache": {"false"}}, "false"},
		{"actions/setup-node", "v6", in{"package-manager-cache": {"false"}, "cache": {"npm"}}, "true"},
		{"actions/setup-node", "", nil, "unknown"},

		{"prefix-dev/setup-pixi", "v0.9.4", nil, "true"},
		{"prefix-dev/setup-pixi", "v0.9.4", in{"cache": {"false"}}, "false"},
		{"prefix-dev/setup-pixi", "v0.9.4", in{"cache-key": {"k"}}, "true"},
		{"prefix-dev/setup-pixi", "v0.9.4", in{"run-install": {"false"}}, "false"},

		{"mamba-org/setup-micromamba", "v3", nil, "false"},
		{"mamba-org/setup-micromamba", "v3", in{"cache-environment": {"true"}}, "true"},
		{"mamba-org/setup-micromamba", "v3", in{"cache-environment-key": {"k"}}, "true"},
		{"conda-incubator/setup-miniconda", "v3", nil, "none"},

		{"actions/cache", "v4", nil, "true"},
		{"actions/cache", "v4", in{"lookup-only": {"true"}}, "true"}, // it still saves
		{"actions/cache/restore", "v4", nil, "true"},
		{"actions/cache/restore", "v4", in{"lookup-only": {"true"}}, "false"},
		{"actions/cache/save", "v4", nil, "true"},
		{"hendrikmuhs/ccache-action", "v1.2", in{"restore": {"false"}}, "true"},
		{"hendrikmuhs/ccache-action", "v1.2", in{"restore": {"false"}, "save": {"false"}}, "false"},
		{"swatinem/rust-cache", "v2", in{"lookup-only": {"true"}, "save-if": {"false"}}, "false"},

		{"docker/setup-qemu-action", "v2", nil, "false"},
		{"docker/setup-qemu-action", "v3", nil, "true"},
		{"docker/setup-qemu-action", "v3.2.0", nil, "false"},
		{"docker/setup-buildx-action", "v4", nil, "false"},
		{"docker/setup-buildx-action", "v4", in{"version": {"v0.20.0"}}, "true"},
		{"docker/build-push-action", "v7", nil, "false"},
		{"docker/build-push-action", "v7", in{"cache-from": {"type=gha"}}, "true"},
		{"docker/build-push-action", "v7", in{"cache-from": {"type=gha"}, "no-cache": {"true"}}, "false"},
		{"docker/build-push-action", "v7", in{"cache-from": {"type=local,src=x"}}, "false"},
		{"docker/build-push-action", "v7", in{"cache-from": {}}, "unknown"},

		{"hynek/build-and-inspect-python-package", "v2", nil, "true"},
		{"scientific-python/upload-nightly-action", "0.6.4", nil, "true"},
		{"scientific-python/upload-nightly-action", "0.6.2", nil, "unknown"},
		{"pyo3/maturin-action", "v1", nil, "false"},
		{"pyo3/maturin-action", "v1", in{"sccache": {"true"}}, "true"},
	} {
		f := of(c.name, c.version, nil, texts(c.in))
		got := "none"
		if len(f.Caches) > 0 {
			got = f.Caches[0].On(texts(c.in)).String()
		}
		if got != c.want {
			t.Errorf("%s %s %v: in use %s, want %s", c.name, c.version, c.in, got, c.want)
		}
	}
}

// TestLayerCache: the kind of a cache is known though its scope is not.
func TestLayerCache(t *testing.T) {
	for text, want := range map[string]string{
		"type=gha,scope=${{ matrix.arch }}":                "true",
		"${{ inputs.cache && 'type=gha' || '' }}":          "unknown",
		"type=registry,ref=${{ env.IMAGE }}\ntype = gha\n": "true",
		"${{ unclosed type=gha":                            "unknown",
	} {
		in := texts(map[string][]string{"cache-to": {}})
		c := of("docker/build-push-action", "v7", map[string]string{"cache-to": text}, in).Caches[0]
		if got := c.On(in).String(); got != want {
			t.Errorf("%q: in use %s, want %s", text, got, want)
		}
	}
}

func TestCacheFacts(t *testing.T) {
	type in = map[string]string
	for _, c := range []struct {
		name, version                     string
		in                                in
		isDefault, restores, saves, obeys bool
	}{
		{"astral-sh/setup-uv", "v10.0.1", nil, true, true, true, true},
		{"astral-sh/setup-uv", "v10.0.0", nil, true, true, true, false},
		{"astral-sh/setup-uv", "v4", nil, false, true, true, false},
		{"astral-sh/setup-uv", "", nil, true, true, true, false},
		{"astral-sh/setup-uv", "v7", in{"save-cache": "false"}, true, true, false, false},
		{"astral-sh/setup-uv", "v7", in{"restore-cache": "false"}, true, false, true, false},
		{"actions/setup-python", "v7", nil, false, true, true, true},
		{"actions/setup-python", "v6.2.0", nil, false, true, true, false},
		{"prefix-dev/setup-pixi", "v0.10.0", in{"cache-write": "false"}, true, true, false, false},
		{"actions/cache", "v6.1.0", nil, false, true, true, false},
		{"actions/cache", "v6.1.0", in{"lookup-only": "true"}, false, false, true, false},
		{"actions/cache/restore", "v6", nil, false, true, false, false},
		{"actions/cache/save", "v6", nil, false, false, true, false},
	} {
		got := of(c.name, c.version, c.in, written(c.in)).Caches[0]
		if got.Default != c.isDefault || got.Restores != c.restores || got.Saves != c.saves || got.HonoursMode != c.obeys {
			t.Errorf("%s %s %v: default %t, restores %t, saves %t, honours the mode %t", c.name, c.version, c.in, got.Default, got.Restores, got.Saves, got.HonoursMode)
		}
	}
	if c := of("prefix-dev/setup-pixi", "v0.10.0", nil, nil).Caches[0]; c.NeedsFile != "pixi.lock" {
		t.Errorf("setup-pixi caches with %q only", c.NeedsFile)
	}
	if c := of("docker/setup-qemu-action", "v4", nil, nil).Caches[0]; !c.Verified {
		t.Error("the emulator's image is pulled again")
	}
}
