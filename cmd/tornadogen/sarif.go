package main

import (
	"io"
	"net/url"
	"path/filepath"

	"github.com/tornadogen/tornadogen/spec"
)

// The part of SARIF 2.1.0 that findings need (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
		// ColumnKind is what columns count; ours count bytes, and code points are what comes nearest.
		ColumnKind string `json:"columnKind"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string       `json:"id"`
		ShortDescription sarifMessage `json:"shortDescription"`
		HelpURI          string       `json:"helpUri"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
	}
)

// helpPage says of every class what it means and what to do.
const helpPage = "https://" + modulePath + "/blob/main/docs/reference/diagnostics.md"

// printSARIF prints findings as one run of SARIF.
func printSARIF(w io.Writer, findings spec.Diagnostics) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "tornadogen", Version: builtFrom().version, Rules: []sarifRule{}}},
		Results:    []sarifResult{},
		ColumnKind: "unicodeCodePoints",
	}
	rules := map[string]int{}
	for _, d := range findings {
		rule, known := rules[d.Class]
		if !known {
			rule = len(run.Tool.Driver.Rules)
			rules[d.Class] = rule
			about := classOf(d.Class)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{d.Class, sarifMessage{about.means}, helpPage + "#" + about.section})
		}
		place := sarifLocation{Physical: sarifPhysical{
			Artifact: sarifArtifact{(&url.URL{Path: filepath.ToSlash(d.Loc.File)}).String()},
			Region:   sarifRegion{max(d.Loc.Line, 1), max(d.Loc.Column, 1)},
		}}
		if d.Loc.Pointer != "" {
			place.Logical = []sarifLogical{{d.Loc.Pointer}}
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: d.Class, RuleIndex: rule, Level: d.Severity.String(), Message: sarifMessage{message(d)}, Locations: []sarifLocation{place},
		})
	}
	return printJSON(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}
