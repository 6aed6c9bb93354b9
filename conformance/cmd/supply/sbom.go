package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// The objects of CycloneDX 1.5 that are used here (https://cyclonedx.org/docs/1.5/json).
type (
	component struct {
		Type     string    `json:"type"`
		Ref      string    `json:"bom-ref"`
		Name     string    `json:"name"`
		Version  string    `json:"version"`
		PURL     string    `json:"purl"`
		Hashes   []hash    `json:"hashes,omitempty"`
		Licences []licence `json:"licenses"`
	}
	hash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	licence struct {
		Expression string `json:"expression"`
	}
	metadata struct {
		Component component `json:"component"`
	}
	document struct {
		Format     string      `json:"bomFormat"`
		Spec       string      `json:"specVersion"`
		Version    int         `json:"version"`
		Metadata   metadata    `json:"metadata"`
		Components []component `json:"components"`
	}
)

const project = "github.com/tornadogen/tornadogen"

// componentOf is a module of Go, or its standard library, under some licences.
func componentOf(kind, path, version string, licences ...string) component {
	purl := "pkg:golang/" + path + "@" + version
	return component{Type: kind, Ref: purl, Name: path, Version: version, PURL: purl, Licences: []licence{{strings.Join(licences, " AND ")}}}
}

// cycloneDX is the list in the form of CycloneDX, with the project in a version, and the standard library of a version of Go. A hash is that of
// go.sum, in hexadecimal.
func cycloneDX(modules []*module, version, goVersion string) ([]byte, error) {
	bom := document{"CycloneDX", "1.5", 1, metadata{componentOf("application", project, version, "Apache-2.0")}, []component{
		componentOf("library", "std", goVersion, "BSD-3-Clause"),
	}}
	for _, m := range modules {
		c := componentOf("library", m.Path, m.Version, m.licences...)
		sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.Sum, "h1:"))
		if err != nil || len(sum) == 0 {
			return nil, fmt.Errorf("%s %s: go.sum has no hash of it: %q", m.Path, m.Version, m.Sum)
		}
		c.Hashes = []hash{{"SHA-256", hex.EncodeToString(sum)}}
		bom.Components = append(bom.Components, c)
	}
	text, err := json.MarshalIndent(bom, "", "  ")
	return append(text, '\n'), err
}
