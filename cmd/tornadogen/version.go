package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which version of tornadogen this is",
		Example: "  tornadogen version",
		Args:    args(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "tornadogen %s %s %s/%s\n", builtFrom().version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
