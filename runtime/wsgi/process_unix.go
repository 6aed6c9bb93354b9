//go:build unix

package wsgi

import (
	"os/exec"
	"syscall"
)

const supported = true

// ownGroup keeps signals of the terminal away from workers: they end when the server has drained.
var ownGroup = &syscall.SysProcAttr{Setpgid: true}

func terminate(cmd *exec.Cmd) error { return cmd.Process.Signal(syscall.SIGTERM) }

// kill ends the process and what it has started. Of one that was waited for, the number may be another group's by now.
func kill(cmd *exec.Cmd) {
	if cmd.Process.Signal(syscall.Signal(0)) == nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may have ended by itself
	}
}
