package main

import (
	"os"
	"path/filepath"
	"regexp"
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
		"release":                   {origin{"v1.2.3", false, "/gone/cmd/tornadogen/origin.go"}, templates.Module{Path: modulePath, Version: "v1.2.3"}, ""},
		"release candidate":         {origin{"v1.2.3-rc.1", false, "x"}, templates.Module{Path: modulePath, Version: "v1.2.3-rc.1"}, ""},
		"fetched commit":            {origin{"v0.0.0-20260102030405-0123456789ab", true, "x"}, templates.Module{Path: modulePath, Version: "v0.0.0-20260102030405-0123456789ab"}, ""},
		"commit of a clone":         {origin{"v0.0.0-20260102030405-0123456789ab", false, file}, local, ""},
		"commit after a release":    {origin{"v1.2.4-0.20260102030405-0123456789ab", false, file}, local, ""},
		"release with changes":      {origin{"v1.2.3+dirty", false, file}, local, ""},
		"no version":                {origin{"(devel)", false, file}, local, ""},
		"source has gone":           {origin{"(devel)", false, "/gone/cmd/tornadogen/origin.go"}, templates.Module{}, `^/gone: the source .* is not there any more; run go install`},
		"something else is there":   {origin{"(devel)", false, filepath.Join(other, "cmd", "tornadogen", "origin.go")}, templates.Module{}, `is not there any more; run go install`},
		"built without paths":       {origin{"(devel)", false, modulePath + "/cmd/tornadogen/origin.go"}, templates.Module{}, `built with -trimpath; run go install`},
		"nothing known of the file": {origin{"(devel)", false, ""}, templates.Module{}, `built with -trimpath; run go install`},
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

// A new service must not ask for an older Go than the runtime does.
func TestGoVersionIsThatOfTheRuntime(t *testing.T) {
	text, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	found := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(text)
	require.NotNil(t, found)
	require.Equal(t, string(found[1]), goVersion)
}
