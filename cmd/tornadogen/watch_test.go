package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/require"
)

// watching watches folders until the test ends. next waits until a change is told.
func watching(t *testing.T, folders ...string) (w *watcher, next func()) {
	t.Helper()
	w, err := watch(folders, nil)
	require.NoError(t, err)
	t.Cleanup(w.close)
	return w, func() {
		t.Helper()
		select {
		case <-w.changed:
		case err := <-w.failed:
			require.NoError(t, err)
		case <-time.After(time.Minute):
			t.Fatal("no change is told")
		}
	}
}

func makeFolders(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		require.NoError(t, os.MkdirAll(path, 0o750))
	}
}

// A folder that is not watched is not watched either when it comes later, unless it was asked for by its name.
func TestWatchSkipsWhatComesLater(t *testing.T) {
	root := t.TempDir()
	asked := filepath.Join(root, "testdata")
	makeFolders(t, asked)
	w, next := watching(t, root, asked)
	watches := func(folders ...string) { // soon: what is told may be of the step before
		t.Helper()
		require.Eventually(t, func() bool {
			list := w.fs.WatchList()
			slices.Sort(list)
			return slices.Equal(list, slices.Sorted(slices.Values(folders)))
		}, time.Minute, time.Millisecond, "%q are to be watched", folders)
	}
	watches(root, asked)
	makeFolders(t, filepath.Join(root, "node_modules", "left"), filepath.Join(root, ".git", "objects"))
	next()
	pets := filepath.Join(root, "pets")
	makeFolders(t, pets) // events come in order
	next()
	watches(root, pets, asked)
	require.NoError(t, os.RemoveAll(asked))
	next()
	watches(root, pets)
	makeFolders(t, asked)
	next()
	watches(root, pets, asked)
}

// Where more has changed than the system tells, that is a change, and folders that nothing was told of are watched.
func TestWatchOverflow(t *testing.T) {
	root := t.TempDir()
	missed := filepath.Join(root, "missed")
	makeFolders(t, missed)
	w, next := watching(t, root)
	require.NoError(t, w.fs.Remove(missed))
	w.fs.Errors <- fsnotify.ErrEventOverflow
	next()
	require.NoError(t, os.WriteFile(filepath.Join(missed, "pets.go"), nil, 0o600))
	next()
}

// What dev itself writes is no change: the document that the package serves, unless it is the document itself.
func TestWatchOwnFiles(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	makeFolders(t, "petapi")
	for document, want := range map[string]bool{"openapi.yaml": false, "./petapi/openapi.yaml": true, "petapi/openapi.json": false, filepath.Join(dir, "petapi/openapi.yaml"): true} {
		s := settings{Spec: document, Out: "petapi"}
		w, err := watch([]string{"."}, s.copies())
		require.NoError(t, err)
		t.Cleanup(w.close)
		in := func(path string) fsnotify.Event {
			path, err := filepath.Abs(path)
			require.NoError(t, err)
			return fsnotify.Event{Name: path, Op: fsnotify.Write}
		}
		require.Equal(t, want, w.counts(in("petapi/openapi.yaml")), document)
		require.True(t, w.counts(in(document)), document)
		require.True(t, w.counts(in("petapi/more.yaml")), document)
	}
	s := settings{Spec: "openapi.yaml", Out: "petapi", Overlays: []string{"petapi/openapi.json"}}
	require.Equal(t, []string{filepath.Join(dir, "petapi/openapi.yaml")}, s.copies())
}
