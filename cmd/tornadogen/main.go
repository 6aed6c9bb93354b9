// Command tornadogen writes a typed Go API from an OpenAPI document.
//
// A command goes one way: the arguments, and tornadogen.yaml in the current folder, become an input (config.go); the document
// is read and the package generated in memory (compile.go); the result is written (output.go, place.go), compared, or told
// (report.go). Nothing is written before all of it is known to be good.
//
// The exit code is 0 when it did what was asked, 1 when it refused or found a difference, 2 for wrong usage.
package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// The exit codes.
const (
	exitOK      = 0
	exitRefused = 1 // the input is at fault, or check found a difference
	exitUsage   = 2 // the command line or tornadogen.yaml is at fault
)

// softMemory is from where on the collector works harder rather than let the process grow: the largest documents stay below
// 1 GiB. GOMEMLIMIT says otherwise where it is set.
const softMemory = 768 << 20

// garbage is how much a command that ends soon throws away, in percent of what is in use, before it is collected. Above softMemory it is less.
const garbage = 200

// endsSoon has a command that lives for seconds collect less often, unless GOGC says how often.
func endsSoon() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}

func main() {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(softMemory)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line, args without the name of the program, and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errTold):
		return exitRefused
	case errors.As(err, &usage):
		say(stderr, err)
		return exitUsage
	}
	say(stderr, err)
	return exitRefused
}

// errTold ends a command that has already said why, on standard output or on standard error.
var errTold = errors.New("refused")

// usageError is a fault in how the command was called.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// say prints an error the way every command does: "tornadogen: where: what; what to do".
func say(w io.Writer, err error) {
	_, _ = fmt.Fprintf(w, "tornadogen: %s\n", strings.TrimSpace(err.Error())) // there is nowhere else to complain
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "tornadogen",
		Short: "From an OpenAPI document to a typed Go API",
		Long: `tornadogen reads an OpenAPI document, 2.0 to 3.2, and writes a typed Go API: routing, authentication, decoding,
validation, encoding, and a client. You write plain Go functions.

Flags may stand in tornadogen.yaml in the current folder instead.`,
		Example: `  tornadogen init shop --spec openapi.yaml           # a service that runs
  tornadogen generate openapi.yaml --out petapi      # the typed package alone`,
		Version:       builtFrom().version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return usagef("%s: there is no such command; %s", args[0], instead(cmd, args[0]))
		},
		SuggestionsMinimumDistance: typos,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate(builtFrom().about().String())
	root.AddCommand(newInit(), newGenerate(), newCheck(), newSync(), newValidate(), newDiff(), newRoutes(), newMock(), newDev(), newVersion())
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v; see tornadogen help%s", err, strings.TrimPrefix(cmd.CommandPath(), "tornadogen"))
	})
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	demandNames(root)
	return root
}

// demandNames has help and completion refuse names that they do not know, which cobra answers with a page of help and exit code 0.
func demandNames(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = func(_ *cobra.Command, names []string) error {
				of, unknown, err := root.Find(names)
				if err == nil && len(unknown) == 0 {
					return nil
				}
				return usagef("help: %s: there is no such command; %s", strings.Join(names, " "), instead(of, names[len(names)-1]))
			}
		case "completion":
			shells := cmd.Commands()
			names := make([]string, len(shells))
			for i, shell := range shells {
				names[i], shell.Args = shell.Name(), args(0, 0, "")
			}
			cmd.Example = `  source <(tornadogen completion bash)               # in ~/.bashrc
  tornadogen completion fish > ~/.config/fish/completions/tornadogen.fish`
			cmd.DisableFlagsInUseLine = true
			cmd.RunE = func(cmd *cobra.Command, given []string) error {
				if len(given) > 0 {
					return usagef("completion: %s: there is no such shell; the shells are %s", given[0], strings.Join(names, ", "))
				}
				return cmd.Help()
			}
			cmd.Args = cobra.ArbitraryArgs
		}
	}
}

// typos is how many letters may be wrong in the name of a command for another one to be meant.
const typos = 2

// instead tells what to write for a command that is not there.
func instead(root *cobra.Command, name string) string {
	if meant := root.SuggestionsFor(name); len(meant) > 0 {
		return "did you mean " + strings.Join(meant, " or ") + "?"
	}
	return "see tornadogen help"
}

// args checks the number of arguments; what names them.
func args(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		name := strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
		switch {
		case len(given) < least:
			return usagef("%s: %s is missing; see tornadogen help %[1]s", name, what)
		case most >= 0 && len(given) > most:
			return usagef("%s: %q is one argument too many; see tornadogen help %[1]s", name, given[most])
		}
		return nil
	}
}
