package target

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"

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

// filesVariable tells it how many descriptors it may have.
const filesVariable = "TORNADOGEN_TARGET_FILES"

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
	if files := os.Getenv(filesVariable); files != "" { // of which Start has taken its share
		n, err := strconv.ParseUint(files, 10, 32)
		if err == nil {
			err = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: n, Max: n})
		}
		if err != nil {
			return err
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(t.Addresses); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin) // until the parent closes it, or dies
	return errors.Join(err, t.Stop())
}

// Spawn starts this program again as a target.
func Spawn() (*Child, error) { return spawn() }

// SpawnWithFiles starts one that may have so many descriptors.
func SpawnWithFiles(n int) (*Child, error) { return spawn(filesVariable + "=" + strconv.Itoa(n)) }

// SpawnOn starts one that runs on that processor alone.
func SpawnOn(processor int) (*Child, error) {
	c, err := spawn("GOMAXPROCS=1")
	if err != nil {
		return nil, err
	}
	if err := Pin(c.PID(), processor); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func spawn(env ...string) (*Child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &Child{command: exec.Command(self)}
	c.command.Env = append(append(os.Environ(), childVariable+"=1"), env...)
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

// PID is that of the process.
func (c *Child) PID() int { return c.command.Process.Pid }
