package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Services that ignore the interrupt do not outlive dev, neither the last nor one before.
func TestDevEndsWhatDoesNotEnd(t *testing.T) {
	out, in, err := os.Pipe()
	require.NoError(t, err)
	defer out.Close()
	defer in.Close()
	cmd := &cobra.Command{}
	cmd.SetOut(in)
	cmd.SetErr(io.Discard)
	said := bufio.NewReader(out)
	d := &developer{cmd: cmd, patience: 50 * time.Millisecond}
	stubborn := func() *program {
		p, err := launch(cmd, exec.Command("/bin/sh", "-c", `trap "" INT; echo ready; exec sleep 600`))
		require.NoError(t, err)
		t.Cleanup(func() { _ = p.cmd.Process.Kill() })
		_, err = said.ReadString('\n')
		require.NoError(t, err)
		return p
	}
	former, last := stubborn(), stubborn()
	d.drain(former)
	d.current = last
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.end()
	}()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("dev does not end")
	}
	require.True(t, former.hasEnded())
	require.True(t, last.hasEnded())
}

// Whom a message of sd_notify(3) is from is told by the whole number.
func TestDevServing(t *testing.T) {
	for _, c := range []struct {
		told          string
		serves, there bool
	}{
		{"READY=1\nMAINPID=12", true, true},
		{"READY=1\nMAINPID=12\nX_TORNADO_UNTAKEN=1", true, false},
		{"READY=1\nMAINPID=123", false, true},
		{"READY=1\nMAINPID=123\nX_TORNADO_UNTAKEN=1", false, false},
		{"STOPPING=1", false, true},
	} {
		serves, there := serving(c.told, "12")
		assert.Equal(t, [2]bool{c.serves, c.there}, [2]bool{serves, there}, c.told)
	}
}

// A temporary folder whose path is too long for a socket is told with what to do.
func TestDevTempTooLong(t *testing.T) {
	d := &developer{addr: "127.0.0.1:0", folder: filepath.Join(t.TempDir(), strings.Repeat("long", 40))}
	defer d.close()
	require.NoError(t, os.Mkdir(d.folder, 0o750))
	err := d.listen()
	require.ErrorContains(t, err, d.folder)
	require.ErrorContains(t, err, "set TMPDIR to a folder with a short path")
}

// What is for development alone is not reached from elsewhere unless that is asked for.
func TestToolsListenLocally(t *testing.T) {
	for _, cmd := range []*cobra.Command{newDev(), newMock()} {
		require.Equal(t, "127.0.0.1:8080", cmd.Flag("addr").DefValue, cmd.Name())
	}
}
