package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tornadogen/tornadogen/spec"
)

func newGenerate() *cobra.Command {
	var s settings
	var update bool
	cmd := &cobra.Command{
		Use:   "generate [SPEC] --out DIR",
		Short: "Write the typed package",
		Long: `generate reads the OpenAPI document SPEC and writes the typed package into the folder DIR.

The same document gives the same bytes. Files that tornadogen did not write are never overwritten or removed: .tornadogen.json
in the folder lists those that it wrote. When a run is cut short, the next one repairs the folder.

References to http and https addresses are followed with --allow-remote alone. The hash of each document is written to
tornadogen.lock in the current folder, and from then on a document with another hash is refused.

SPEC and the flags may stand in tornadogen.yaml in the current folder. Warnings go to standard error, with --format json to
standard output.`,
		Example: `  tornadogen generate openapi.yaml --out petapi
  tornadogen generate openapi.yaml --out petapi --only client
  tornadogen generate                                # all of it from tornadogen.yaml`,
		Args: args(0, 1, ""),
	}
	s.flags(cmd, packageKeys...)
	cmd.Flags().BoolVar(&update, "update-lock", false, "take what is on the network now for what tornadogen.lock has")
	f := formatFlag(cmd, "text", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		endsSoon()
		s.locking = lockExtend
		if update {
			s.locking = lockUpdate
		}
		o, err := s.prepare(cmd, args, func(findings spec.Diagnostics) error { return tell(cmd, f, s.Spec, findings) })
		if err != nil {
			return err
		}
		return s.write(o)
	}
	return cmd
}

// write writes the package, and the lock beside it.
func (s *settings) write(o *output) error {
	err := o.write(func(string) error { return nil })
	if err == nil && s.remote != nil {
		err = s.remote.lock.write()
	}
	if err == nil {
		err = removeUnfinished(filepath.Dir(lockName))
	}
	return err
}

// prepare does what generate and check have in common: it generates in memory, hands the findings to told, and compares the
// package with its folder.
func (s *settings) prepare(cmd *cobra.Command, args []string, told func(spec.Diagnostics) error) (*output, error) {
	if err := s.completePackage(cmd, args); err != nil {
		return nil, err
	}
	c, err := s.compile()
	if err != nil {
		return nil, err
	}
	if err := told(c.findings); err != nil {
		return nil, err
	}
	if c.files == nil {
		return nil, refuse(s, c.findings, "correct the document; nothing was written")
	}
	return compare(s.Out, c.files, s.Spec)
}
