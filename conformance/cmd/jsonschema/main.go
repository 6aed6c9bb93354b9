// Command jsonschema runs the public JSON-Schema-Test-Suite through generated code: one operation for each schema, one request
// for each instance. It exits with 1 if an answer is not what the suite says.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	suite := flag.String("suite", "", "folder of the suite, with tests and remotes")
	out := flag.String("out", "jsonschema", "folder for what is generated; it is emptied")
	only := flag.String("only", "", "run the files whose name contains this alone")
	flag.Parse()
	if err := run(*suite, *out, *only); err != nil {
		fmt.Fprintln(os.Stderr, "jsonschema:", err)
		os.Exit(1)
	}
}

func run(suite, out, only string) error {
	left, err := readLeftOut()
	if err != nil {
		return err
	}
	files, err := readSuite(suite, only)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	remotes := filepath.Join(suite, "remotes")
	var served []*file
	for _, f := range files {
		if !slices.ContainsFunc(f.groups, func(g *group) bool { return !left.all(f.name(), g) }) {
			continue
		}
		served = append(served, f)
		if err := f.generate(out, remotes, left); err != nil {
			return fmt.Errorf("%s: %w", f.name(), err)
		}
	}
	server, err := serve(out, served)
	if err != nil {
		return err
	}
	defer server.stop()
	totals, err := judge(server.address, files, left)
	if err != nil {
		return err
	}
	return totals.report(only == "")
}
