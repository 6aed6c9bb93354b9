package main

import (
	"bufio"
	"bytes"
	"fmt"
	"go/format"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// module is the import path of the folder that this command runs in.
const module = "github.com/tornadogen/tornadogen/conformance/"

// server is the program that serves all packages.
type server struct {
	address string
	command *exec.Cmd
	stdin   io.Closer
}

// serve builds and starts one program that serves each package below a path of its own.
func serve(out string, files []*file) (*server, error) {
	dir := filepath.Join(out, "serve")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	source, err := format.Source(program(filepath.ToSlash(out), files))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), source, 0o644); err != nil {
		return nil, err
	}
	binary := filepath.Join(dir, "serve")
	build := exec.Command("go", "build", "-o", binary, "./"+filepath.ToSlash(dir))
	if text, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the packages do not compile: %w\n%s", err, text)
	}
	s := &server{command: exec.Command(binary)}
	s.command.Stderr = os.Stderr
	stdin, err := s.command.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.stdin = stdin
	stdout, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	s.address = strings.TrimSpace(line)
	return s, err
}

// stop ends the program: it runs as long as its standard input is open.
func (s *server) stop() {
	_ = s.stdin.Close()
	_ = s.command.Wait()
}

// program is the source of the program. Its handlers answer 501, so that what is valid gets that.
func program(out string, files []*file) []byte {
	var b bytes.Buffer
	b.WriteString("package main\n\nimport (\n\"fmt\"\n\"io\"\n\"net\"\n\"net/http\"\n\"os\"\n\ntornado \"github.com/tornadogen/tornadogen/runtime\"\n\n")
	for _, f := range files {
		fmt.Fprintf(&b, "%s %q\n", f.pkg(), module+out+"/"+f.pkg())
	}
	b.WriteString(`)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	mux := http.NewServeMux()
	mount := func(prefix string, api *tornado.API) { mux.Handle(prefix+"/", http.StripPrefix(prefix, api.HTTPHandler())) }
`)
	for _, f := range files {
		fmt.Fprintf(&b, "mount(%q, %s.New(%s.UnimplementedDefaultHandler{}))\n", "/"+f.pkg(), f.pkg(), f.pkg())
	}
	b.WriteString(`	go func() { _ = http.Serve(listener, mux) }()
	_, _ = io.Copy(io.Discard, os.Stdin)
}
`)
	return b.Bytes()
}
