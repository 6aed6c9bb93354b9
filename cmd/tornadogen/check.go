package main

import (
	"fmt"
	"path/filepath"
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
that differs in the version alone that wrote it passes, and that is said.

It takes the same SPEC and flags as generate, from tornadogen.yaml too.`,
		Example: `  tornadogen check openapi.yaml --out petapi
  tornadogen check                                   # all of it from tornadogen.yaml`,
		Args: args(0, 1, ""),
	}
	s.flags(cmd, packageKeys...)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		s.locking = lockDemand
		o, err := s.prepare(cmd, args, func(findings spec.Diagnostics) error { return tellErrors(cmd, findings) })
		if err != nil {
			return err
		}
		n := 0
		for _, c := range o.changes {
			if c.restamps() {
				continue
			}
			n++
			if _, err := cmd.OutOrStdout().Write(o.diff(c)); err != nil {
				return err
			}
		}
		other := o.writtenBy()
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
