//go:build unix

package wsgi

import (
	"bytes"
	"errors"
	"io"
	"os"
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
	require.NotEqual(t, "Z", state(t, pid), "it goes on")
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))

	cmd, out, _ := start("sleep 60 & echo $!; wait")
	kill(cmd)
	_, err := io.ReadAll(out) // its child had it open, too
	require.NoError(t, err)
	require.Error(t, cmd.Wait())
}

// state is the letter that ps shows of a process: "Z" if it has ended. Where there is no ps, the kernel is asked.
func state(t *testing.T, pid int) string {
	t.Helper()
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	if errors.Is(err, exec.ErrNotFound) {
		var text []byte
		text, err = os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		_, after, _ := bytes.Cut(text, []byte(") ")) // behind the name
		out = after
	}
	require.NoError(t, err)
	return string(out[:1])
}
