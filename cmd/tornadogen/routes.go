package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// routeJSON is one operation in the list of routes.
type routeJSON struct {
	Method    string   `json:"method"`
	Path      string   `json:"path"` // with the base path, and what the document has behind the path
	Handler   string   `json:"handler"`
	Operation string   `json:"operation"`
	Kind      string   `json:"kind"`
	Auth      []string `json:"auth"`   // one of them admits; "a + b" are both; "none" is an anonymous caller
	Limits    string   `json:"limits"` // "default", or "body 10MiB, timeout 5s"
	// SameAs is the operation that answers in place of one that is not served: "GET /v1/pets/{petId}".
	SameAs string `json:"same_as,omitempty"`

	source *spec.Operation // nil for an operation that is not served
}

func newRoutes() *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use:   "routes [SPEC]",
		Short: "List the operations",
		Long: `routes lists the operations of the document, in its order: the method and the path that a client asks for, the method of
your handlers that answers, and who may call (schemes; "a + b" asks for both, "a, b" for either); and, where there are others than plain ones, the kind: a
deferred operation is answered when its handler has returned, a stream part by part, a socket is a WebSocket. Webhooks and callbacks, which the API
calls, come last, with the path that they are received at. An operation whose requests no server can tell from those of another one is not
served; the list says which one answers them.

--format curl prints a command for each operation, with samples of the parameters and the body that it requires.`,
		Example: `  tornadogen routes openapi.yaml
  tornadogen routes openapi.yaml --format json
  tornadogen routes openapi.yaml --format curl`,
		Args: args(0, 1, ""),
	}
	s.flags(cmd, documentKeys...)
	f := formatFlag(cmd, "text", "json", "curl")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := s.completeDocument(cmd, args); err != nil {
			return err
		}
		api, list, err := s.routes(cmd, f)
		if err != nil {
			return err
		}
		switch f.value {
		case "json":
			return printJSON(cmd.OutOrStdout(), list)
		case "curl":
			return printCurl(cmd.OutOrStdout(), api, list)
		}
		return printRoutes(cmd, list)
	}
	return cmd
}

// routes lists the operations of the document.
func (s *settings) routes(cmd *cobra.Command, f *choice) (*spec.API, []routeJSON, error) {
	s.Package, s.Only = "api", []string{generator.OnlyServer} // the parts change no name
	c, err := s.compile()
	if err != nil {
		return nil, nil, err
	}
	if c.files == nil {
		if err := tellErrors(cmd, f, c.findings); err != nil {
			return nil, nil, err
		}
		return nil, nil, refuseBeside(s, f, c.findings, "correct the document")
	}
	if err := tellUnmatched(cmd, f, s.Spec, c.findings); err != nil {
		return nil, nil, err
	}
	o, err := outlineOf(c.files, s.Package)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.Spec, err)
	}
	o.findSources(c)
	list := make([]routeJSON, 0, len(c.api.Operations))
	for _, source := range c.api.Operations {
		list = append(list, routeOf(source, c, o))
	}
	for _, op := range o.hooks {
		r := routeJSON{Method: op.Method, Path: op.Path}
		r.describe(op)
		list = append(list, r)
	}
	return c.api, list, nil
}

// routeOf is one operation of the document in the list.
func routeOf(source *spec.Operation, c compiled, o *outline) routeJSON {
	key := func(op *spec.Operation) string { return c.api.BasePath + op.Path + op.Suffix }
	r := routeJSON{Method: source.Method, Path: key(source), Operation: source.ID, Kind: "plain", Auth: []string{}, Limits: "default"}
	if by, unserved := c.unserved(source); unserved {
		at := slices.IndexFunc(c.api.Operations, func(op *spec.Operation) bool { return op.Loc == by })
		r.SameAs = source.Method + " " + key(c.api.Operations[max(at, 0)])
	} else if op := o.find(source); op != nil {
		r.source = source
		r.describe(*op)
	}
	return r
}

// describe fills in what the generated package says of an operation.
func (r *routeJSON) describe(op operation) {
	r.Handler, r.Operation, r.Kind, r.Limits = op.handler+"."+op.Name, op.ID, "plain", "default"
	r.Auth = append([]string{}, op.auth...)
	if op.kind != "" {
		r.Kind = op.kind
	}
	if len(op.limits) > 0 {
		r.Limits = strings.Join(op.limits, ", ")
	}
}

func printRoutes(cmd *cobra.Command, list []routeJSON) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	rows := [][]string{{"METHOD", "PATH", "HANDLER", "AUTH"}}
	kinds := slices.ContainsFunc(list, func(r routeJSON) bool { return r.Kind != "plain" })
	limits := slices.ContainsFunc(list, func(r routeJSON) bool { return r.Limits != "default" })
	if kinds {
		rows[0] = append(rows[0], "KIND")
	}
	if limits {
		rows[0] = append(rows[0], "LIMITS")
	}
	for _, r := range list {
		auth := strings.Join(r.Auth, ", ")
		if auth == "" {
			auth = "none"
		}
		handler := r.Handler
		if r.SameAs != "" {
			handler, auth = "not served, as "+r.SameAs+" answers", "-"
		}
		row := []string{r.Method, r.Path, handler, auth}
		if kinds {
			row = append(row, r.Kind)
		}
		if limits {
			row = append(row, r.Limits)
		}
		rows = append(rows, row)
	}
	for _, row := range rows {
		if _, err := fmt.Fprintln(w, cells(row)); err != nil {
			return err
		}
	}
	return w.Flush()
}

// cells joins the cells of a row. What a document says cannot break the table.
func cells(row []string) string {
	clean := make([]string, len(row))
	for i, cell := range row {
		clean[i] = plain(cell)
	}
	return strings.Join(clean, "\t")
}

// plain makes what a document says one line that is safe for a terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '\ufffd'
		}
		return r
	}, text)
}
