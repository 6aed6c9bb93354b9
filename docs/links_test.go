package docs_test

import (
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/docs/internal/page"
)

// TestLinks follows every link of a page to the project itself: the file is there, and has the heading.
func TestLinks(t *testing.T) {
	all := append(pages(t), "docs/adr/README.md", "bench/README.md")
	for _, name := range all {
		p, err := page.Read("..", name)
		require.NoError(t, err)
		for _, link := range p.Links {
			if strings.Contains(link.To, "://") || strings.HasPrefix(link.To, "mailto:") {
				continue
			}
			file, anchor, _ := strings.Cut(link.To, "#")
			to := name
			if file != "" {
				to = path.Join(path.Dir(name), file)
			}
			switch {
			case !exists("../" + to):
				t.Errorf("%s:%d: there is no %s", name, link.Line, to)
			case anchor != "" && path.Ext(to) == ".md":
				target, err := page.Read("..", to)
				require.NoError(t, err)
				if !target.HasAnchor(anchor) {
					t.Errorf("%s:%d: %s has no heading #%s", name, link.Line, to, anchor)
				}
			}
		}
	}
}

var (
	goal   = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	called = regexp.MustCompile("(?m)(?:^|`)(?:[A-Z]+=\\S+ )*make ([a-z][a-z-]*)")
)

// TestMakeTargets holds every make command of the pages against the Makefile.
func TestMakeTargets(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	require.NoError(t, err)
	var targets []string
	for _, m := range goal.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, m[1])
	}
	require.Contains(t, targets, "demo")
	seen := 0
	for _, name := range append(pages(t), "bench/README.md") {
		text, err := os.ReadFile("../" + name)
		require.NoError(t, err)
		for _, m := range called.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\n    ", "\n"), -1) {
			seen++
			if !slices.Contains(targets, m[1]) {
				t.Errorf("%s: there is no target %q in the Makefile", name, m[1])
			}
		}
	}
	require.Greater(t, seen, 10)
}
