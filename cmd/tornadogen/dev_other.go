//go:build !unix

package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"
)

func launchWithListener(*cobra.Command, string, []string, *os.File, string) (*program, error) {
	return nil, errors.New("dev passes the listener from one process to the next, which takes a Unix system; use go generate and go run here")
}
