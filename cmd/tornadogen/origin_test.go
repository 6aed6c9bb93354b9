package main

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/templates"
)

func TestModuleOfBuild(t *testing.T) {
	source := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(source, "go.mod"), []byte("module "+modulePath+"\n\ngo 1.26.0\n"), 0o600))
	file := filepath.Join(source, "cmd", "tornadogen", "origin.go")
	other := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(other, "go.mod"), []byte("module example.com/other\n"), 0o600))

	local := templates.Module{Path: modulePath, Version: "v0.0.0", Replace: source}
	for name, c := range map[string]struct {
		origin origin
		want   templates.Module
		fails  string
	}{
		"release":                   {origin{version: "v1.2.3", file: "/gone/cmd/tornadogen/origin.go"}, templates.Module{Path: modulePath, Version: "v1.2.3"}, ""},
		"release candidate":         {origin{version: "v1.2.3-rc.1", file: "x"}, templates.Module{Path: modulePath, Version: "v1.2.3-rc.1"}, ""},
		"fetched commit":            {origin{version: "v0.0.0-20260102030405-0123456789ab", fetched: true, file: "x"}, templates.Module{Path: modulePath, Version: "v0.0.0-20260102030405-0123456789ab"}, ""},
		"commit of a clone":         {origin{version: "v0.0.0-20260102030405-0123456789ab", file: file}, local, ""},
		"commit after a release":    {origin{version: "v1.2.4-0.20260102030405-0123456789ab", file: file}, local, ""},
		"release with changes":      {origin{version: "v1.2.3+dirty", file: file}, local, ""},
		"no version":                {origin{version: "(devel)", file: file}, local, ""},
		"source has gone":           {origin{version: "(devel)", file: "/gone/cmd/tornadogen/origin.go"}, templates.Module{}, `^/gone: the source .* is not there any more; run go install`},
		"something else is there":   {origin{version: "(devel)", file: filepath.Join(other, "cmd", "tornadogen", "origin.go")}, templates.Module{}, `is not there any more; run go install`},
		"built without paths":       {origin{version: "(devel)", file: modulePath + "/cmd/tornadogen/origin.go"}, templates.Module{}, `built with -trimpath; run go install`},
		"nothing known of the file": {origin{version: "(devel)", file: ""}, templates.Module{}, `built with -trimpath; run go install`},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := c.origin.module()
			if c.fails != "" {
				require.Regexp(t, c.fails, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, m)
		})
	}
}

// What the go command notes in a binary, by the ways in which one is made.
func TestOrigin(t *testing.T) {
	const fetched = "h1:abc="
	vcs := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}, {Key: "vcs.modified", Value: "false"}}
	changed := append(slices.Clip(vcs[:2]), debug.BuildSetting{Key: "vcs.modified", Value: "true"})
	clone := origin{commit: "0123456789abcdef", time: "2026-01-02T03:04:05Z"}
	with := func(o origin, version string, modified bool) origin {
		o.version, o.modified = version, modified
		return o
	}
	ours := func(version, sum string) debug.Module {
		return debug.Module{Path: modulePath, Version: version, Sum: sum}
	}
	for name, c := range map[string]struct {
		info debug.BuildInfo
		want origin
		mark string
	}{
		"go install of a release": {debug.BuildInfo{Main: ours("v1.2.3", fetched)}, origin{version: "v1.2.3", fetched: true}, "v1.2.3"},
		"go install of a commit":  {debug.BuildInfo{Main: ours("v1.2.4-0.20260102030405-0123456789ab", fetched)}, origin{version: "v1.2.4-0.20260102030405-0123456789ab", fetched: true}, "v1.2.4-0.20260102030405-0123456789ab"},
		"a binary of a release":   {debug.BuildInfo{Main: ours("v1.2.3", ""), Settings: vcs}, with(clone, "v1.2.3", false), "v1.2.3"},
		"a clone":                 {debug.BuildInfo{Main: ours("v1.2.4-0.20260102030405-0123456789ab", ""), Settings: vcs}, with(clone, "v1.2.4-0.20260102030405-0123456789ab", false), ""},
		"a changed clone":         {debug.BuildInfo{Main: ours("v1.2.3+dirty", ""), Settings: changed}, with(clone, "v1.2.3+dirty", true), ""},
		"a clone without git":     {debug.BuildInfo{Main: ours("(devel)", "")}, origin{version: "(devel)"}, ""},
		"a test":                  {debug.BuildInfo{Main: ours("", "")}, origin{version: "(devel)"}, ""},
		"nothing is known":        {debug.BuildInfo{}, origin{version: "(devel)"}, ""},
		"part of another program": {
			debug.BuildInfo{Main: debug.Module{Path: "example.com/shop"}, Settings: vcs, Deps: []*debug.Module{{Path: "example.com/x", Version: "v9.0.0"}, {Path: modulePath, Version: "v1.2.3", Sum: fetched}}},
			origin{version: "v1.2.3", fetched: true},
			"v1.2.3",
		},
		"replaced": {
			debug.BuildInfo{Main: debug.Module{Path: "example.com/shop"}, Deps: []*debug.Module{{Path: modulePath, Version: "v1.2.3", Sum: fetched, Replace: &debug.Module{Path: "../tornadogen"}}}},
			origin{version: "(devel)"},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := originOf(&c.info, "")
			require.Equal(t, c.want, o)
			require.Equal(t, c.mark, o.mark())
		})
	}
	require.Equal(t, "tornadogen v1.2.3+dirty go1.26.8 linux/amd64\ncommit 0123456789abcdef of 2026-01-02T03:04:05Z, with changes\n",
		about{"v1.2.3+dirty", "0123456789abcdef", "2026-01-02T03:04:05Z", true, "go1.26.8", "linux/amd64"}.String())
}

// A new service must not ask for an older Go than the runtime does.
func TestGoVersionIsThatOfTheRuntime(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	found := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(text)
	require.NotNil(t, found)
	require.Equal(t, string(found[1]), goVersion)
}
