package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// man is where TestManPages leaves its pages: make man. They are written by a test so that the command does not link what makes them.
var man = flag.String("man", "", "folder for the pages of the manual")

// TestManPages writes a page of the manual for each command, as people read them with man(1). With SOURCE_DATE_EPOCH they bear its date, so that
// the same source gives the same pages.
func TestManPages(t *testing.T) {
	dir := *man
	if dir == "" {
		dir = t.TempDir()
	}
	require.NoError(t, os.MkdirAll(dir, 0o755)) //nolint:gosec // it is for everybody
	root := newRoot()
	root.InitDefaultCompletionCmd()
	root.DisableAutoGenTag = true // it has a date of its own
	asMarkdown(root)
	require.NoError(t, doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "tornadogen", Manual: "tornadogen"}, dir))

	pages := 0
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
		text, err := os.ReadFile(filepath.Join(dir, name+".1"))
		require.NoError(t, err)
		pages++
		for _, want := range []string{".SH NAME\n", ".SH SYNOPSIS\n", ".SH DESCRIPTION\n"} {
			assert.Contains(t, string(text), want, name)
		}
		assert.Equal(t, cmd.Example != "", strings.Contains(string(text), ".SH EXAMPLE\n"), name)
		assert.NotContains(t, string(text), filepath.Dir(dir), "nothing of this machine")
		for _, below := range cmd.Commands() {
			if below.IsAvailableCommand() && !below.IsAdditionalHelpTopicCommand() {
				visit(below)
			}
		}
	}
	visit(root)
	assert.Greater(t, pages, len(documented()))
	check, err := os.ReadFile(filepath.Join(dir, "tornadogen-check.1"))
	require.NoError(t, err)
	assert.Contains(t, string(check), "/pets/*, /admin/**")
	sync, err := os.ReadFile(filepath.Join(dir, "tornadogen-sync.1"))
	require.NoError(t, err)
	assert.Regexp(t, `\.EX\nchanged .*\nmoved `, string(sync), "a table stays one")
}

// asMarkdown makes Markdown of the texts of a command and of those below it, which is what the pages are made of. Those of cobra are Markdown.
func asMarkdown(cmd *cobra.Command) {
	cmd.Long = prose(cmd.Long)
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { f.Usage = escape(f.Usage) })
	for _, below := range cmd.Commands() {
		if below.Name() != "completion" {
			asMarkdown(below)
		}
	}
}
