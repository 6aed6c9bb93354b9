package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// unimplemented finds the handlers and the authenticator of a generated package that answer 501.
var unimplemented = regexp.MustCompile(`(?m)^type (Unimplemented\w+) struct\{\}`)

// serve generates, builds and starts a service of the document that answers 501 to every request that it accepts. stop ends it.
func (s *shop) serve(ctx context.Context, d document) (address string, stop func(), err error) {
	folder := s.folder("drive", d.id)
	g, err := s.generate(ctx, generateLimits, d.path, d.folder, filepath.Join(folder, "api"))
	if err != nil {
		return "", nil, err
	}
	if !g.child.ok() {
		return "", nil, errors.New("not generated: " + g.child.fault())
	}
	if err := s.writeMain(folder); err != nil {
		return "", nil, err
	}
	program := filepath.Join(folder, "service")
	if c := runChild(ctx, buildLimits, s.out, s.workspace(), "go", "build", "-o", program, "./"+filepath.ToSlash(strings.TrimPrefix(folder, s.out+"/"))); !c.ok() {
		return "", nil, errors.New("not built: " + c.fault())
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()         // killed
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the service does not start: %w", err)
	}
	return "http://" + strings.TrimSpace(line), stop, nil
}

// writeMain writes the program of the service.
func (s *shop) writeMain(folder string) error {
	embedded, auth := "", ""
	for _, file := range []string{"handler_gen.go", "security_gen.go"} {
		data, err := os.ReadFile(filepath.Join(folder, "api", file))
		if err != nil {
			continue // there is no security
		}
		for _, m := range unimplemented.FindAllStringSubmatch(string(data), -1) {
			if file == "handler_gen.go" {
				embedded += "\tapi." + m[1] + "\n"
			} else if auth == "" {
				auth = ", api." + m[1] + "{}"
			}
		}
	}
	rel, err := filepath.Rel(s.out, folder)
	if err != nil {
		return err
	}
	text := fmt.Sprintf(`package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"corpus/%s/api"
)

type handler struct {
%s}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(l.Addr())
	fmt.Fprintln(os.Stderr, http.Serve(l, api.New(handler{}%s).HTTPHandler()))
}
`, filepath.ToSlash(rel), embedded, auth)
	return os.WriteFile(filepath.Join(folder, "main.go"), []byte(text), 0o644)
}
