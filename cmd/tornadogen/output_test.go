package main

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/generator"
)

func goFile(name, text string) generator.File {
	return generator.File{Name: name, Data: []byte(generatedHeader + "\n\npackage p // " + text + "\n")}
}

var (
	oldPackage = []generator.File{goFile("a_gen.go", "old"), goFile("b_gen.go", "same"), goFile("c_gen.go", "old"), {Name: "old.json", Data: []byte("{}")}}
	newPackage = []generator.File{goFile("a_gen.go", "new"), goFile("b_gen.go", "same"), goFile("d_gen.go", "new"), {Name: "new.json", Data: []byte("[]")}}
)

func write(t *testing.T, dir string, files []generator.File, step func(string) error) error {
	t.Helper()
	o, err := compare(dir, files, "none")
	require.NoError(t, err)
	return o.write(step)
}

func noStep(string) error { return nil }

// tree reads a folder; folders in it are listed with an empty text.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		if e.IsDir() {
			found[e.Name()] = ""
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		found[e.Name()] = string(data)
	}
	return found
}

// A run that ends before any of its steps leaves complete files, those of the user untouched, and a folder that the next run
// brings to the state of a run that was never disturbed.
func TestRunCutShortIsRepaired(t *testing.T) {
	want := t.TempDir()
	require.NoError(t, write(t, want, newPackage, noStep))
	clean := tree(t, want)

	cut := errors.New("cut short")
	for steps := 0; ; steps++ {
		dir := filepath.Join(t.TempDir(), "p")
		require.NoError(t, write(t, dir, oldPackage, noStep))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "mine.go"), []byte("package p\n"), 0o600))
		before := tree(t, dir)
		done := 0
		err := write(t, dir, newPackage, func(string) error {
			if done == steps {
				return cut
			}
			done++
			return nil
		})
		if err == nil {
			require.Greater(t, steps, 4, "every change is a step")
			break
		}
		require.ErrorIs(t, err, cut)
		left := tree(t, dir)
		if steps == 0 {
			require.Equal(t, before, left, "nothing was changed before the first step")
		}
		for name, text := range left {
			if name == manifestName {
				continue
			}
			require.True(t, text == before[name] || text == clean[name], "%s is neither old nor new after %d steps", name, steps)
		}
		require.NoError(t, write(t, dir, newPackage, noStep))
		repaired := tree(t, dir)
		require.Equal(t, "package p\n", repaired["mine.go"])
		delete(repaired, "mine.go")
		require.Equal(t, clean, repaired, "after %d steps", steps)
	}
}

// The same for a process that was killed: nothing that was deferred has run.
func TestKilledRunIsRepaired(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, write(t, dir, oldPackage, noStep))
	require.NoError(t, os.Mkdir(filepath.Join(dir, stagePattern+"123"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, stagePattern+"123", "a_gen.go"), []byte("half"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, manifestName), manifestOf([]string{"a_gen.go", "b_gen.go", "c_gen.go", "old.json", "d_gen.go", "new.json"}), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "new.json"), []byte("[]"), 0o600))
	require.NoError(t, write(t, dir, newPackage, noStep))

	want := t.TempDir()
	require.NoError(t, write(t, want, newPackage, noStep))
	require.Equal(t, tree(t, want), tree(t, dir))
}

func TestNothingIsTouchedWhenNothingChanges(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, write(t, dir, oldPackage, noStep))
	require.NoError(t, write(t, dir, oldPackage, func(what string) error {
		t.Errorf("%s is written again", what)
		return nil
	}))
}

func TestFailedFirstRunLeavesNoFolder(t *testing.T) {
	top := t.TempDir()
	cut := errors.New("cut short")
	err := write(t, filepath.Join(top, "a", "b"), newPackage, func(string) error { return cut })
	require.ErrorIs(t, err, cut)
	require.Empty(t, tree(t, top))
}

func TestHeaderWithCarriageReturn(t *testing.T) {
	require.True(t, hasHeader([]byte(generatedHeader+"\r\n\r\npackage p\r\n")), "git may have converted it")
	require.False(t, hasHeader([]byte("package p // "+generatedHeader)))
	require.False(t, hasHeader(nil))
}

// Two runs at once do not mix: the folder is what one of them would have left alone.
func TestTwoRunsAtOnce(t *testing.T) {
	var clean []map[string]string
	packages := [][]generator.File{oldPackage, newPackage}
	for _, files := range packages {
		dir := filepath.Join(t.TempDir(), "p")
		require.NoError(t, write(t, dir, files, noStep))
		clean = append(clean, tree(t, dir))
	}
	for range 50 {
		dir := filepath.Join(t.TempDir(), "p")
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				o, err := compare(dir, packages[i%2], "openapi.yaml")
				if err == nil {
					err = o.write(noStep)
				}
				errs[i] = err
			})
		}
		wg.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		require.Contains(t, clean, tree(t, dir))
	}
}
