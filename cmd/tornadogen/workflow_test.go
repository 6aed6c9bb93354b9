package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// workflow is what GitHub reads of .github/workflows.
type workflow struct {
	Jobs map[string]struct {
		Steps []struct{ Uses, Run, If string }
	}
}

// tryWorkflow runs the commands of a new service's workflow in dir, as GitHub does: they pass, and a pull request that breaks clients, or
// leaves the package behind the document, does not.
func tryWorkflow(t *testing.T, dir string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the workflow is for bash")
	}
	text, err := os.ReadFile(filepath.Join(dir, ".github", "workflows", "ci.yml"))
	require.NoError(t, err)
	var w workflow
	require.NoError(t, yaml.Unmarshal(text, &w))
	var scripts []string
	for _, step := range w.Jobs["test"].Steps {
		require.NotEqual(t, step.Uses == "", step.Run == "")
		require.Equal(t, strings.Contains(step.Run, " diff "), step.If != "", step.Run)
		if step.Run != "" {
			scripts = append(scripts, step.Run)
		}
	}
	require.Len(t, scripts, 4)
	require.Equal(t, "go test -race ./...", scripts[3]) // as TestScaffoldRuns does
	scripts = scripts[:3]
	temp := t.TempDir()
	try := func(script string) (string, error) {
		cmd := exec.Command("bash", "-e", "-c", script)
		cmd.Dir, cmd.Env = dir, append(goEnv(), "RUNNER_TEMP="+temp, "GITHUB_BASE_REF=main")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	// Before there is a main to compare with, nothing can be broken.
	git := func(args ...string) {
		command(t, dir, "git", append([]string{"-c", "user.name=Mia", "-c", "user.email=mia@shop.example"}, args...)...)
	}
	git("init", "-q")
	out, err := try(scripts[1])
	require.NoError(t, err, out)
	git("add", "-A")
	git("commit", "-q", "-m", "all")
	git("update-ref", "refs/remotes/origin/main", "HEAD")
	for _, script := range scripts {
		out, err := try(script)
		require.NoError(t, err, out)
	}

	document := filepath.Join(dir, "openapi.yaml")
	spec, err := os.ReadFile(document)
	require.NoError(t, err)
	renamed := strings.Replace(string(spec), "/findByStatus:", "/findByState:", 1)
	require.NotEqual(t, string(spec), renamed)
	require.NoError(t, os.WriteFile(document, []byte(renamed), 0o600))
	out, err = try(scripts[0])
	require.Error(t, err)
	require.Contains(t, out, "run tornadogen generate")
	out, err = try(scripts[1])
	require.Error(t, err)
	require.Contains(t, out, "breaking")
}
