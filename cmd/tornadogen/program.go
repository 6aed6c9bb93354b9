package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tornadogen/tornadogen/templates"
)

// buildCached writes a program into a folder of the user's cache and builds it there. The folder is that of its files, so that the same
// program is built once.
func buildCached(ctx context.Context, name string, runtime templates.Module, files []templates.File) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("%s needs a folder for its cache: %w; set XDG_CACHE_HOME", name, err)
	}
	sum := sha256.New()
	for _, f := range files {
		sum.Write(fmt.Appendf(nil, "%s %d\n", f.Name, len(f.Data)))
		sum.Write(f.Data)
	}
	dir := filepath.Join(cache, "tornadogen", name+"-"+hex.EncodeToString(sum.Sum(nil)[:8]))
	if err := writeTree(dir, files); err != nil {
		return "", err
	}
	if runtime.Replace != "" { // what the source of this build has checked need not be looked up
		if sums, err := os.ReadFile(filepath.Join(runtime.Replace, "go.sum")); err == nil {
			if err := os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o666); err != nil {
				return "", fmt.Errorf("%s: cannot be written: %w; check its permissions", dir, cause(err))
			}
		}
	}
	program := filepath.Join(dir, "program"+exeSuffix)
	build := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	build.Dir = dir
	build.Env = append(removeEnv("GOWORK", "GOFLAGS"), "GOWORK=off", "GOFLAGS=-mod=mod")
	if out, err := build.CombinedOutput(); err != nil {
		return "", goCommand("the "+name, out, err)
	}
	return program, nil
}

// exeSuffix is what the name of a program ends with.
var exeSuffix = func() string {
	if filepath.Separator == '\\' {
		return ".exe"
	}
	return ""
}()

// localAddr is where tools for development listen: nobody else's machine reaches them unless --addr says so.
const localAddr = "127.0.0.1:8080"

// program is a process that was started.
type program struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has
	err   error         // then
}

// startProgram starts a program that writes to where the command does.
func startProgram(cmd *cobra.Command, path string, args ...string) (*program, error) {
	return launch(cmd, exec.Command(path, args...))
}

// launch starts a process.
func launch(cmd *cobra.Command, process *exec.Cmd) (*program, error) {
	process.Stdout, process.Stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("%s: cannot be started: %w", process.Path, cause(err))
	}
	p := &program{cmd: process, ended: make(chan struct{})}
	go func() {
		p.err = process.Wait()
		close(p.ended)
	}()
	return p, nil
}

// stop asks the process to end, as often as a terminal does.
func (p *program) stop() {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		_ = p.cmd.Process.Kill() // where there are no signals
	}
}

func (p *program) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// wait waits for the end of the process, and passes on the signals that end this one.
func (p *program) wait(ctx context.Context) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	for {
		select {
		case <-signals:
			p.stop()
		case <-ctx.Done():
			p.stop()
		case <-p.ended:
			var exit *exec.ExitError
			if errors.As(p.err, &exit) {
				return errTold // it has said why
			}
			return p.err
		}
	}
}
