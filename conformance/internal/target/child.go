package target

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Child is a target in a process of its own: its descriptors, its memory and its scheduler are not those of who asks it.
type Child struct {
	Addresses
	command *exec.Cmd
	stdin   io.Closer
}

// Addresses are where a target listens.
type Addresses struct{ Plain, TLS, H2C, Echo string }

// childVariable tells a process that it is to be a target.
const childVariable = "TORNADOGEN_TARGET"

// MainIfChild serves and ends the process, if Spawn has started it. Call it first in main, or TestMain.
func MainIfChild(opts ...tornado.Option) {
	if os.Getenv(childVariable) == "" {
		return
	}
	if err := serveChild(opts); err != nil {
		fmt.Fprintln(os.Stderr, "target:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serveChild(opts []tornado.Option) error {
	t, err := Start(opts...)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(t.Addresses); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin) // until the parent closes it, or dies
	return errors.Join(err, t.Stop())
}

// Spawn starts this program again as a target.
func Spawn() (*Child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &Child{command: exec.Command(self)}
	c.command.Env = append(os.Environ(), childVariable+"=1")
	c.command.Stderr = os.Stderr
	stdin, err := c.command.StdinPipe()
	if err != nil {
		return nil, err
	}
	c.stdin = stdin
	stdout, err := c.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &c.Addresses)
	}
	if err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

// Stop lets the target drain, and returns how it ended.
func (c *Child) Stop() error { return errors.Join(c.stdin.Close(), c.command.Wait()) }
