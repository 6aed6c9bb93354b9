// Command suites holds the runtime against public suites, from outside, and writes the page with what came of it. It exits with 1
// if a case fails.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/tornadogen/tornadogen/conformance/internal/suite"
	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

func main() {
	folder := flag.String("suites", os.Getenv("SUITES"), "folder of the public test data, with http1, json and json-schema")
	page := flag.String("page", "../docs/reference/conformance.md", "the page to write")
	messages := flag.Int("messages", 20, "messages of each case of compression; the Autobahn test suite sends 1000")
	flag.Parse()
	if err := run(*folder, *page, *messages); err != nil {
		fmt.Fprintln(os.Stderr, "suites:", err)
		os.Exit(1)
	}
}

func run(folder, page string, messages int) error {
	if folder == "" {
		return fmt.Errorf("SUITES must name the folder of the public test data")
	}
	one, err := target.Start()
	if err != nil {
		return err
	}
	var results []suite.Result
	open := 0
	add := func(r suite.Result, err error) error {
		if err != nil {
			return err
		}
		fmt.Println(r.Line())
		for _, o := range r.Open {
			fmt.Println("    " + o)
		}
		open += len(r.Open)
		results = append(results, r)
		return nil
	}
	handler := func() http.Handler {
		api, _ := target.API()
		return api.HTTPHandler()
	}
	for _, step := range []func() (suite.Result, error){
		func() (suite.Result, error) { return suite.HTTP1(one.Echo, folder) },
		func() (suite.Result, error) { return suite.HTTP1Held(one.Plain, folder) },
		func() (suite.Result, error) { return suite.Smuggling(one.Echo), nil },
		func() (suite.Result, error) { return suite.SmugglingHeld(one.Plain), nil },
		func() (suite.Result, error) { return suite.HTTP2(one.TLS, true) },
		func() (suite.Result, error) { return suite.HTTP2(one.H2C, false) },
		func() (suite.Result, error) { return suite.WebSocket(one.Plain, messages), nil },
		func() (suite.Result, error) { return suite.JSON(one.Plain, folder) },
		func() (suite.Result, error) { return jsonSchema(folder) },
		func() (suite.Result, error) { return suite.NetHTTP(handler), nil },
	} {
		if err := add(step()); err != nil {
			return err
		}
	}
	if err := one.Stop(); err != nil {
		return err
	}
	if err := os.WriteFile(page, write(results, messages), 0o644); err != nil {
		return err
	}
	if open > 0 {
		return fmt.Errorf("%d cases are open", open)
	}
	return nil
}

var schemaTotals = regexp.MustCompile(`(\d+) of (\d+) cases are as the suite says, (\d+) are left out`)

// jsonSchema runs the command jsonschema.
func jsonSchema(folder string) (suite.Result, error) {
	r := suite.Result{Name: "JSON Schema", Source: "JSON-Schema-Test-Suite, drafts 2020-12 and 4"}
	out, failed := exec.Command("go", "run", "./cmd/jsonschema", "-suite", filepath.Join(folder, "json-schema")).CombinedOutput()
	m := schemaTotals.FindSubmatch(out)
	if m == nil {
		return r, fmt.Errorf("jsonschema: %w\n%s", failed, out)
	}
	number := func(text []byte) int {
		n, _ := strconv.Atoi(string(text)) // digits
		return n
	}
	r.Held, r.Cases = number(m[1]), number(m[2])
	r.Source += fmt.Sprintf(", without %d that are left out", number(m[3]))
	for i := r.Held; i < number(m[2]); i++ {
		r.Open = append(r.Open, "see make jsonschema")
	}
	return r, nil
}
