// Package documented holds what SECURITY.md says of defaults against the code, in tests.
package documented

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var row = regexp.MustCompile("(?m)^\\| `?([^|`]+?)`?(?: of streams and sockets)? \\| ([^|]+) \\| ([^|]+) \\|(?: ([^|]*)\\|)?$")

// settings is the table of settings in the file at path.
func settings(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "\n| setting | default |")
	if !found {
		t.Fatalf("%s has no table of settings", path)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	return table
}

// Defaults fails a test unless the file at path has a row with a reason for each setting in want, with its default as fmt prints it. It
// returns the defaults in the file by setting.
func Defaults(t testing.TB, path string, want map[string]any) map[string]string {
	t.Helper()
	rows := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(settings(t, path), -1) {
		rows[m[1]] = m[2]
	}
	for name, value := range want {
		if said := rows[name]; said != fmt.Sprint(value) {
			t.Errorf("%s says that %s is %q; it is %v", path, name, said, value)
		}
	}
	return rows
}

// Counted are the bounds that the rows of the file at path say a setting is counted by: none without one.
func Counted(t testing.TB, path string) map[string][]string {
	t.Helper()
	counted := map[string][]string{}
	for _, m := range row.FindAllStringSubmatch(settings(t, path), -1) {
		if strings.Contains(m[4], "`") {
			counted[m[1]] = strings.FieldsFunc(m[4], func(r rune) bool { return strings.ContainsRune("`, ", r) })
		}
	}
	return counted
}
