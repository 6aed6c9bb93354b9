package browsertest_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/examples/internal/browsertest"
	"github.com/tornadogen/tornadogen/internal/freeport"
)

const (
	greeting = `openapi: 9.9.9
info: { title: Greeting, version: "1" }
paths:
  /greeting:
    get:
      operationId: greet
      responses:
        "200": { description: How you are greeted., content: { text/plain: { schema: { type: string } } } }
`
	greeter = `package main

import (
	"context"
	"log"
	"os"
	"os/signal"

	tornado "github.com/tornadogen/tornadogen/runtime"

	"greeter/api"
)

type service struct{}

func (service) Greet(context.Context, api.GreetRequest) (string, error) { return "good day", nil }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := tornado.Serve(ctx, os.Args[1], api.New(service{})); err != nil {
		log.Fatal(err)
	}
}
`
	greeterModule = `module greeter

go 1.26.0

require github.com/tornadogen/tornadogen v0.0.0

replace github.com/tornadogen/tornadogen => ROOT
`
)

// TestDev opens the page on which tornadogen dev says what is wrong: it can be read, says the next fault by itself, and makes room for the
// service once all is right.
func TestDev(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	browsertest.Path(t)
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("go.mod", strings.ReplaceAll(greeterModule, "ROOT", root))
	write("go.sum", string(sums))
	write("main.go", greeter)
	write("openapi.yaml", greeting)
	tornadogen := filepath.Join(t.TempDir(), "tornadogen")
	env := append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod") // as for the tests of the command, whose packages are compiled then
	build := exec.Command("go", "build", "-mod=readonly", "-o", tornadogen, "./cmd/tornadogen")
	build.Dir, build.Env = root, env
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	address, err := freeport.Address()
	require.NoError(t, err)
	var told bytes.Buffer
	dev := exec.Command(tornadogen, "dev", "openapi.yaml", "--out", "api", "--addr", address, "--", address)
	dev.Dir, dev.Env, dev.Stderr = dir, env, &told
	require.NoError(t, dev.Start())
	ended := make(chan error, 1)
	go func() { ended <- dev.Wait() }()
	t.Cleanup(func() {
		_ = dev.Process.Signal(os.Interrupt)
		assert.NoError(t, <-ended, told.String())
	})

	w := browsertest.Open(t, browsertest.Desktop)
	w.VisitSoon("http://" + address + "/greeting")
	w.Await(`document.querySelector("pre")?.innerText.includes("openapi.yaml:1:")`)
	for _, look := range browsertest.Looks {
		w.Look(look)
		w.Legible()
		w.Picture("dev")
	}
	w.AsksOnly(address)
	write("openapi.yaml", strings.Replace(greeting, "9.9.9", "8.8.8", 1))
	w.Await(`document.querySelector("pre")?.innerText.includes("8.8.8")`)
	write("openapi.yaml", strings.Replace(greeting, "9.9.9\n", "3.1.0\n", 1))
	w.Await(`document.body.innerText.includes("good day")`)
}
