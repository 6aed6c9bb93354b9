package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// clone is a clean repository with scripts/release, an integration, and a changelog.
func clone(t *testing.T, changelog string) (root string, git func(args ...string) string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the release is a script of bash")
	}
	script, err := os.ReadFile("../../scripts/release")
	require.NoError(t, err)
	root = t.TempDir()
	for name, text := range map[string]string{
		"go.mod":              "module example.com/service\n\ngo 1.24\n",
		"go.work":             "go 1.24\n\nuse (\n\t.\n\t./runtime/auth\n)\n",
		"runtime/auth/go.mod": "module example.com/service/runtime/auth\n\ngo 1.24\n\nrequire example.com/service v0.0.0\n",
		"scripts/release":     string(script),
		"CHANGELOG.md":        changelog,
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o700)) //nolint:gosec // one of them is run
	}
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
	} {
		t.Setenv(name, value)
	}
	git = func(args ...string) string { return command(t, root, "git", args...) }
	git("init", "-q")
	git("add", ".")
	git("commit", "-qm", "all")
	return root, git
}

// TestRelease: scripts/release commits what the modules require, and tags that commit for each of them; where it cannot, there is no tag.
func TestRelease(t *testing.T) {
	const changelog = "# Changelog\n\n## 1.2.3\n\n- New.\n\n## 1.2.2-rc.1\n\n## 1x0x0\n"
	release := func(root, version string) (string, error) {
		out, err := exec.Command(filepath.Join(root, "scripts", "release"), version).CombinedOutput() //nolint:gosec // it is ours
		return string(out), err
	}
	t.Run("tags what it commits", func(t *testing.T) {
		root, git := clone(t, changelog)
		out, err := release(root, "v1.2.3")
		require.NoError(t, err, out)
		require.Contains(t, out, "git push origin HEAD v1.2.3 runtime/auth/v1.2.3\n")
		require.Equal(t, "runtime/auth/v1.2.3\nv1.2.3\n", git("tag", "--points-at", "HEAD"))
		require.Equal(t, "release: v1.2.3\n", git("log", "-1", "--format=%s"))
		require.Contains(t, git("show", "HEAD:runtime/auth/go.mod"), "example.com/service v1.2.3")
	})
	t.Run("tags nothing where the commit fails", func(t *testing.T) {
		root, git := clone(t, changelog)
		hook := filepath.Join(root, ".git", "hooks", "pre-commit")
		require.NoError(t, os.MkdirAll(filepath.Dir(hook), 0o750))
		require.NoError(t, os.WriteFile(hook, []byte("#!/bin/sh\nexit 1\n"), 0o700)) //nolint:gosec // it is run
		out, err := release(root, "v1.2.3")
		require.Error(t, err, out)
		require.Empty(t, git("tag"))
	})
	t.Run("commits nothing where there is nothing", func(t *testing.T) {
		root, git := clone(t, changelog)
		command(t, filepath.Join(root, "runtime", "auth"), "go", "mod", "edit", "-require=example.com/service@v1.2.3")
		git("commit", "-qam", "required already")
		out, err := release(root, "v1.2.3")
		require.NoError(t, err, out)
		require.Contains(t, out, "release: the modules require v1.2.3 already\n")
		require.Equal(t, "required already\n", git("log", "-1", "--format=%s"))
		require.Equal(t, "runtime/auth/v1.2.3\nv1.2.3\n", git("tag", "--points-at", "HEAD"))
	})
	t.Run("wants the section of the version", func(t *testing.T) {
		root, git := clone(t, changelog)
		for _, version := range []string{"v1.2.2", "v1.0.0", "v1.2.3-rc.1", "v1.2"} {
			out, err := release(root, version)
			require.Error(t, err, out)
			require.Regexp(t, "^release: ", out)
		}
		require.Empty(t, git("tag"))
	})
}
