package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tornadogen/tornadogen/spec"
)

// choice is the value of a flag that takes one of a few words.
type choice struct {
	value   string
	allowed []string
	what    string // they are: "formats"
}

// formatFlag adds --format to cmd. The first of the formats is the default.
func formatFlag(cmd *cobra.Command, formats ...string) *choice {
	return choiceFlag(cmd, "format", "formats", "how to print: ", formats...)
}

// choiceFlag adds a flag that takes one of a few words to cmd. The first of them is the default.
func choiceFlag(cmd *cobra.Command, name, what, usage string, words ...string) *choice {
	c := &choice{words[0], words, what}
	cmd.Flags().Var(c, name, usage+strings.Join(words, ", "))
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // fails for a flag that is unknown only
	return c
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return "word" }

// Set implements pflag.Value.
func (c *choice) Set(value string) error {
	if !slices.Contains(c.allowed, value) {
		return fmt.Errorf("the %s are %s", c.what, strings.Join(c.allowed, ", "))
	}
	c.value = value
	return nil
}

// shownWarnings is how many warnings a command shows that is about something else.
const shownWarnings = 20

// tell prints the findings beside the work of a command: all errors, and the first warnings. In JSON all of them go to
// standard output.
func tell(cmd *cobra.Command, f *choice, document string, findings spec.Diagnostics) error {
	if f.value == "json" {
		return printJSON(cmd.OutOrStdout(), findingsJSON(findings))
	}
	_, err := io.WriteString(cmd.ErrOrStderr(), briefly(document, findings))
	return err
}

// briefly is the text of the findings beside the work of a command.
func briefly(document string, findings spec.Diagnostics) string {
	var b strings.Builder
	warnings := 0
	for _, d := range findings {
		if d.Severity == spec.Error {
			b.WriteString(d.Text())
			continue
		}
		if warnings++; warnings <= shownWarnings {
			fmt.Fprintf(&b, "warning: %s\n", d)
		}
	}
	if more := warnings - shownWarnings; more > 0 {
		fmt.Fprintf(&b, "and %s; tornadogen validate %s shows all\n", count(more, "more warning"), document)
	}
	return b.String()
}

// tellBeside prints findings of a command whose standard output is about something else: to standard error, as text, or in JSON as one list of
// what validate --format json prints. Annotations for GitHub stand among the others.
func tellBeside(cmd *cobra.Command, f *choice, findings spec.Diagnostics, text string) error {
	switch {
	case len(findings) == 0:
		return nil
	case f.value == "json":
		return printJSON(cmd.ErrOrStderr(), findingsJSON(findings))
	case f.value == "github":
		return printGitHub(cmd.OutOrStdout(), findings)
	}
	_, err := io.WriteString(cmd.ErrOrStderr(), text)
	return err
}

// tellErrors prints the errors among the findings: the warnings were told when the package was generated.
func tellErrors(cmd *cobra.Command, f *choice, findings spec.Diagnostics) error {
	errs := slices.DeleteFunc(slices.Clone(findings), func(d spec.Diagnostic) bool { return d.Severity != spec.Error })
	return tellBeside(cmd, f, errs, errs.Text())
}

// tellUnmatched prints the warnings about what the command line names and the document has not: filters and targets of overlays.
func tellUnmatched(cmd *cobra.Command, f *choice, document string, findings spec.Diagnostics) error {
	unmatched := slices.DeleteFunc(slices.Clone(findings), func(d spec.Diagnostic) bool {
		return d.Class != "unmatched-filter" && d.Class != "overlay-target"
	})
	return tellBeside(cmd, f, unmatched, briefly(document, unmatched))
}

// refuseBeside is refuse for a command that tells findings by tellBeside: what a machine reads has no last word.
func refuseBeside(s *settings, f *choice, findings spec.Diagnostics, nothing string) error {
	if f.value == "json" {
		return errTold
	}
	return refuse(s, findings, nothing)
}

// refuse is the last word on a document that gives no package.
func refuse(s *settings, findings spec.Diagnostics, nothing string) error {
	errs, _ := tally(findings)
	if s.Strict {
		return fmt.Errorf("%s: %s, with warnings as errors (--strict); %s", s.Spec, count(errs, "error"), nothing)
	}
	return fmt.Errorf("%s: %s; %s", s.Spec, count(errs, "error"), nothing)
}

func tally(findings spec.Diagnostics) (errs, warnings int) {
	for _, d := range findings {
		if d.Severity == spec.Error {
			errs++
		} else {
			warnings++
		}
	}
	return errs, warnings
}

// count writes "1 error" and "2 errors".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// findingJSON is one finding in JSON.
type findingJSON struct {
	Severity string `json:"severity"`
	Class    string `json:"class"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Pointer  string `json:"pointer"`
	What     string `json:"what"`
	Remedy   string `json:"remedy"`
}

func findingsJSON(findings spec.Diagnostics) []findingJSON {
	list := make([]findingJSON, len(findings))
	for i, d := range findings {
		list[i] = findingJSON{d.Severity.String(), d.Class, d.Loc.File, d.Loc.Line, d.Loc.Column, d.Loc.Pointer, d.What, d.Remedy}
	}
	return list
}

// printJSON prints v, indented, without escaping what HTML would misread.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// githubEscape are the replacements in workflow commands of GitHub: in messages, and in properties.
var (
	githubMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// printGitHub prints findings as annotations of a GitHub workflow.
func printGitHub(w io.Writer, findings spec.Diagnostics) error {
	for _, d := range findings {
		_, err := fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", d.Severity, githubProperty.Replace(d.Loc.File),
			d.Loc.Line, d.Loc.Column, githubProperty.Replace(d.Class), githubMessage.Replace(message(d)))
		if err != nil {
			return err
		}
	}
	return nil
}

// message is a finding without its file and line.
func message(d spec.Diagnostic) string {
	return strings.TrimPrefix(d.String(), d.Loc.String()+": ")
}
