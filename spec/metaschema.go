package spec

import (
	"embed"
	"strings"
)

// metaschemas are the schemas of JSON Schema 2020-12 itself, so that references to them need no network. They
// are those that https://json-schema.org publishes, under the BSD licence.
//
//go:embed metaschema
var metaschemas embed.FS

// metaschema returns the schema of JSON Schema at an address, nil where there is none.
func metaschema(address string) []byte {
	name, ours := strings.CutPrefix(address, "https://json-schema.org/draft/2020-12/")
	if !ours {
		return nil
	}
	text, err := metaschemas.ReadFile("metaschema/" + name + ".json")
	if err != nil {
		return nil
	}
	return text
}
