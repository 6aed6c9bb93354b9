package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/generator"
)

// restlessName is the name under which the test binary is a process that writes one package and then the other, for ever.
const restlessName = "tornadogen-restless"

// restless says that it begins, and writes into the folder that its argument names.
func restless() {
	fmt.Println("writing")
	for n := 1; ; n++ {
		o, err := compare(os.Args[1], killedPackages()[n%2], "none")
		if err == nil {
			err = o.write(noStep)
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}

// killedPackages are two packages that share some of their files, differ in some, and have some alone.
func killedPackages() (packages [2][]generator.File) {
	long := strings.Repeat("// a line of a file that is not written at once\n", 200)
	for n := range packages {
		state := fmt.Sprintf("state %d\n%s", n, long)
		for i := range 6 {
			packages[n] = append(packages[n], goFile(fmt.Sprintf("both%d_gen.go", i), state), goFile(fmt.Sprintf("same%d_gen.go", i), long),
				goFile(fmt.Sprintf("alone%d%d_gen.go", n, i), state))
		}
		packages[n] = append(packages[n], generator.File{Name: fmt.Sprintf("document%d.json", n), Data: []byte(state)})
	}
	return packages
}

// TestKilledProcess kills processes that write, at any moment. What they leave are files of the one or the other package, each of them
// complete, and what the next run makes of it, for whichever package, is what a run leaves that nothing has disturbed.
func TestKilledProcess(t *testing.T) {
	kills := 150
	if testing.Short() {
		kills = 30
	}
	program := asProgram(t, restlessName)
	packages := killedPackages()
	var clean [2]map[string]string
	for n, files := range packages {
		dir := t.TempDir()
		require.NoError(t, write(t, dir, files, noStep))
		clean[n] = tree(t, dir)
	}
	staged := 0
	for range kills {
		dir := t.TempDir()
		require.NoError(t, write(t, dir, packages[0], noStep))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.go"), []byte("package p\n"), 0o600))
		killed(t, program, dir)

		left := tree(t, dir)
		state := 0 // the package that the files are of
		for name, text := range left {
			switch {
			case strings.HasPrefix(name, stagePattern):
				staged++
			case name == manifestName || name == "mine.go":
			default:
				require.Contains(t, []string{clean[0][name], clean[1][name]}, text, "%s is of neither package", name)
				if text == clean[1][name] && text != clean[0][name] {
					state = 1
				}
			}
		}
		for _, n := range []int{state, 1 - state} {
			require.NoError(t, write(t, dir, packages[n], noStep))
			repaired := tree(t, dir)
			require.Equal(t, "package p\n", repaired["mine.go"])
			delete(repaired, "mine.go")
			require.Equal(t, clean[n], repaired)
		}
	}
	assert.Positive(t, staged, "no process was killed while it wrote")
}

// asProgram is the test binary as the program that TestMain knows by a name.
func asProgram(t *testing.T, name string) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	program := filepath.Join(t.TempDir(), name)
	if err := os.Symlink(self, program); err != nil {
		t.Skip(err) // who may make links there is another matter
	}
	return program
}

// killed starts a process that writes into dir, and kills it while it does.
func killed(t *testing.T, program, dir string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, dir)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "writing\n", line)
	time.Sleep(rand.N(20 * time.Millisecond))
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	require.False(t, cmd.ProcessState.Exited(), "it ended by itself")
}
