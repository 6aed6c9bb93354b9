package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const petstore = "../../examples/petstore/openapi.yaml"

var address = regexp.MustCompile(`http://[0-9a-z.:]+:[1-9][0-9]*`)

// goEnv is the environment for the go command in a module outside of this workspace. What it needs is known here already.
func goEnv() []string { return append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod") }

// command runs a program to its end and returns what it printed.
func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, goEnv()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s %s\n%s", name, strings.Join(args, " "), out)
	return string(out)
}

// served is a service that runs in a process of its own.
type served struct {
	cmd  *exec.Cmd
	root string // "http://127.0.0.1:41234"
	out  *bufio.Reader
}

// serve starts a service and waits until it says where it listens.
func serve(t *testing.T, cmd *exec.Cmd) *served {
	t.Helper()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	var errors bytes.Buffer
	cmd.Stderr = &errors
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	stuck := time.AfterFunc(5*time.Minute, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	s := &served{cmd: cmd, out: bufio.NewReader(out)}
	for {
		line, err := s.out.ReadString('\n')
		require.NoError(t, err, "it ended before it served: %s", errors.String())
		if s.root = address.FindString(line); s.root != "" && strings.Contains(line, "/docs") {
			return s
		}
	}
}

// end sends a signal, and demands that the process ends well.
func (s *served) end(t *testing.T, signal os.Signal) {
	t.Helper()
	require.NoError(t, s.cmd.Process.Signal(signal))
	s.ended(t)
}

// ended demands that the process ends well, now that it was told to.
func (s *served) ended(t *testing.T) {
	t.Helper()
	stuck := time.AfterFunc(time.Minute, func() { _ = s.cmd.Process.Kill() })
	defer stuck.Stop()
	_, err := io.Copy(io.Discard, s.out)
	require.NoError(t, err)
	require.NoError(t, s.cmd.Wait(), "exit code 0")
}

// ask sends a request and returns status, media type and body of the answer.
func (s *served) ask(t *testing.T, method, target string, header ...string) (status int, contentType, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.root+target, nil)
	require.NoError(t, err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, res.Header.Get("Content-Type"), string(data)
}

// initService writes a service that can be built without asking anybody for checksums.
func initService(t *testing.T, document string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "shop")
	var stdout, stderr bytes.Buffer
	require.Zero(t, run([]string{"init", dir, "--spec", document}, nil, &stdout, &stderr), stderr.String())
	sums, err := os.ReadFile("../../go.sum")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600))
	return dir
}

// The service that init writes builds, passes its tests, serves, checks input, answers 501, says when its address is taken, and ends
// well, with not one line changed.
func TestScaffoldRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	dir := initService(t, petstore)
	command(t, dir, "go", "vet", "./...")
	command(t, dir, "go", "build", "-o", "shop", ".")
	require.Contains(t, command(t, dir, "go", "test", "-v", "./..."), "--- PASS: TestUnwritten/ListPets")
	cmd := exec.Command(filepath.Join(dir, "shop"), "-addr", "127.0.0.1:0", "-unready", "3s")
	s := serve(t, cmd)

	const problem = "application/problem+json"
	for _, c := range []struct {
		method, target string
		header         []string
		status         int
		contentType    string
		contains       string
	}{
		{"GET", "/v1/pets/1", nil, 501, problem, "getPet"},
		{"GET", "/v1/pets", nil, 501, problem, "listPets"},
		{"GET", "/v1/store/inventory", nil, 501, problem, "getInventory"},
		{"GET", "/v1/pets/x", nil, 422, problem, "petId"},
		{"GET", "/v1/pets?limit=0", nil, 422, problem, "limit"},
		{"DELETE", "/v1/pets/1", nil, 501, problem, "deletePet"},
		{"DELETE", "/v1/pets/x", nil, 422, problem, "petId"},
		{"DELETE", "/v1/pets/1", []string{"X-API-Key", "some"}, 501, problem, "deletePet"},
		{"DELETE", "/v1/pets/1", []string{"Authorization", "Bearer some"}, 501, problem, "deletePet"},
		{"GET", "/v1/nothing", nil, 404, problem, ""},
		{"GET", "/docs", nil, 200, "text/html; charset=utf-8", "Petstore"},
		{"GET", "/healthz", nil, 200, "text/plain; charset=utf-8", "ok"},
		{"GET", "/readyz", nil, 200, "text/plain; charset=utf-8", "ready"},
		{"GET", "/openapi.yaml", nil, 200, "application/yaml", "openapi:"},
	} {
		status, contentType, body := s.ask(t, c.method, c.target, c.header...)
		require.Equal(t, c.status, status, "%s %s: %s", c.method, c.target, body)
		require.Equal(t, c.contentType, contentType, "%s %s", c.method, c.target)
		require.Contains(t, body, c.contains, "%s %s", c.method, c.target)
	}
	taken := strings.TrimPrefix(s.root, "http://")
	out, err := exec.Command(filepath.Join(dir, "shop"), "-addr", taken).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "choose another address with -addr, such as -addr :9000")
	s.drains(t, taken)
}

// drains ends a service as Kubernetes does: readiness goes off first, while the service goes on; then it accepts no more, answers what it
// has accepted, and ends well.
func (s *served) drains(t *testing.T, addr string) {
	t.Helper()
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, func() bool {
		status, _, body := s.ask(t, "GET", "/readyz", "Connection", "close")
		return status == http.StatusServiceUnavailable && body == "draining\n"
	}, time.Minute, time.Millisecond)
	status, _, _ := s.ask(t, "GET", "/healthz", "Connection", "close")
	require.Equal(t, http.StatusOK, status)
	late, err := net.Dial("tcp", addr)
	require.NoError(t, err, "it still accepts")
	defer late.Close()
	_, err = io.WriteString(late, "GET /v1/pets HTTP/1.1\r\nHost: shop\r\n") // one line is missing
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, time.Minute, 10*time.Millisecond, "the listeners close")
	_, err = io.WriteString(late, "\r\n")
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(late), nil)
	require.NoError(t, err, "what was accepted is answered")
	require.Equal(t, http.StatusNotImplemented, res.StatusCode)
	require.True(t, res.Close)
	require.NoError(t, res.Body.Close())
	s.ended(t)
}

// The tests of a new service pass where every operation needs input, and where there is none.
func TestScaffoldTests(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	for name, paths := range map[string]string{
		"none":  `{}`,
		"input": `{"/pets/{id}": {get: {operationId: getPet, parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {"204": {description: Found.}}}}}`,
		"any":   `{/any: {get: {responses: {default: {description: Anything.}}}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			document := filepath.Join(t.TempDir(), "openapi.yaml")
			require.NoError(t, os.WriteFile(document, []byte("openapi: 3.1.0\ninfo: {title: Pets, version: \"1\"}\npaths: "+paths+"\n"), 0o600))
			command(t, initService(t, document), "go", "test", "./...")
		})
	}
}

// When an operation is written, its line of TestUnwritten fails and says so. The tests compile without that line, without any line, and
// without TestUnwritten.
func TestScaffoldWritten(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	document := filepath.Join(t.TempDir(), "openapi.yaml")
	require.NoError(t, os.WriteFile(document, []byte(`openapi: 3.1.0
info: {title: Pets, version: "1"}
paths: {/ping: {get: {operationId: ping, responses: {"204": {description: Here.}}}}}
`), 0o600))
	dir := initService(t, document)
	edit := func(file, old, replacement string) {
		path := filepath.Join(dir, file)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		expr := regexp.MustCompile(old)
		require.Regexp(t, expr, string(text))
		require.NoError(t, os.WriteFile(path, expr.ReplaceAll(text, []byte(replacement)), 0o600))
	}
	said := func() string {
		test := exec.Command("go", "test", "-run", "TestUnwritten", "./...")
		test.Dir, test.Env = dir, goEnv()
		out, err := test.CombinedOutput()
		require.Error(t, err, string(out))
		require.Contains(t, string(out), "Ping is written: take its line out of TestUnwritten")
		return string(out)
	}
	edit("default.go", `(?m)^\treturn tornado\.Unimplemented\(ctx\)$`, "\t<-ctx.Done()\n\treturn ctx.Err()")
	edit("default.go", `(?m)^\ttornado ".*\n`, "")
	require.Contains(t, said(), "(5.0", "one that waits")
	edit("default.go", `(?m)^\t<-ctx.Done\(\)\n\treturn ctx.Err\(\)$`, "\treturn nil")
	said()

	edit("main_test.go", `(?m)^\t\t"Ping": .*\n`, "")
	command(t, dir, "go", "test", "./...")
	edit("main_test.go", `(?s)\n// TestUnwritten .*?\n}\n`, "")
	command(t, dir, "go", "test", "./...")
}

// go generate in a new service runs the tool of the service's own go.mod, and changes nothing. Nor does its workflow find anything.
func TestScaffoldGenerates(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command")
	}
	dir := initService(t, petstore)
	command(t, dir, "go", "build", "-o", filepath.Join(t.TempDir(), "tornadogen"), modulePath+"/cmd/tornadogen") // completes go.mod as go mod tidy does
	before := tree(t, filepath.Join(dir, "petstoreapi"))
	command(t, dir, "go", "generate", "./...")
	require.Equal(t, before, tree(t, filepath.Join(dir, "petstoreapi")))
	tryWorkflow(t, dir)
}

// The command is a tool of a module that takes it with go get -tool, and a program that go install puts into GOBIN: both tell what they
// are, and generate the same.
func TestToolAndInstall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command")
	}
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	dir := t.TempDir()
	sums, err := os.ReadFile("../../go.sum")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600))
	mod := "module example.com/shop\n\ngo " + goVersion + "\n\nreplace " + modulePath + " => " + strconv.Quote(root) + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o600))
	document, err := filepath.Abs(petstore)
	require.NoError(t, err)

	t.Run("get", func(t *testing.T) {
		t.Setenv("GOPROXY", "file://"+filepath.ToSlash(t.TempDir())) // nobody is asked: the module is here, and so is what it needs
		command(t, dir, "go", "get", "-tool", modulePath+"/cmd/tornadogen")
	})
	taken, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	require.NoError(t, err)
	require.Contains(t, string(taken), "\ntool "+modulePath+"/cmd/tornadogen\n")
	require.Regexp(t, `^tornadogen \(devel\) go1\.`, command(t, dir, "go", "tool", "tornadogen", "version"))
	command(t, dir, "go", "tool", "tornadogen", "generate", document, "--out", "petapi")

	bin := t.TempDir()
	t.Setenv("GOBIN", bin)
	command(t, ".", "go", "install", ".")
	tornadogen := filepath.Join(bin, "tornadogen")
	if runtime.GOOS == "windows" {
		tornadogen += ".exe"
	}
	require.Regexp(t, `^tornadogen \S+ go1\.`, command(t, dir, tornadogen, "--version"))
	require.Empty(t, command(t, dir, tornadogen, "check", document, "--out", "petapi"))
}

// scripts/demo serves a document, stops at a signal with exit code 0, and leaves nothing behind.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the demo is a script of bash")
	}
	command(t, ".", "go", "build", "-o", "../../bin/tornadogen", ".")
	parted := t.TempDir() // a document that refers to a file in the folder above its own
	require.NoError(t, os.CopyFS(parted, os.DirFS("testdata/parted")))
	for signal, args := range map[os.Signal][]string{
		os.Interrupt:    {"testdata/demo.yaml"},
		syscall.SIGTERM: {filepath.Join(parted, "api", "openapi.yaml"), parted},
	} {
		folder := t.TempDir()
		cmd := exec.Command("../../scripts/demo", append([]string{"127.0.0.1:0"}, args...)...)
		cmd.Env = append(os.Environ(), "TMPDIR="+folder)
		s := serve(t, cmd)
		status, _, body := s.ask(t, "GET", "/things/1")
		require.Equal(t, 501, status, body)
		s.end(t, signal)
		require.Empty(t, tree(t, folder))
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for addr, want := range map[string]string{
		"8190":                "demo: ADDR=8190: is a port; write ADDR=:8190\n",
		"here":                "demo: ADDR=here: is no address; write ADDR=:8080, or ADDR=127.0.0.1:8080\n",
		"localhost:99999":     "demo: ADDR=localhost:99999: is no address; write ADDR=:8080, or ADDR=127.0.0.1:8080\n",
		taken.Addr().String(): "demo: ADDR=" + taken.Addr().String() + ": is in use; choose another with ADDR=:9000\n",
	} {
		out, err := exec.Command("../../scripts/demo", addr, "testdata/demo.yaml").CombinedOutput()
		require.Error(t, err)
		require.Equal(t, want, string(out))
	}
	folder := t.TempDir()
	cmd := exec.Command("../../scripts/demo", "127.0.0.1:0", "missing.yaml")
	cmd.Env = append(os.Environ(), "TMPDIR="+folder)
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "missing.yaml: there is no such file")
	require.Empty(t, tree(t, folder))
	for want, args := range map[string][]string{
		"demo: what --root is to tornadogen is ROOT here: make demo SPEC=FILE ROOT=FOLDER\n":       {filepath.Join(parted, "api", "openapi.yaml")},
		"demo: ROOT=nowhere: is no folder; write ROOT=FOLDER, that of all files of the document\n": {"testdata/demo.yaml", "nowhere"},
		"demo: ROOT=here: is for a document; write SPEC=FILE, too\n":                               {"", "here"},
	} {
		out, err := exec.Command("../../scripts/demo", append([]string{"127.0.0.1:0"}, args...)...).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), want)
	}
}

// The document of a new service has the overlays in it, so that generate, which is not told of them, finds nothing to change.
func TestInitAppliesOverlays(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("openapi.json", []byte(`{"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "paths": {"/pets": {
		"get": {"operationId": "read_pets_pets_get", "responses": {"204": {"description": "none"}}}}}}`), 0o600))
	require.NoError(t, os.WriteFile("names.yaml", []byte(`overlay: 1.0.0
info: { title: Names, version: "1" }
actions: [{ target: '$.paths["/pets"].get', update: { operationId: read_pets } }]
`), 0o600))
	var stdout, stderr bytes.Buffer
	require.Zero(t, run([]string{"init", "shop", "--spec", "openapi.json", "--overlay", "names.yaml"}, nil, &stdout, &stderr), stderr.String())
	t.Chdir("shop")
	document, err := os.ReadFile("openapi.json")
	require.NoError(t, err)
	require.Contains(t, string(document), `"read_pets"`)
	handlers, err := filepath.Glob("*.go")
	require.NoError(t, err)
	written := ""
	for _, name := range handlers {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		written += string(text)
	}
	require.Contains(t, written, ") ReadPets(")
	require.Zero(t, run([]string{"check"}, nil, &stdout, &stderr), stderr.String())
}
