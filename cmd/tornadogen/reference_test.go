package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

const commandsPage = "../../docs/reference/commands.md"

// TestCommandsPage holds docs/reference/commands.md against the commands; -update writes it.
func TestCommandsPage(t *testing.T) {
	want := commandsMarkdown()
	if *update {
		require.NoError(t, os.WriteFile(commandsPage, []byte(want), 0o644))
	}
	have, err := os.ReadFile(commandsPage)
	require.NoError(t, err)
	require.Equal(t, want, string(have), "docs/reference/commands.md is of other commands: go test ./cmd/tornadogen -run TestCommandsPage -update")
}

// commandsMarkdown writes what each command says of itself.
func commandsMarkdown() string {
	var b strings.Builder
	b.WriteString(`# Commands

What ` + "`tornadogen help COMMAND`" + ` says; this page is written from it. Flags that are a key of ` + "`tornadogen.yaml`" + ` are described in
[Configuration](config.md#settings), which also tells [what each command does](config.md#commands) in detail, and what its
[exit code](config.md#exit-codes) means.

| command | |
| --- | --- |
`)
	commands := documented()
	for _, cmd := range commands {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", cmd.Name(), cmd.Name(), lowerFirst(cmd.Short))
	}
	for _, cmd := range commands {
		fmt.Fprintf(&b, "\n## %s\n\n```text\n%s\n```\n\n%s\n", cmd.Name(), usageOf(cmd), prose(cmd.Long))
		flags := false
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden {
				return
			}
			if !flags {
				b.WriteString("\n| flag | | |\n| --- | --- | --- |\n")
				flags = true
			}
			fmt.Fprintf(&b, "| `--%s` | %s | %s |\n", f.Name, kindOf(f), escape(f.Usage)+defaultOf(f))
		})
		if cmd.Example != "" {
			fmt.Fprintf(&b, "\n```sh\n%s\n```\n", strings.ReplaceAll(strings.TrimPrefix(cmd.Example, "  "), "\n  ", "\n"))
		}
	}
	return b.String()
}

func documented() []*cobra.Command {
	var all []*cobra.Command
	for _, cmd := range newRoot().Commands() {
		if cmd.Name() != "help" {
			all = append(all, cmd)
		}
	}
	return all
}

// kinds are the types of flags in the words of the page.
var kinds = map[string]string{
	"bool": "", "string": "text", "stringSlice": "list", "stringArray": "list", "stringToString": "map", "duration": "time", "float64": "number",
}

// kindOf says what a flag takes; one of few words is a text.
func kindOf(f *pflag.Flag) string {
	if kind, ok := kinds[f.Value.Type()]; ok {
		return kind
	}
	return "text"
}

func usageOf(cmd *cobra.Command) string {
	line := strings.TrimSuffix(cmd.UseLine(), " [flags]")
	if !cmd.HasSubCommands() {
		return line
	}
	var names []string
	for _, sub := range cmd.Commands() {
		names = append(names, sub.Name())
	}
	return line + " " + strings.Join(names, "|")
}

// prose is a text for a terminal as Markdown: what is indented in it stays as it is.
func prose(text string) string {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	for i, p := range paragraphs {
		if strings.HasPrefix(p, "  ") {
			paragraphs[i] = "```text\n" + strings.ReplaceAll(strings.TrimPrefix(p, "  "), "\n  ", "\n") + "\n```"
		} else {
			paragraphs[i] = escape(p)
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

func defaultOf(f *pflag.Flag) string {
	switch f.DefValue {
	case "", "false", "[]", "0", "0s":
		return ""
	}
	return fmt.Sprintf("; `%s` by default", f.DefValue)
}

// escape keeps Markdown from taking a text for marks.
func escape(s string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "<", `\<`, "_", `\_`).Replace(s)
}

// ours finds a call of the command in a line of shell: what stands behind its name.
var ours = regexp.MustCompile(`^(?:\S+=\S+ )*(?:go tool |\./bin/|\.\./\.\./bin/)?tornadogen(?: (.*))?$`)

// TestCommandsInPages holds every call of tornadogen in a block of code of the documentation against the commands: each is there, and
// has the flags.
func TestCommandsInPages(t *testing.T) {
	pages := []string{"../../README.md", "../../CONTRIBUTING.md"}
	for _, below := range []string{"docs/guide/*.md", "docs/reference/*.md", "examples/*/README.md"} {
		more, err := filepath.Glob("../../" + below)
		require.NoError(t, err)
		pages = append(pages, more...)
	}
	seen := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		fence := ""
		for n, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(line, "```") {
				if fence != "" {
					line = ""
				}
				fence = line
				continue
			}
			indented, ok := strings.CutPrefix(line, "    ")
			if fence == "```sh" {
				indented, ok = line, true
			}
			if call := ours.FindStringSubmatch(shellWords(indented)); ok && fence != "```text" && call != nil {
				seen++
				checkCall(t, fmt.Sprintf("%s:%d", page, n+1), call[1])
			}
		}
	}
	require.Greater(t, seen, 20)
}

// shellWords drops a prompt, the comment at the end and what follows in a pipe.
func shellWords(line string) string {
	line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
	for _, end := range []string{" #", " | ", " > ", " && ", " 2>"} {
		line, _, _ = strings.Cut(line, end)
	}
	return strings.TrimSpace(line)
}

func checkCall(t *testing.T, at, args string) {
	root := newRoot()
	cmd, rest, err := root.Find(strings.Fields(args))
	require.NoError(t, err, at)
	if cmd == root && len(rest) > 0 {
		require.Contains(t, []string{"--version", "--help"}, rest[0], "%s: tornadogen %s", at, args)
		return
	}
	if cmd.Name() == "help" || cmd.Name() == "completion" {
		return
	}
	require.NoError(t, cmd.ParseFlags(rest), "%s: tornadogen %s", at, args)
}
