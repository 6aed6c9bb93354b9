package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/tornadogen/tornadogen/spec"
)

func newCheck() *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use:   "check [SPEC] --out DIR",
		Short: "Show what generate would change, and fail if there is anything",
		Long: `check compares the folder DIR with what generate would write, and writes nothing. When both are the same it prints nothing
and exits with 0. Else it prints a unified diff, from what is there to what the document gives, and exits with 1. A package
that differs in the version alone that wrote it passes, and that is said. For machines there are --format json, a list of the
files that differ, and github, annotations of a GitHub workflow.

It takes the same SPEC and flags as generate, from tornadogen.yaml too.`,
		Example: `  tornadogen check openapi.yaml --out petapi
  tornadogen check                                   # all of it from tornadogen.yaml
  tornadogen check --format github`,
		Args: args(0, 1, ""),
	}
	s.flags(cmd, packageKeys...)
	f := formatFlag(cmd, "text", "json", "github")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		endsSoon()
		s.locking = lockDemand
		o, err := s.prepare(cmd, args, func(findings spec.Diagnostics) error {
			if err := tellErrors(cmd, f, findings); err != nil || !findings.HasErrors() {
				return err
			}
			return refuseBeside(&s, f, findings, "correct the document; nothing was written")
		})
		if err != nil {
			return err
		}
		differing := slices.DeleteFunc(slices.Clone(o.changes), func(c change) bool { return c.restamps() })
		if err := o.tell(cmd.OutOrStdout(), f.value, differing); err != nil {
			return err
		}
		n, other := len(differing), o.writtenBy()
		switch {
		case n > 0 && other != "":
			return fmt.Errorf("%s: %s from what %s gives; it %s: run tornadogen generate, or that version", s.Out, differ(n), s.Spec, other)
		case n > 0:
			return fmt.Errorf("%s: %s from what %s gives; run tornadogen generate", s.Out, differ(n), s.Spec)
		case other != "":
			say(cmd.ErrOrStderr(), fmt.Errorf("%s: is what %s gives, but %s; tornadogen generate writes the version", s.Out, s.Spec, other))
		}
		return nil
	}
	return cmd
}

// differingFile is a file that is not what the document gives.
type differingFile struct {
	File string `json:"file"`
	Kind string `json:"kind"` // changed, missing, or stale: not generated any more
	Line int    `json:"line"` // the first one that differs
	Diff string `json:"diff"`
}

// tell prints changes that were not made.
func (o *output) tell(w io.Writer, format string, changes []change) error {
	list := make([]differingFile, 0, len(changes))
	for _, c := range changes {
		d := differingFile{filepath.ToSlash(filepath.Join(o.dir, c.name)), "changed", c.firstLine(), string(o.diff(c))}
		switch {
		case c.old == nil:
			d.Kind = "missing"
		case c.new == nil:
			d.Kind = "stale"
		}
		list = append(list, d)
	}
	if format == "json" {
		return printJSON(w, list)
	}
	said := map[string]string{
		"changed": "is not what " + o.document + " gives", "missing": "is what " + o.document + " gives, and missing",
		"stale": "is not what " + o.document + " gives any more",
	}
	for _, d := range list {
		text := d.Diff
		if format == "github" {
			text = fmt.Sprintf("::error file=%s,line=%d,title=check-%s::%s; run tornadogen generate\n", githubProperty.Replace(d.File), d.Line, d.Kind,
				githubMessage.Replace(said[d.Kind]))
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}

// firstLine is the first line in which what is there differs from what it should be.
func (c *change) firstLine() int {
	if c.old == nil || c.new == nil {
		return 1
	}
	n := 0
	for n < min(len(c.old), len(c.new)) && c.old[n] == c.new[n] {
		n++
	}
	return bytes.Count(c.old[:n], []byte("\n")) + 1
}

func differ(n int) string {
	if n == 1 {
		return "1 file differs"
	}
	return fmt.Sprintf("%d files differ", n)
}

// diff is a change as a unified diff.
func (o *output) diff(c change) []byte {
	path := strings.TrimPrefix(filepath.ToSlash(filepath.Join(o.dir, c.name)), "/")
	from, to := "a/"+path, "b/"+path
	if c.old == nil {
		from = "/dev/null"
	}
	if c.new == nil {
		to = "/dev/null"
	}
	return diff.Diff(from, c.old, to, c.new)
}
