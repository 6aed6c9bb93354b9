package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/templates"
)

func newMock() *cobra.Command {
	var s settings
	var addr string
	var latency time.Duration
	var errorRate float64
	cmd := &cobra.Command{
		Use:   "mock [SPEC]",
		Short: "Serve samples of the API, with no code written",
		Long: `mock serves the API of a document on the same runtime as a service of it: every request is checked as there, and what is refused
is refused with the same words. Else the answer is the one of success, with the first example of the document, or a sample that is
made of its schema. Credentials are asked for as the document says, and any are taken. A WebSocket gets a sample when it is opened and
one for each message; a stream has three parts.

A client chooses by the header field Prefer (RFC 7240): "Prefer: code=404" another answer that the document declares,
"Prefer: example=small" one of its examples.

The package and a program around it are generated and built in a folder of the user's cache, which needs the go command.`,
		Example: `  tornadogen mock openapi.yaml
  tornadogen mock openapi.yaml --addr 127.0.0.1:9000 --latency 200ms --error-rate 0.05
  curl -H 'Prefer: code=404' localhost:8080/pets/1`,
		Args: args(0, 1, ""),
	}
	s.flags(cmd, documentKeys...)
	cmd.Flags().StringVar(&addr, "addr", localAddr, "address to listen on")
	cmd.Flags().DurationVar(&latency, "latency", 0, "how long each answer takes: 200ms")
	cmd.Flags().Float64Var(&errorRate, "error-rate", 0, "how many of all answers are errors, from 0 to 1")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := s.completeDocument(cmd, args); err != nil {
			return err
		}
		if errorRate < 0 || errorRate > 1 {
			return usagef("mock: --error-rate is %v; give a number from 0 to 1", errorRate)
		}
		if latency < 0 {
			return usagef("mock: --latency is %s; give a time that is not negative, such as 200ms", latency)
		}
		_, port, err := net.SplitHostPort(addr)
		if err == nil {
			_, err = net.DefaultResolver.LookupPort(cmd.Context(), "tcp", port)
		}
		if err != nil {
			return usagef("mock: --addr is %q; give an address such as :8080 or %s", addr, localAddr)
		}
		program, err := s.buildMock(cmd)
		if err != nil {
			return err
		}
		return runProgram(cmd, program, "--addr", addr, "--latency", latency.String(), "--error-rate", strconv.FormatFloat(errorRate, 'g', -1, 64))
	}
	return cmd
}

// mockPackage is the name of the package that a mock is made of.
const mockPackage = "mockapi"

// buildMock generates and builds the mock in the cache, and returns the path of the program.
func (s *settings) buildMock(cmd *cobra.Command) (string, error) {
	s.Package, s.Only = mockPackage, []string{generator.OnlyServer}
	s.Imports, s.FormatTypes, s.OwnTypes = nil, nil, true // the cache does not have their packages
	c, err := s.compile()
	if err != nil {
		return "", err
	}
	if err := tell(cmd, &choice{value: "text"}, s.Spec, c.findings); err != nil {
		return "", err
	}
	if c.files == nil {
		return "", refuse(s, c.findings, "correct the document; nothing is served")
	}
	runtime, err := builtFrom().module()
	if err != nil {
		return "", err
	}
	o, err := outlineOf(c.files, "")
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.Spec, err)
	}
	o.findSources(c)
	mock, err := mockOf(c, o)
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.Spec, err)
	}
	service := templates.Service{Name: "mock", Module: "mock", GoVersion: goVersion, Runtime: runtime, Document: c.api.SourceName, Package: mockPackage}
	choosePaths(&service, c.api.BasePath, o.operations)
	files, err := service.Mock(mock)
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.Spec, err)
	}
	for _, f := range c.files {
		files = append(files, templates.File{Name: mockPackage + "/" + f.Name, Data: f.Data})
	}
	p := startProgress(cmd.ErrOrStderr(), 1, "building the mock")
	defer p.end()
	return buildCached(cmd.Context(), "mock", runtime, files)
}

// runProgram runs a program until it ends, passing signals on.
func runProgram(cmd *cobra.Command, path string, args ...string) error {
	p, err := startProgram(cmd, path, args...)
	if err != nil {
		return err
	}
	return p.wait(context.Background())
}

// goCommand explains an error of the go command.
func goCommand(what string, output []byte, err error) error {
	if strings.Contains(err.Error(), "executable file not found") {
		return fmt.Errorf("%s needs the go command, which is not found; install Go %s or later, and look at PATH", what, strings.TrimSuffix(goVersion, ".0"))
	}
	text := strings.TrimSpace(string(output))
	if text == "" {
		text = err.Error()
	}
	return fmt.Errorf("%s does not build: %s", what, text)
}

// removeEnv is the environment of this process without some variables.
func removeEnv(names ...string) []string {
	var env []string
	for _, pair := range os.Environ() {
		keep := true
		for _, name := range names {
			keep = keep && !strings.HasPrefix(pair, name+"=")
		}
		if keep {
			env = append(env, pair)
		}
	}
	return env
}
