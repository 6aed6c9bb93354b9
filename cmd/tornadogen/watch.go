package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settleFor is how long nothing must change before a change counts: editors and version control write many files at once.
const settleFor = 100 * time.Millisecond

// watcher tells of changes in folders and all below.
type watcher struct {
	fs      *fsnotify.Watcher
	roots   []string      // the folders, with absolute paths: watched whatever their name
	written []string      // files that tell of no change
	changed chan struct{} // something has
	failed  chan error
}

// skippedFolders are those in which nothing that a program is made of changes.
var skippedFolders = []string{"node_modules", "vendor", "testdata"}

// watch begins to watch folders, but for files that who watches writes: written has their absolute paths.
func watch(folders, written []string) (*watcher, error) {
	inner, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("files cannot be watched: %w", err)
	}
	w := &watcher{fs: inner, written: written, changed: make(chan struct{}), failed: make(chan error, 1)}
	for _, folder := range folders {
		root, err := filepath.Abs(folder)
		if err == nil {
			w.roots = append(w.roots, root)
			err = w.add(root)
		}
		if err != nil {
			_ = inner.Close() // what failed is told
			return nil, fmt.Errorf("%s: cannot be watched: %w; raise fs.inotify.max_user_watches, or watch less", folder, cause(err))
		}
	}
	go w.loop()
	return w, nil
}

// add watches a folder and those below it, without those that are skipped.
func (w *watcher) add(folder string) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil //nolint:nilerr // what cannot be read, or has gone, is not watched
		}
		if name := d.Name(); !slices.Contains(w.roots, path) && (strings.HasPrefix(name, ".") || slices.Contains(skippedFolders, name)) {
			return filepath.SkipDir
		}
		return w.fs.Add(path)
	})
}

// loop hands on changes once they have settled.
func (w *watcher) loop() {
	settled := time.NewTimer(time.Hour)
	settled.Stop()
	var out chan struct{} // changed, while there is something to tell
	for {
		select {
		case event, ok := <-w.fs.Events:
			if !ok {
				return
			}
			if event.Has(fsnotify.Create) {
				_ = w.add(event.Name) // a file, or a folder that has gone again
			}
			if w.counts(event) {
				settled.Reset(settleFor)
			}
		case err, ok := <-w.fs.Errors:
			if !ok {
				return
			}
			if errors.Is(err, fsnotify.ErrEventOverflow) { // what has changed is not known
				for _, root := range w.roots {
					_ = w.add(root) // as for a folder that comes
				}
				settled.Reset(settleFor)
				continue
			}
			select {
			case w.failed <- fmt.Errorf("files cannot be watched any more: %w", err):
			default:
			}
		case <-settled.C:
			out = w.changed
		case out <- struct{}{}:
			out = nil
		}
	}
}

// counts tells whether an event is about a file that a service may be made of.
func (w *watcher) counts(event fsnotify.Event) bool {
	name := filepath.Base(event.Name)
	if event.Op == fsnotify.Chmod || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_gen.go") {
		return false
	}
	switch filepath.Ext(name) {
	case ".swp", ".swx", ".tmp", ".log":
		return false
	}
	return name != "4913" && !slices.Contains(w.written, event.Name) // vim tries a folder with that
}

func (w *watcher) close() { _ = w.fs.Close() } // the process ends
