package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	oasdiff "github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"
	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/tornadogen/tornadogen/spec"
)

// The effects of a change on clients that exist, and what --fail-on takes beside them.
const (
	effectBreaking   = "breaking"   // a client that keeps to OLD can fail
	effectRisky      = "risky"      // some clients can fail
	effectCompatible = "compatible" // no client notices, or only one that looks for it
	failNever        = "never"
)

// difference is one change between two documents.
type difference struct {
	Effect    string `json:"effect"`
	Rule      string `json:"rule"` // a stable name: "request-parameter-removed"
	Method    string `json:"method"`
	Path      string `json:"path"`
	Operation string `json:"operation"` // its ID
	File      string `json:"file"`      // OLD for what is gone, else NEW
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	What      string `json:"what"`
	Comment   string `json:"comment,omitempty"`
}

func newDiff() *cobra.Command {
	var s settings
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Tell what changed between two documents, and what breaks clients",
		Long: `diff compares the OpenAPI documents OLD and NEW and prints every change that a client may notice, with its place: in NEW, and in
OLD for what is gone. The changes are those that oasdiff knows, the worst first:

  breaking    a client that keeps to OLD can fail
  risky       some clients can fail, or it cannot be told
  compatible  nothing that a client relies on

It exits with 0 whatever it found; --fail-on breaking makes it exit with 1 when there is a breaking change, --fail-on risky when there is
a risky or a breaking one, --fail-on any when there is any change.`,
		Example: `  tornadogen diff old.yaml openapi.yaml
  tornadogen diff old.yaml openapi.yaml --fail-on breaking --format github
  git show main:openapi.yaml > old.yaml && tornadogen diff old.yaml openapi.yaml`,
		Args: args(2, 2, "OLD or NEW"),
	}
	s.flags(cmd, "overlay", "root", "allow-remote")
	fail := choiceFlag(cmd, "fail-on", "values", "exit with 1 on a change of this kind or worse: ", failNever, effectBreaking, effectRisky, "any")
	f := formatFlag(cmd, "text", "json", "github")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := s.complete(cmd, ""); err != nil {
			return err
		}
		s.Strict = false // the documents are not at issue
		list, err := s.differences(cmd, f, args[0], args[1])
		if err != nil {
			return err
		}
		if err := printDifferences(cmd.OutOrStdout(), f.value, list, args); err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(d difference) bool { return failsOn(fail.value, d.Effect) }) {
			return errTold
		}
		return nil
	}
	return cmd
}

// withoutFlags drops the sentences of a comment that advise a flag: it would be one of oasdiff's command.
func withoutFlags(comment string) string {
	sentences := slices.DeleteFunc(strings.SplitAfter(comment, ". "), func(s string) bool { return strings.Contains(s, " --") })
	return strings.TrimSpace(strings.Join(sentences, ""))
}

// failsOn tells whether an effect is as bad as what --fail-on names.
func failsOn(value, effect string) bool {
	switch value {
	case effectBreaking:
		return effect == effectBreaking
	case effectRisky:
		return effect != effectCompatible
	}
	return value == "any"
}

// side is one of the two documents.
type side struct {
	api  *spec.API
	info *load.SpecInfo
	name string
	// own tells that lines of the text are lines of the file.
	own bool
}

// differences compares two documents.
func (s *settings) differences(cmd *cobra.Command, f *choice, older, newer string) ([]difference, error) {
	from, err := s.side(cmd, f, older)
	if err != nil {
		return nil, err
	}
	to, err := s.side(cmd, f, newer)
	if err != nil {
		return nil, err
	}
	p := startProgress(s.stderr(), 1, "comparing "+older+" with "+newer)
	defer p.end()
	original := keepApart(from.info.Spec, to.info.Spec)
	report, sources, err := oasdiff.GetWithOperationsSourcesMap(oasdiff.NewConfig(), from.info, to.info)
	if err != nil {
		return nil, fmt.Errorf("%s and %s: cannot be compared: %w; look at what tornadogen validate says of them", older, newer, err)
	}
	changes := checker.CheckBackwardCompatibilityUntilLevel(checker.NewConfig(checker.GetAllChecks()), report, sources, checker.INFO)
	say := checker.NewDefaultLocalizer()
	list := make([]difference, 0, len(changes))
	for _, c := range changes {
		d := difference{
			Effect: effectCompatible, Rule: c.GetId(), Method: c.GetOperation(), Path: original.Replace(c.GetPath()), Operation: c.GetOperationId(),
			What: original.Replace(strings.Join(strings.Fields(c.GetUncolorizedText(say)), " ")), Comment: withoutFlags(strings.Join(strings.Fields(c.GetComment(say)), " ")),
		}
		switch c.GetLevel() {
		case checker.ERR:
			d.Effect = effectBreaking
		case checker.WARN:
			d.Effect = effectRisky
		}
		d.place(c, from, to)
		list = append(list, d)
	}
	rank := map[string]int{effectBreaking: 0, effectRisky: 1, effectCompatible: 2}
	slices.SortStableFunc(list, func(a, b difference) int {
		return cmp.Or(rank[a.Effect]-rank[b.Effect], strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column, strings.Compare(a.What, b.What))
	})
	return list, nil
}

// side reads a document, and tells what it is refused for. It is compared as one file, with references resolved.
func (s *settings) side(cmd *cobra.Command, f *choice, name string) (side, error) {
	one := *s
	one.Spec = name
	p := startProgress(s.stderr(), 1, "reading "+name)
	c, err := one.load()
	p.end()
	if err != nil {
		return side{}, err
	}
	if err := tellErrors(cmd, f, c.findings); err != nil {
		return side{}, err
	}
	if c.api == nil {
		return side{}, refuseBeside(&one, f, c.findings, "correct the document; nothing was compared")
	}
	cannot := func(err error) error {
		return fmt.Errorf("%s: cannot be compared: %s; correct what tornadogen validate says of it", name, strings.Join(strings.Fields(err.Error()), " "))
	}
	data := c.api.Source
	if converted, is, err := fromSwagger(data); err != nil {
		return side{}, cannot(err)
	} else if is {
		data = converted
	}
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	info, err := load.NewSpecInfoFromData(loader, data, name, load.WithFlattenParams(), load.WithLowercaseHeaders())
	if err != nil {
		return side{}, cannot(err)
	}
	raw, err := os.ReadFile(name)
	return side{api: c.api, info: info, name: name, own: err == nil && bytes.Equal(raw, data)}, nil
}

// fromSwagger turns a document of OpenAPI 2.0 into one of 3.0.
func fromSwagger(data []byte) (converted []byte, is bool, err error) {
	var version struct {
		Swagger any `yaml:"swagger"`
	}
	if yaml.Unmarshal(data, &version) != nil || version.Swagger == nil {
		return nil, false, nil //nolint:nilerr // what is no document of 2.0 is read as it is
	}
	var value any
	if err := yaml.Unmarshal(data, &value); err != nil {
		return nil, true, err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, true, err
	}
	var old openapi2.T
	if err := json.Unmarshal(text, &old); err != nil {
		return nil, true, err
	}
	doc, err := openapi2conv.ToV3(&old)
	if err != nil {
		return nil, true, err
	}
	converted, err = json.Marshal(doc)
	return converted, true, err
}

// place finds where a change stands: what oasdiff says where lines are those of the file, else the operation.
func (d *difference) place(c checker.Change, from, to side) {
	for _, at := range []struct {
		side   side
		source *checker.Source
	}{{to, c.GetRevisionSource()}, {from, c.GetBaseSource()}} {
		if at.source != nil && at.source.Line > 0 && at.side.own {
			d.File, d.Line, d.Column = at.side.name, at.source.Line, max(at.source.Column, 1)
			return
		}
	}
	for _, side := range []side{to, from} {
		for _, op := range side.api.Operations {
			if op.Method == d.Method && op.Path+op.Suffix == d.Path {
				d.File, d.Line, d.Column = op.Loc.File, op.Loc.Line, op.Loc.Column
				return
			}
		}
	}
	d.File, d.Line, d.Column = to.name, 1, 1
}

// where is the operation of a change, "" for one of the document as a whole.
func (d difference) where() string {
	if d.Method == "" && d.Path == "" {
		return ""
	}
	return strings.TrimSpace(d.Method+" "+d.Path) + ": "
}

func printDifferences(w io.Writer, format string, list []difference, documents []string) error {
	switch format {
	case "json":
		return printJSON(w, list)
	case "github":
		levels := map[string]string{effectBreaking: "error", effectRisky: "warning", effectCompatible: "notice"}
		for _, d := range list {
			if _, err := fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", levels[d.Effect], githubProperty.Replace(d.File), d.Line, d.Column,
				githubProperty.Replace(d.Rule), githubMessage.Replace(d.where()+d.What)); err != nil {
				return err
			}
		}
		return nil
	}
	counts := map[string]int{}
	for _, d := range list {
		counts[d.Effect]++
		text := plain(fmt.Sprintf("%s:%d:%d: %s: %s%s [%s]", d.File, d.Line, d.Column, d.Effect, d.where(), d.What, d.Rule)) + "\n"
		if d.Comment != "" {
			text += "    " + plain(d.Comment) + "\n"
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s to %s: %d %s, %d %s, %d %s\n", documents[0], documents[1], counts[effectBreaking], effectBreaking,
		counts[effectRisky], effectRisky, counts[effectCompatible], effectCompatible)
	return err
}
