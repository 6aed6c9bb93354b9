package docs_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/docs/internal/site"
)

var (
	href  = regexp.MustCompile(` (?:href|src)="([^"]*)"`)
	ident = regexp.MustCompile(` id="([^"]*)"`)
)

// TestSite writes the site and follows every link in it; every page of the guide and the reference is in the navigation.
func TestSite(t *testing.T) {
	s, err := site.Read("..")
	require.NoError(t, err)
	out := t.TempDir()
	require.NoError(t, s.Write(out))

	listed := map[string]bool{}
	for _, section := range s.Sections {
		require.NotEmpty(t, section.Entries, section.Title)
		for _, e := range section.Entries {
			require.False(t, listed[e.Path], "%s is listed twice", e.Path)
			listed[e.Path] = true
		}
	}
	for _, name := range pages(t) {
		if strings.HasPrefix(name, "docs/") && name != "docs/README.md" {
			require.True(t, listed[name], "%s is not in docs/README.md, which the navigation is made of", name)
		}
	}

	texts, anchors := map[string]string{}, map[string]map[string]bool{}
	require.NoError(t, filepath.WalkDir(out, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(file)
		name, _ := filepath.Rel(out, file)
		name = filepath.ToSlash(name)
		texts[name], anchors[name] = string(data), map[string]bool{}
		for _, m := range ident.FindAllStringSubmatch(string(data), -1) {
			anchors[name][m[1]] = true
		}
		return err
	}))
	require.Greater(t, len(texts), 40)
	for name, text := range texts {
		if path.Ext(name) != ".html" {
			continue
		}
		require.NotContains(t, text, "raw HTML omitted", name)
		require.NotContains(t, text, "<!--", name)
		for _, m := range href.FindAllStringSubmatch(text, -1) {
			to := strings.ReplaceAll(m[1], "&amp;", "&")
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") || strings.HasPrefix(to, "data:") {
				continue
			}
			file, anchor, _ := strings.Cut(to, "#")
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			require.Contains(t, texts, target, "%s leads to %s", name, to)
			if anchor != "" {
				require.True(t, anchors[target][anchor], "%s leads to %s", name, to)
			}
		}
		for _, loaded := range regexp.MustCompile(`<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//`).FindAllString(text, -1) {
			t.Errorf("%s asks another host: %s", name, loaded)
		}
	}
}
