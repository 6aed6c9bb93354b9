package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/system"
	"github.com/tornadogen/tornadogen/spec"
)

// The document is what the figures are said to be of: as many operations and types as were asked for, with twelve members each.
func TestDocument(t *testing.T) {
	for _, n := range []int{1, 2, 3, 2*tagged + 1} {
		file := filepath.Join(t.TempDir(), "openapi.yaml")
		require.NoError(t, os.WriteFile(file, document(n), 0o600))
		api, findings, err := spec.Load(file)
		require.NoError(t, err)
		require.Empty(t, findings)
		require.Len(t, api.Operations, n)
		require.Len(t, api.Schemas, n)
		assert.Len(t, api.Tags, (n-1)/tagged+1)
		for i, op := range api.Operations {
			assert.Equal(t, path(i, "{id}"), op.Path)
			assert.Len(t, op.Parameters, 2)
			assert.Equal(t, i%2 == 1, op.Body != nil, "operation %d", i)
			assert.Len(t, api.Schemas[i].Properties, 12)
		}
	}
}

// The program embeds what answers for each tag: with one too few it would not compile, with one too many neither.
func TestMainText(t *testing.T) {
	for n, want := range map[int]int{1: 1, tagged: 1, tagged + 1: 2, 5000: 100} {
		assert.Equal(t, want, strings.Count(string(mainText(n)), "Unimplemented"), "%d operations", n)
	}
}

func TestSummarize(t *testing.T) {
	const ms = time.Millisecond
	got := summarize([]start{{50 * ms, 30 * ms}, {900 * ms, 31 * ms}, {40 * ms, 39 * ms}})
	assert.Equal(t, summary{wall: 50 * ms, cpu: 31 * ms, least: 40 * ms}, got)
}

func TestReportFailsAboveTheLimit(t *testing.T) {
	programs := []program{{operations: 1}, {operations: 70}}
	quick, slow := []start{{2 * time.Millisecond, time.Millisecond}}, []start{{30 * time.Millisecond, 20 * time.Millisecond}}
	for limit, fails := range map[time.Duration]bool{29 * time.Millisecond: true, 30 * time.Millisecond: false} {
		var b strings.Builder
		err := report(&b, system.Machine{CPU: "an abacus"}, &config{operations: 70, runs: 1, limit: limit}, programs, [][]start{quick, slow})
		assert.Contains(t, b.String(), "an abacus")
		assert.Contains(t, b.String(), "| 70 | 30.0 | 30.0 | 20.0 |")
		if fails {
			require.ErrorContains(t, err, "answers after 30.0 ms, which is to be 29.0 at most")
		} else {
			require.NoError(t, err)
		}
	}
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"-runs", "0"}, {"-operations", "0"}, {"-limit", "0s"}, {"-timeout", "-1s"}, {"more"}} {
		_, err := parseFlags(args, io.Discard)
		require.Error(t, err, args)
	}
}

// A few operations go all the way: the document is generated, the program compiles, and its last GET is answered.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles a program, a minute where nothing is kept of the last time")
	}
	t.Chdir(filepath.Join("..", ".."))
	t.Setenv("TMPDIR", t.TempDir())
	var b strings.Builder
	require.NoError(t, run(t.Context(), []string{"-operations", "4", "-runs", "1", "-limit", "10s", "-timeout", "5m"}, &b, t.Output()))
	assert.Contains(t, b.String(), "\n| 1 | ")
	assert.Contains(t, b.String(), "\n| 4 | ")
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	assert.Empty(t, left)
}

// A program that ends without an answer is told of with what it said.
func TestStartOfAProgramThatEnds(t *testing.T) {
	program := filepath.Join(t.TempDir(), "server")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\necho no address >&2\nexit 3\n"), 0o700))
	_, err := startOnce(t.Context(), program, "/")
	require.ErrorContains(t, err, "no address")
}
