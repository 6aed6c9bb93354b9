package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// leftOutText names the cases that are not run: set/file, the schema, the instance ("*" for all), and why, between bars.
//
//go:embed leftout.txt
var leftOutText string

// leftOut are the cases that are not run.
type leftOut struct{ entries []*leftOutEntry }

type leftOutEntry struct {
	file, group, test string
	used              bool
}

func readLeftOut() (*leftOut, error) {
	l := &leftOut{}
	for line := range strings.Lines(leftOutText) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, " | ")
		if len(parts) != 4 {
			return nil, fmt.Errorf("leftout.txt: %q is not file | schema | instance | reason", line)
		}
		l.entries = append(l.entries, &leftOutEntry{file: parts[0], group: parts[1], test: parts[2]})
	}
	return l, nil
}

func (l *leftOut) has(file, group, test string) bool {
	found := false
	for _, e := range l.entries {
		if e.file == file && (e.group == "*" || e.group == group) && (e.test == "*" || e.test == test) {
			e.used, found = true, true
		}
	}
	return found
}

// all reports whether no instance of g is sent.
func (l *leftOut) all(file string, g *group) bool {
	return !slices.ContainsFunc(g.Tests, func(t *test) bool { return !l.has(file, g.Description, t.Description) })
}

// unused returns the entries that no case of the suite has met.
func (l *leftOut) unused() []string {
	var out []string
	for _, e := range l.entries {
		if !e.used {
			out = append(out, e.file+" | "+e.group+" | "+e.test)
		}
	}
	return out
}
