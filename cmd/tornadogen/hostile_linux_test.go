package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The bounds of a document that means harm. How long a processor takes hangs on the machine, and on who else uses it, so that is held against a plain
// document, which the same machine works at in the same minute. hostileTime, by the clock, only tells a document that ends from one that does not.
const (
	hostileTime   = 2 * time.Minute
	hostileShare  = 13          // of what plainOperations take: 10 s on two cores of an AMD EPYC, where those take 0.77 s
	hostileNotice = time.Second // of processors: who takes less is far from it on any machine
	hostileMost   = time.Minute // of processors, on any machine
	hostileMemory = 1 << 20     // KiB

	plainOperations = 2000
)

// TestHostileDocuments generates from each document of the folder bad of CORPUS, which is no part of the project, and holds the
// outcome against its MANIFEST.tsv: file, source, expected, why. "reject" is an error, "accept" a package that compiles,
// "bounded" either; nothing may panic, run on, take more than the memory, or use the network.
func TestHostileDocuments(t *testing.T) {
	corpus := os.Getenv("CORPUS")
	if corpus == "" {
		require.Empty(t, os.Getenv("CI"), "CORPUS names no folder of documents: they must not be left out here")
		t.Skip("CORPUS names no folder of documents: no hostile document is tried")
	}
	table, err := os.ReadFile(filepath.Join(corpus, "bad", "MANIFEST.tsv"))
	require.NoError(t, err)
	out, err := os.MkdirTemp(".", "hostile") // inside of the module, for the compiler
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(out)) })
	program := filepath.Join(t.TempDir(), "tornadogen") // under this name the test binary is the command
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, program))
	proxy := watchNetwork(t)

	rows := strings.Split(strings.TrimSpace(string(table)), "\n")[1:]
	require.NotEmpty(t, rows)
	for i, row := range rows {
		cells := strings.Split(row, "\t")
		require.GreaterOrEqual(t, len(cells), 3, row)
		document, expected := cells[0], cells[2]
		t.Run(document, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), hostileTime)
			defer stop()
			folder := filepath.Join(out, "p"+string(rune('a'+i/26))+string(rune('a'+i%26)))
			cmd := exec.CommandContext(ctx, program, "generate", filepath.Join(corpus, "bad", document), "--out", folder, "--package", "api")
			cmd.Env = append(os.Environ(), "HTTP_PROXY="+proxy, "HTTPS_PROXY="+proxy)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			err := cmd.Run()
			var exit *exec.ExitError
			if err != nil {
				require.ErrorAs(t, err, &exit)
			}
			said := stderr.String()
			require.NotContains(t, said, "panic:")
			require.NotContains(t, said, "goroutine ")
			code := cmd.ProcessState.ExitCode()
			switch expected {
			case "reject":
				require.Equal(t, exitRefused, code, said)
			case "accept":
				require.Equal(t, exitOK, code, said)
			default:
				require.Contains(t, []int{exitOK, exitRefused}, code, said)
			}
			if code == exitRefused {
				assert.Regexp(t, `(?m)^error: .*:\d+:\d+: `, said)
				assert.NoDirExists(t, folder)
			} else if expected != "accept" {
				require.NoError(t, os.RemoveAll(folder)) // too much for a compiler, some of them
			}
			usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			assert.Less(t, usage.Maxrss, int64(hostileMemory))
			if took := processorTime(cmd); took > hostileNotice {
				plain := plainTime(t, program)
				t.Logf("%v of processors, %.1f plain documents", took, took.Seconds()/plain.Seconds())
				assert.Less(t, took, hostileShare*plain)
				assert.Less(t, took, hostileMost)
			}
		})
	}
	said, err := exec.Command("go", "build", "./"+out+"/...").CombinedOutput()
	require.NoError(t, err, string(said))
}

// processorTime is what a command that has ended took of all processors.
func processorTime(cmd *exec.Cmd) time.Duration {
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// plainTime is what a plain document of plainOperations takes of all processors, at least: the smallest of three runs.
func plainTime(t *testing.T, program string) time.Duration {
	t.Helper()
	folder := t.TempDir()
	document := filepath.Join(folder, "plain.json")
	var b strings.Builder
	b.WriteString(`{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {`)
	for i := range plainOperations {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `"/things%d/{id}": {"get": {"operationId": "getThing%d", "parameters": [{"name": "id", "in": "path", "required": true, `+
			`"schema": {"type": "string"}}], "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "string"}}}}}}}`, i, i)
	}
	b.WriteString("}}")
	require.NoError(t, os.WriteFile(document, []byte(b.String()), 0o600))
	ctx, stop := context.WithTimeout(t.Context(), hostileTime)
	defer stop()
	took := hostileMost
	for i := range 3 {
		cmd := exec.CommandContext(ctx, program, "generate", document, "--out", filepath.Join(folder, "plain"+strconv.Itoa(i)), "--package", "plain")
		said, err := cmd.CombinedOutput()
		require.NoError(t, err, string(said))
		took = min(took, processorTime(cmd))
	}
	return took
}

// watchNetwork returns the address of a proxy that fails the test when somebody asks it.
func watchNetwork(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			t.Error("the network was used")
			if err == nil {
				_ = conn.Close()
			}
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return "http://" + listener.Addr().String()
}
