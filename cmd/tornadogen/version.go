package main

import (
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"
)

// about is what version tells, in JSON.
type about struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Time     string `json:"time,omitempty"` // of the commit, RFC 3339
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersion() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say which version of tornadogen this is",
		Long: `version tells the version of this build, the Go that built it and for what, and, where it was built in a clone, the commit. A build
that is no release is "(devel)", or a version that the go command has made of the commit.

The generated files name a release in their first line.`,
		Example: `  tornadogen version
  go tool tornadogen version --format json`,
		Args: args(0, 0, ""),
	}
	f := formatFlag(cmd, "text", "json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		a := builtFrom().about()
		if f.value == "json" {
			return printJSON(cmd.OutOrStdout(), a)
		}
		_, err := io.WriteString(cmd.OutOrStdout(), a.String())
		return err
	}
	return cmd
}

// about tells of the build that is running.
func (o origin) about() about {
	return about{
		Version: o.version, Commit: o.commit, Time: o.time, Modified: o.modified, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
}

// String is a line, and one more of the commit.
func (a about) String() string {
	text := fmt.Sprintf("tornadogen %s %s %s\n", a.Version, a.Go, a.Platform)
	if a.Commit == "" {
		return text
	}
	text += "commit " + a.Commit
	if a.Time != "" {
		text += " of " + a.Time
	}
	if a.Modified {
		text += ", with changes"
	}
	return text + "\n"
}
