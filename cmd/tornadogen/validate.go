package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tornadogen/tornadogen/spec"
)

func newValidate() *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use:   "validate [SPEC...]",
		Short: "Say what is wrong with the document, and where",
		Long: `validate reads OpenAPI documents and prints every finding with its place, what is wrong, and what to do: what breaks the
standard, and what the generated code would not do as the document says. It writes nothing.

It exits with 1 when a document has an error. A warning is not one, unless --strict makes it one. For machines there are
--format json, sarif (code scanning) and github (annotations of a GitHub workflow).`,
		Example: `  tornadogen validate openapi.yaml
  tornadogen validate --strict --format github api/*.yaml`,
		Args: args(0, -1, ""),
	}
	s.flags(cmd, documentKeys...)
	f := formatFlag(cmd, "text", "json", "sarif", "github")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := s.complete(cmd, ""); err != nil {
			return err
		}
		if len(args) == 0 {
			if err := s.needSpec(cmd); err != nil {
				return err
			}
			args = []string{s.Spec}
		}
		return s.validate(cmd, args, f)
	}
	return cmd
}

// validate checks all documents, even where one cannot be read.
func (s *settings) validate(cmd *cobra.Command, documents []string, f *choice) error {
	var all spec.Diagnostics
	failed := false
	for _, document := range documents {
		one := *s
		one.Spec, one.Package, one.Only = document, "api", nil
		c, err := one.compile()
		if err != nil {
			failed = true
			say(cmd.ErrOrStderr(), err)
			continue
		}
		failed = failed || c.findings.HasErrors()
		all = append(all, c.findings...)
		if f.value != "text" {
			continue
		}
		if _, err := fmt.Fprint(cmd.OutOrStdout(), c.findings.Text(), summary(document, c), "\n"); err != nil {
			return err
		}
	}
	var err error
	switch f.value {
	case "json":
		err = printJSON(cmd.OutOrStdout(), findingsJSON(all))
	case "sarif":
		err = printSARIF(cmd.OutOrStdout(), all)
	case "github":
		err = printGitHub(cmd.OutOrStdout(), all)
	}
	if err == nil && failed {
		return errTold
	}
	return err
}

// summary is one line about a document: "openapi.yaml: 7 operations, 1 warning".
func summary(document string, c compiled) string {
	errs, warnings := tally(c.findings)
	text := document + ": "
	if c.api != nil {
		text += count(len(c.api.Operations), "operation") + ", "
		webhooks, callbacks := hooksOf(c.api)
		if webhooks > 0 {
			text += count(webhooks, "webhook") + ", "
		}
		if callbacks > 0 {
			text += count(callbacks, "callback") + ", "
		}
	}
	if errs > 0 {
		text += count(errs, "error") + ", "
	}
	return text + count(warnings, "warning")
}

// hooksOf counts what the API calls itself. A callback that several operations have is one.
func hooksOf(api *spec.API) (webhooks, callbacks int) {
	seen := map[*spec.Operation]bool{}
	for todo := slices.Concat(api.Operations, api.Webhooks); len(todo) > 0; todo = todo[1:] {
		for _, c := range todo[0].Callbacks {
			for _, op := range c.Operations {
				if !seen[op] {
					seen[op] = true
					todo = append(todo, op)
				}
			}
		}
	}
	return len(api.Webhooks), len(seen)
}
