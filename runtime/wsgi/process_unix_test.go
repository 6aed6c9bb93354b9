//go:build unix

package wsgi

import (
	"io"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKill: what was waited for gets no signal, nor does the group of its number, which may be another one's.
func TestKill(t *testing.T) {
	start := func(script string) (*exec.Cmd, io.Reader, int) {
		cmd := exec.Command("sh", "-c", script)
		cmd.SysProcAttr = ownGroup
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		text := make([]byte, 32)
		n, err := out.Read(text)
		require.NoError(t, err)
		pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
		require.NoError(t, err)
		return cmd, out, pid
	}
	cmd, _, pid := start("sleep 60 >/dev/null & echo $!")
	require.NoError(t, cmd.Wait())
	kill(cmd)
	require.NoError(t, syscall.Kill(pid, 0))
	require.Equal(t, "S", state(t, pid), "it sleeps on")
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))

	cmd, out, _ := start("sleep 60 & echo $!; wait")
	kill(cmd)
	_, err := io.ReadAll(out) // its child had it open, too
	require.NoError(t, err)
	require.Error(t, cmd.Wait())
}

// state is how ps shows a process: "Z" if it has ended.
func state(t *testing.T, pid int) string {
	t.Helper()
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	require.NoError(t, err)
	return string(out[:1])
}
