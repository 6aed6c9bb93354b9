//go:build unix

package main

import (
	"os"
	"os/exec"

	"github.com/spf13/cobra"
)

// launchWithListener starts a program that finds the listener as systemd would pass it (sd_listen_fds(3)), and that tells ready when it
// serves (sd_notify(3)).
func launchWithListener(cmd *cobra.Command, path string, args []string, listener *os.File, ready string) (*program, error) {
	// Whom the listener is for is known when the process is there, so a shell says it and becomes the program.
	process := exec.Command("/bin/sh", append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, path}, args...)...)
	process.Env = append(removeEnv("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET"), "LISTEN_FDS=1", "NOTIFY_SOCKET="+ready)
	process.ExtraFiles = []*os.File{listener}
	return launch(cmd, process)
}
