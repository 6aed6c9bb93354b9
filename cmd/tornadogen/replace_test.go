package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReplacedAtOnce: each of several that replace one file succeeds, and one of them, as a whole, is what stays.
func TestReplacedAtOnce(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "tornadogen.lock")
	var group sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		text := bytes.Repeat([]byte{'a' + byte(n)}, 1<<16)
		group.Go(func() {
			for range 50 {
				errs[n] = errors.Join(errs[n], replaceFile(name, text, 0o600))
			}
		})
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, bytes.Repeat(data[:1], 1<<16), data)
	require.Len(t, tree(t, dir), 1)
}

// replacingName is the name under which the test binary is a process that replaces one file, for ever or as often as it is told.
const replacingName = "tornadogen-replacing"

// replacing says that it begins, and replaces tornadogen.lock in the folder that its first argument names by the letters of its second.
func replacing() {
	fmt.Println("writing")
	letter := "x"
	times := -1
	if len(os.Args) > 2 {
		letter, times = os.Args[2], 50
	}
	for ; times != 0; times-- {
		if err := replaceFile(filepath.Join(os.Args[1], lockName), []byte(strings.Repeat(letter, 1<<18)), 0o600); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}

// TestReplacedByProcesses is TestReplacedAtOnce for processes.
func TestReplacedByProcesses(t *testing.T) {
	program, dir := asProgram(t, replacingName), t.TempDir()
	var group sync.WaitGroup
	for n := range 4 {
		group.Go(func() {
			said, err := exec.CommandContext(t.Context(), program, dir, string(rune('a'+n))).CombinedOutput()
			assert.NoError(t, err, string(said))
		})
	}
	group.Wait()
	left := tree(t, dir)
	require.Len(t, left, 1)
	require.Equal(t, strings.Repeat(left[lockName][:1], 1<<18), left[lockName])
}

// TestKilledReplacement kills processes that replace a file. The file is complete, and the next run takes away what else they leave.
func TestKilledReplacement(t *testing.T) {
	program := asProgram(t, replacingName)
	document, err := filepath.Abs("testdata/demo.yaml")
	require.NoError(t, err)
	unfinished := 0
	for range 150 {
		dir := t.TempDir()
		require.NoError(t, replaceFile(filepath.Join(dir, lockName), bytes.Repeat([]byte("x"), 1<<18), 0o600))
		killed(t, program, dir)
		left := tree(t, dir)
		require.Equal(t, strings.Repeat("x", 1<<18), left[lockName])
		if len(left) == 1 {
			continue
		}
		unfinished++
		t.Chdir(dir)
		var out bytes.Buffer
		require.Equal(t, exitOK, run([]string{"generate", document, "--out", "api"}, nil, &out, &out), out.String())
		require.Len(t, tree(t, dir), 2, "the lock and the package")
		if unfinished == 3 {
			return
		}
	}
	require.Positive(t, unfinished, "no process was killed while it wrote")
}

// TestTwoProcessesAtOnce: of several commands that write one folder at once each succeeds, and the folder is what one of them gives.
func TestTwoProcessesAtOnce(t *testing.T) {
	program := asProgram(t, "tornadogen")
	choices := [][]string{{"testdata/demo.yaml"}, {petstore, "--only", "server"}, {petstore, "--only", "client"}}
	generate := func(dir string, n int) error {
		said, err := exec.CommandContext(t.Context(), program, append([]string{"generate", "--out", dir, "--package", "p"}, choices[n%len(choices)]...)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, said)
		}
		return nil
	}
	var clean []map[string]string
	for n := range choices {
		dir := filepath.Join(t.TempDir(), "p")
		require.NoError(t, generate(dir, n))
		clean = append(clean, tree(t, dir))
	}
	rounds := 10
	if testing.Short() {
		rounds = 3
	}
	for range rounds {
		dir := filepath.Join(t.TempDir(), "p")
		errs := make([]error, 2*len(choices))
		var group sync.WaitGroup
		for n := range errs {
			group.Go(func() { errs[n] = generate(dir, n) })
		}
		group.Wait()
		require.NoError(t, errors.Join(errs...))
		require.Contains(t, clean, tree(t, dir))
	}
}
