//go:build !unix

package wsgi

import (
	"os/exec"
	"syscall"
)

const supported = false

var ownGroup *syscall.SysProcAttr

func terminate(cmd *exec.Cmd) error { return cmd.Process.Kill() }

func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() } // it may have ended by itself
