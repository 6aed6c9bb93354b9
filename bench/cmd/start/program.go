package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// taken is what a step took, all processes that it started included.
type taken struct{ cpu, wall time.Duration }

func (t taken) String() string { return fmt.Sprintf("%.1f / %.1f", t.cpu.Seconds(), t.wall.Seconds()) }

// program is a server that was compiled.
type program struct {
	operations        int
	binary            string
	generate, compile taken
	size              int64 // of binary, in bytes
}

// build writes a document with n operations into dir, has the command generator make a package of it, and compiles a program that
// serves it from the tree in root: every operation answers 501. What it prints on its way goes to no one; it stands in the error
// of a step that fails.
func build(ctx context.Context, root, generator, dir string, n int) (p program, err error) {
	p = program{operations: n, binary: filepath.Join(dir, "server")}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return p, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return p, err
	}
	for name, text := range map[string][]byte{
		"openapi.yaml": document(n), "main.go": mainText(n), "go.mod": fmt.Appendf(nil, moduleFormat, root), "go.sum": sums,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return p, err
		}
	}
	if p.generate, err = step(ctx, dir, dir, generator, "generate", "openapi.yaml", "--out", "api"); err != nil {
		return p, fmt.Errorf("generate %d operations: %w", n, err)
	}
	// What the package imports is compiled before, so that the time is that of the package and the program.
	if _, err := step(ctx, dir, dir, "go", "build", "-mod=mod", "github.com/tornadogen/tornadogen/runtime", "github.com/tornadogen/tornadogen/runtime/client"); err != nil {
		return p, fmt.Errorf("compile the runtime: %w", err)
	}
	if p.compile, err = step(ctx, dir, dir, "go", "build", "-mod=mod", "-o", p.binary, "."); err != nil {
		return p, fmt.Errorf("compile %d operations: %w", n, err)
	}
	info, err := os.Stat(p.binary)
	if err != nil {
		return p, err
	}
	p.size = info.Size()
	return p, nil
}

// step runs a command in dir, outside of any workspace, to its end. When ctx ends, all processes that it started are killed; what the go
// command leaves then lies in scratch.
func step(ctx context.Context, scratch, dir, name string, args ...string) (taken, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0", "GOTMPDIR="+scratch)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = endWithin
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return taken{}, errors.Join(fmt.Errorf("%s: %w", filepath.Base(name), err), errors.New(string(bytes.TrimSpace(out))))
	}
	return taken{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), time.Since(began)}, nil
}

const moduleFormat = `module start

go 1.26.0

require github.com/tornadogen/tornadogen v0.0.0

replace github.com/tornadogen/tornadogen => %q
`

// mainText is the program that serves n operations on the address that is its only argument.
func mainText(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"

	tornado "github.com/tornadogen/tornadogen/runtime"

	"start/api"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := tornado.Serve(ctx, os.Args[1], api.New(handler{})); err != nil {
		log.Fatal(err)
	}
}

type handler struct {
`)
	for i := 0; i < n; i += tagged {
		fmt.Fprintf(&b, "\tapi.UnimplementedGroup%dHandler\n", i/tagged)
	}
	b.WriteString("}\n")
	return b.Bytes()
}
