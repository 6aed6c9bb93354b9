package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// routeJSON is one operation in the list of routes.
type routeJSON struct {
	Method    string   `json:"method"`
	Path      string   `json:"path"` // with the base path
	Handler   string   `json:"handler"`
	Operation string   `json:"operation"`
	Kind      string   `json:"kind"`
	Auth      []string `json:"auth"` // one of them admits; "a + b" are both; "none" is an anonymous caller
	Limits    string   `json:"limits"`
}

func newRoutes() *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use:   "routes [SPEC]",
		Short: "List the operations",
		Long: `routes lists the operations of the document, in its order: the method and the path that a client asks for, the method of
your handlers that answers, how it answers, who may call (schemes; "a + b" asks for both, "a, b" for either), and its limits.

A kind is plain: a function that returns the answer. Limits are default: those of the server and of the API's options.`,
		Example: `  tornadogen routes openapi.yaml
  tornadogen routes openapi.yaml --format json`,
		Args: args(0, 1, ""),
	}
	s.flags(cmd, "root", "allow-remote", "strict")
	f := formatFlag(cmd, "text", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		document := ""
		if len(args) > 0 {
			document = args[0]
		}
		if err := s.complete(cmd, document); err != nil {
			return err
		}
		if err := s.needSpec(cmd); err != nil {
			return err
		}
		list, err := s.routes(cmd)
		if err != nil {
			return err
		}
		if f.value == "json" {
			return printJSON(cmd.OutOrStdout(), list)
		}
		return printRoutes(cmd, list)
	}
	return cmd
}

// routes lists the operations of the document.
func (s *settings) routes(cmd *cobra.Command) ([]routeJSON, error) {
	s.Package, s.Only = "api", []string{generator.OnlyServer} // the parts change no name
	c, err := s.compile()
	if err != nil {
		return nil, err
	}
	if c.files == nil {
		if err := tellErrors(cmd, c.findings); err != nil {
			return nil, err
		}
		return nil, refuse(s, c.findings, "correct the document")
	}
	o, err := outlineOf(c.files, s.Package)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Spec, err)
	}
	list := make([]routeJSON, 0, len(o.operations))
	for _, op := range o.operations {
		list = append(list, routeJSON{
			Method: op.Method, Path: c.api.BasePath + op.Path, Handler: op.handler + "." + op.Name, Operation: op.ID,
			Kind: "plain", Auth: authOf(c.api, op), Limits: "default",
		})
	}
	return list, nil
}

// authOf lists the requirements of an operation.
func authOf(api *spec.API, op operation) []string {
	list := []string{}
	for _, source := range api.Operations {
		if source.Method != op.Method || source.Path != op.Path {
			continue
		}
		for _, requirement := range source.Security {
			var all []string
			for _, use := range requirement.Uses {
				all = append(all, use.Scheme.Name)
			}
			if len(all) == 0 {
				all = []string{"none"}
			}
			list = append(list, strings.Join(all, " + "))
		}
		break // a second one of the same route is not served
	}
	return list
}

func printRoutes(cmd *cobra.Command, list []routeJSON) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	rows := [][]string{{"METHOD", "PATH", "HANDLER", "KIND", "AUTH", "LIMITS"}}
	for _, r := range list {
		auth := strings.Join(r.Auth, ", ")
		if auth == "" {
			auth = "none"
		}
		rows = append(rows, []string{r.Method, r.Path, r.Handler, r.Kind, auth, r.Limits})
	}
	for _, row := range rows {
		if _, err := fmt.Fprintln(w, cells(row)); err != nil {
			return err
		}
	}
	return w.Flush()
}

// cells joins the cells of a row. What a document says cannot break the table or reach the terminal as a control character.
func cells(row []string) string {
	clean := make([]string, len(row))
	for i, cell := range row {
		clean[i] = strings.Map(func(r rune) rune {
			if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				return '\ufffd'
			}
			return r
		}, cell)
	}
	return strings.Join(clean, "\t")
}
